"""A refuted answer is taken up again where the model hesitated; the check and size decide."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.agent.guided_bench import FAILS, PASSES, SOURCE, guided
from tests.agent.kits import Bench, requests, run
from tests.agent.test_guide import CHECKED, notices, told

from inhouse_agent.events import Event, FileChanged, MessageAdded
from inhouse_agent.second_choices import MOST_TRIES
from inhouse_models.chat import Doubt, ModelError, ToolCall
from inhouse_models.scripted import Answer, call, fail, say
from inhouse_tools.tool import Output

RIGHT = SOURCE.replace("a - b", "a + b", 1)
LARGE = "def add(a, b):\n    total = a\n    total += b\n    return total\n" + SOURCE[32:]
WRONG = SOURCE.replace("a - b", "a * b", 1)
IDS = (5, 6, 7, 8)


def write(content: str) -> Answer:
    return call("write", file_path="sums.py", content=content)


def hesitant(content: str, *doubts: Doubt) -> Answer:
    """An answer that writes sums.py and was in doubt."""
    return Answer(calls=write(content).calls, ids=IDS, doubts=doubts)


def judged(root: Path, *answers: Answer, passing: tuple[str, ...] = (RIGHT, LARGE)) -> Bench:
    """A bench whose check passes when sums.py is one of these."""
    bench = guided(root, *answers)

    async def check(_args: Any, _workspace: Any) -> Output:
        return PASSES if (root / "sums.py").read_text() in passing else FAILS

    bash = replace(bench.kit.tools["bash"], run=check)
    bench.kit.tools = {**bench.kit.tools, "bash": bash}
    return bench


def test_an_answer_that_changed_nothing_is_taken_up_again(tmp_path: Path) -> None:
    first = hesitant(SOURCE, Doubt(2, 70, 0.5), Doubt(3, 80, 0.2))
    bench = judged(tmp_path, first, write(WRONG), write(RIGHT), say("I changed it."))
    ended = run(bench, CHECKED)
    assert (ended.ending, ended.files_changed, told(bench)) == ("success", ("sums.py",), [])
    assert (tmp_path / "sums.py").read_text() == RIGHT
    asked = requests(bench)
    assert [request.begun for request in asked] == [(), (5, 6, 70), (5, 6, 7, 80), ()]
    # They are asked in the place of the first answer, so that nothing is read again.
    assert asked[1].messages == asked[0].messages
    assert ended.answers == 2


def test_a_choice_has_choices_of_its_own(tmp_path: Path) -> None:
    first = hesitant(SOURCE, Doubt(1, 60, 0.9), Doubt(2, 70, 0.3))
    other = Answer(calls=write(WRONG).calls, ids=(5, 60, 9), doubts=(Doubt(2, 90, 0.5),))
    bench = judged(tmp_path, first, other, write(RIGHT), write(SOURCE), say("Done."))
    assert run(bench, CHECKED).ending == "success"
    # 0.9 x 0.5 comes before 0.3.
    begun = [request.begun for request in requests(bench)]
    assert begun == [(), (5, 60), (5, 60, 90), (5, 6, 70), ()]


def test_the_history_holds_the_attempt_and_the_choice_that_was_taken(tmp_path: Path) -> None:
    first = hesitant(WRONG, Doubt(2, 70, 0.5), Doubt(3, 80, 0.2))
    bench = judged(tmp_path, first, write(SOURCE), write(RIGHT), say("Done."))
    run(bench, CHECKED)
    roles = [message.role for message in bench.history]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "tool", "assistant"]
    taken = bench.history[4]
    assert (taken.tokens, taken.calls[0].id) == ((), bench.history[5].answers)
    assert taken.calls[0].id != bench.history[2].calls[0].id
    assert [event.message for event in bench.of(MessageAdded)] == bench.history


def test_a_file_that_only_the_attempt_wrote_is_gone(tmp_path: Path) -> None:
    both = write(WRONG).calls + call("write", file_path="more.py", content="x = 1\n").calls
    first = Answer(calls=both, ids=IDS, doubts=(Doubt(2, 70, 0.5),))
    bench = judged(tmp_path, first, write(RIGHT), say("Done."))
    assert run(bench, CHECKED).files_changed == ("sums.py",)
    assert not (tmp_path / "more.py").exists()


def test_the_smallest_change_wins(tmp_path: Path) -> None:
    doubts = [Doubt(1, 60, 0.9), Doubt(2, 70, 0.5), Doubt(3, 80, 0.2)]
    answers = (hesitant(WRONG, *doubts), write(LARGE), write(RIGHT), write(SOURCE), say("Done."))
    bench = judged(tmp_path, *answers)
    assert run(bench, CHECKED).ending == "success"
    assert (tmp_path / "sums.py").read_text() == RIGHT


def test_without_one_that_passes_everything_is_as_it_was(tmp_path: Path) -> None:
    first = hesitant(WRONG, Doubt(2, 70, 0.5), Doubt(3, 80, 0.2))
    odd = call("write", file_path="new.py", content="x = 1\n")
    bench = judged(tmp_path, first, write(SOURCE), odd, write(RIGHT), say("Done."))
    ended = run(bench, CHECKED)
    assert ended.ending == "success"
    # What failed is told, and the model goes on from its own attempt.
    assert told(bench) == [f"`pytest -q` still fails:\n{FAILS.text}"]
    assert not (tmp_path / "new.py").exists()
    assert bench.of(FileChanged)[-2].path in {"sums.py", "new.py"}


def test_equal_and_broken_answers_are_not_checked(tmp_path: Path) -> None:
    doubts = [Doubt(1, 60, 0.9), Doubt(2, 70, 0.5), Doubt(3, 80, 0.2)]
    cut = Answer(calls=(ToolCall("", "write", "{"),), reason="length")
    spaced = write(WRONG.replace("a * b", "a  *  b"))
    bench = judged(tmp_path, hesitant(WRONG, *doubts), spaced, cut, write(RIGHT), say("Done."))
    assert run(bench, CHECKED).ending == "success"
    tries = [text for text in notices(bench) if "another choice" in text]
    assert tries == ["`pytest -q` passes with another choice."]


def test_they_are_tried_once_and_not_without_end(tmp_path: Path) -> None:
    doubts = [Doubt(1, number, 0.5) for number in range(MOST_TRIES + 5)]
    tries = [write(WRONG + f"# {number}\n") for number in range(MOST_TRIES)]
    again = hesitant(WRONG + "# again\n", *doubts)
    bench = judged(tmp_path, hesitant(WRONG, *doubts), *tries, again, write(RIGHT), say("Done."))
    assert run(bench, CHECKED).ending == "success"
    assert sum(bool(request.begun) for request in requests(bench)) == MOST_TRIES


def test_a_file_that_somebody_else_changed_ends_the_search(tmp_path: Path) -> None:
    first = hesitant(WRONG, Doubt(2, 70, 0.5), Doubt(3, 80, 0.2))
    bench = judged(tmp_path, first, write(SOURCE), say("No."), say("No."), say("No."))
    emit = bench.kit.emit

    def change(event: Event) -> None:
        if any("Going back" in text for text in notices(bench)):
            (tmp_path / "sums.py").write_text("mine\n")
        emit(event)

    bench.kit.emit = change
    run(bench, CHECKED)
    assert (tmp_path / "sums.py").read_text() == "mine\n"
    assert any("changed by somebody else" in text for text in notices(bench))


def test_an_interrupted_search_leaves_the_attempt(tmp_path: Path) -> None:
    first = hesitant(WRONG, Doubt(2, 70, 0.5), Doubt(3, 80, 0.2))
    bench = judged(tmp_path, first, write(LARGE), passing=())
    run_calls = bench.kit.tools["bash"].run

    async def interrupt(args: Any, workspace: Any) -> Output:
        if (tmp_path / "sums.py").read_text() == LARGE:
            raise asyncio.CancelledError
        return await run_calls(args, workspace)

    bash = replace(bench.kit.tools["bash"], run=interrupt)
    bench.kit.tools = {**bench.kit.tools, "bash": bash}
    with pytest.raises(asyncio.CancelledError):
        run(bench, CHECKED)
    assert (tmp_path / "sums.py").read_text() == WRONG
    assert [message.role for message in bench.history] == ["system", "user", "assistant", "tool"]


def test_an_engine_error_ends_the_search(tmp_path: Path) -> None:
    first = hesitant(WRONG, Doubt(2, 70, 0.5), Doubt(3, 80, 0.2))
    broken = fail(ModelError("engine", "It broke."))
    bench = judged(tmp_path, first, broken, say("I give up."), say("I give up."), say("No."))
    run(bench, CHECKED)
    assert (tmp_path / "sums.py").read_text() == WRONG
    assert sum(bool(request.begun) for request in requests(bench)) == 1
