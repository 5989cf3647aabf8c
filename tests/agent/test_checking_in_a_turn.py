"""In a turn: what is new stands in the output of the last changing call, before it is history."""

import asyncio
from pathlib import Path

import pytest
from tests.agent.checkers import Words, own_test, session
from tests.agent.kits import Bench, run, scripted

from inhouse_agent.checking import Checking, Found
from inhouse_agent.events import MessageAdded, Noticed, ToolEnded
from inhouse_agent.permission import Policy, Rule, parse_rule
from inhouse_models.chat import Message, ToolCall
from inhouse_models.scripted import Answer, ScriptedModel, say


def put(number: int, path: str, content: str) -> ToolCall:
    arguments = f'{{"file_path": "{path}", "content": "{content}"}}'
    return ToolCall(f"call-{number}", "put", arguments)


def look(number: int, path: str) -> ToolCall:
    return ToolCall(f"call-{number}", "look", f'{{"file_path": "{path}"}}')


NEW = "New problems in {} after this edit:\nline 1: B1 bad word"


def do(*calls: ToolCall) -> Answer:
    return Answer(calls=calls)


def checked(root: Path, *answers: Answer) -> tuple[Bench, Words]:
    bench = scripted(root, *answers, say("Done."))
    words = Words(root)
    bench.kit.checking = session(words)
    return bench, words


def test_an_edit_that_breaks_something_says_so_in_its_own_output(tmp_path: Path) -> None:
    bench, _words = checked(tmp_path, do(put(1, "a.txt", "BAD")), do(put(2, "a.txt", "fine")))
    assert run(bench).ending == "success"
    told = f"Wrote a.txt.\n{NEW.format('a.txt')}"
    assert bench.answers() == [told, "Wrote a.txt."]
    (first, second) = bench.of(ToolEnded)
    assert (first.text, first.show["changed"]) == (told, ["a.txt"])
    assert first.show["problems"] == NEW.format("a.txt")
    assert "problems" not in second.show
    added = [event.message for event in bench.of(MessageAdded)]
    assert added == bench.history


def test_several_edits_of_one_answer_are_judged_together_after_the_last(tmp_path: Path) -> None:
    calls = [
        put(1, "a.txt", "BAD"),
        look(2, "a.txt"),
        put(3, "b.txt", "BAD"),
        look(4, "b.txt"),
        ToolCall("call-5", "put", '{"file_path": "c.txt"}'),
    ]
    bench, words = checked(tmp_path, do(*calls))
    run(bench)
    first, _look, last, seen, _bad = bench.answers()
    assert first == "Wrote a.txt."
    assert last == f"Wrote b.txt.\n{NEW.format('a.txt')}\n{NEW.format('b.txt')}"
    assert seen == "BAD"
    assert words.asked == [("a.txt", "b.txt")]


def test_a_denied_edit_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("fine")
    bench, words = checked(tmp_path, do(put(1, "a.txt", "BAD"), put(2, "b.txt", "BAD")))
    rule = parse_rule("put(b.txt)", "deny")
    assert isinstance(rule, Rule)
    bench.kit.policy = Policy("yolo", (rule,))
    run(bench)
    first, second = bench.answers()
    assert first == "Wrote a.txt."
    assert second.startswith("Denied")
    assert second.endswith(NEW.format("a.txt"))
    assert words.asked == [("a.txt",)]


def test_reading_and_running_cost_nothing(tmp_path: Path) -> None:
    shout = ToolCall("call-2", "shout", '{"command": "hey"}')
    bench, words = checked(tmp_path, do(look(1, "a.txt"), shout))
    run(bench)
    assert words.asked == []


def test_a_turn_goes_on_when_tests_at_its_end_fail_and_ends_when_they_do_not_change(
    tmp_path: Path,
) -> None:
    bench = scripted(
        tmp_path, do(put(1, "a.txt", "x")), say("Done."), say("Done!"), say("Still done.")
    )
    test = own_test(tmp_path, "exit 1")
    bench.kit.checking = Checking(
        lambda: Found(tests=[test]), lambda text: bench.kit.emit(Noticed(text))
    )
    assert run(bench).text == "Still done."
    said = [message.text for message in bench.history if message.role == "user"][-2:]
    assert [text.strip() for text in said] == ["`exit 1` fails:"] * 2
    assert [event.text for event in bench.of(Noticed)] == [
        *["`exit 1` fails."] * 3,
        "The turn ends although this still fails: all.",
    ]


def test_a_turn_that_changed_nothing_runs_no_tests(tmp_path: Path) -> None:
    bench = scripted(tmp_path, do(look(1, "a.txt")), say("Done."))
    test = own_test(tmp_path, "touch ran")
    bench.kit.checking = Checking(lambda: Found(tests=[test]))
    run(bench)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_turn_interrupted_while_a_check_runs_keeps_a_valid_history(
    tmp_path: Path, place: str
) -> None:
    if place == "before":
        (tmp_path / "a.txt").write_text("fine")

    async def interrupted() -> list[Message]:
        bench = Bench(tmp_path, ScriptedModel((do(put(1, "a.txt", "BAD")),)))
        words = Words(tmp_path, gate=asyncio.Event())
        bench.kit.checking = session(words)
        turn = asyncio.ensure_future(bench.turn())
        await words.reached.wait()
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
        return bench.history

    history = asyncio.run(interrupted())
    assert [message.answers for message in history if message.role == "tool"] == ["call-1"]
    written = (tmp_path / "a.txt").read_text()
    assert written == ("fine" if place == "before" else "BAD")
