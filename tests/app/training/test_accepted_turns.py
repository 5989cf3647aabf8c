"""Which turns of a session count, and which conversations they make."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from inhouse.export.training.collecting import Collected, Wanted, collect, held_back
from inhouse.export.training.conversation import Conversation, conversations_of
from inhouse.export.training.figures import figures_of, say_figures
from inhouse.export.training.masking import Masker
from inhouse.export.training.shape import IMAGE_NOTE, Shape, write_example
from inhouse.export.training.taken_back import taken_back
from inhouse.export.training.turns import judge, turns_of
from inhouse.live.undoing import REDONE, UNDONE
from inhouse_agent.events import (
    Answered,
    Compacted,
    Ending,
    Event,
    FileChanged,
    MessageAdded,
    ToolEnded,
    TurnEnded,
    TurnStarted,
)
from inhouse_agent.kit import Options
from inhouse_agent.profile import SMALL_PROFILE
from inhouse_agent.prompt import system_prompt
from inhouse_agent.session import Session, list_sessions
from inhouse_models.chat import Message, Timings, ToolCall, Usage


def turn(
    prompt: str, *between: Event, ending: Ending = "success", files: tuple[str, ...] = ()
) -> list[Event]:
    end = TurnEnded(ending, "Done.", 1, Usage(), Timings(), 1.0, files)
    answer = MessageAdded(Message("assistant", f"Did {prompt}.", tokens=(1, 2, 3)))
    asked = MessageAdded(Message("user", prompt))
    return [TurnStarted(prompt, "ask", "m"), asked, *between, answer, end]


def session_of(root: Path, *events: Event) -> Session:
    session = Session.create(root, "model")
    assert isinstance(session, Session)
    for event in events:
        session.append(event)
    session.close()
    return session


def reasons(session: Session) -> list[str]:
    turns = turns_of(session)
    return [one.reason for one in judge(turns, taken_back(session, turns))]


def conversations(
    session: Session, known: set[tuple[str, str]] | None = None
) -> list[Conversation]:
    turns = turns_of(session)
    judged = judge(turns, taken_back(session, turns))
    accepted = [one for one in judged if one.reason == "accepted"]
    return conversations_of(session.id, "m", accepted, set())


def found(validation: float = 0) -> Collected:
    collected = collect(Wanted(validation=validation))
    assert isinstance(collected, Collected)
    return collected


def texts(conversation: Conversation) -> list[str]:
    return [said.message.text for said in conversation.messages]


@pytest.mark.parametrize("ending", ["failed", "blocked", "limit", "engine_error", "interrupted"])
def test_only_success_counts(tmp_path: Path, ending: Ending) -> None:
    session = session_of(tmp_path, *turn("a"), *turn("b", ending=ending), *turn("c"))
    assert reasons(session) == ["accepted", ending, "after one that was not accepted"]
    (one,) = conversations(session)
    assert texts(one) == ["a", "Did a."]


def test_what_was_denied_or_torn_does_not_count(tmp_path: Path) -> None:
    assert reasons(session_of(tmp_path, *turn("a", Answered("1", False, "person")))) == ["denied"]
    assert reasons(session_of(tmp_path, *turn("a", Answered("1", True, "person")))) == ["accepted"]
    by_rule = ToolEnded("1", "bash", "Denied: a rule. Go on without it.", failed=True)
    assert reasons(session_of(tmp_path, *turn("a", by_rule))) == ["denied"]
    failed = ToolEnded("1", "bash", "exit code 1", failed=True)
    assert reasons(session_of(tmp_path, *turn("a", failed))) == ["accepted"]
    assert reasons(session_of(tmp_path, *turn("a")[:-1])) == ["unfinished"]


def test_rewound_branches_are_left_out(tmp_path: Path) -> None:
    session = Session.create(tmp_path, "model")
    assert isinstance(session, Session)
    for event in turn("wrong", ending="failed"):
        session.append(event)
    session.rewind("")
    for event in turn("right"):
        session.append(event)
    session.close()
    assert reasons(session) == ["accepted"]
    assert texts(conversations(session)[0]) == ["right", "Did right."]


def test_what_the_model_was_told_to_be_undone(tmp_path: Path) -> None:
    def told(text: str, files: str) -> MessageAdded:
        return MessageAdded(Message("user", text.format(files)))

    changing = [*turn("a", files=("a.py",)), *turn("b", files=("b.py",)), *turn("c")]
    undone = turn("d", told(UNDONE, "b.py"))
    assert reasons(session_of(tmp_path, *changing, *undone))[:2] == ["accepted", "taken back"]
    redone = turn("e", told(REDONE, "b.py"))
    assert set(reasons(session_of(tmp_path, *changing, *undone, *redone))) == {"accepted"}


def changes(*digests: str) -> Iterable[FileChanged]:
    return (FileChanged("a.py", *pair) for pair in pairwise(digests))


def test_files_that_are_as_before_tell_that_a_change_did_not_stay(tmp_path: Path) -> None:
    back = [*turn("a", *changes("1", "2")), *turn("b", *changes("1", "3"))]
    assert reasons(session_of(tmp_path, *back))[0] == "taken back"
    on = [*turn("a", *changes("1", "2")), *turn("b", *changes("2", "3"))]
    assert reasons(session_of(tmp_path, *on)) == ["accepted", "accepted"]
    # Made by the turn, and not there any more.
    assert reasons(session_of(tmp_path, *turn("a", *changes("", "2")))) == ["taken back"]
    gone = tmp_path / "gone"
    assert reasons(session_of(gone, *turn("a", *changes("", "2")))) == ["accepted"]
    # Changed forth and back within a turn is no change.
    assert reasons(session_of(tmp_path, *turn("a", *changes("", "2", "")))) == ["accepted"]


def test_a_summary_makes_a_second_conversation(tmp_path: Path) -> None:
    kept = (Message("user", "Summary"), Message("assistant", "Kept."))
    first, second = turn("a"), turn("b", Compacted(10, 5, 1, kept))
    one, two = conversations(session_of(tmp_path, *first, *second))
    assert texts(one) == ["a", "Did a."]
    assert texts(two) == ["a", "Summary", "Kept.", "Did b."]
    assert [said.learn for said in two.messages] == [False, False, False, True]
    assert one.tokens == 3


def test_a_copy_teaches_nothing_twice(tmp_path: Path) -> None:
    session = session_of(tmp_path, *turn("a"))
    copy = session.fork()
    assert isinstance(copy, Session)
    for event in turn("b"):
        copy.append(event)
    copy.close()
    assert [[one["train"] for one in line["messages"]] for line in found().train] == [
        [False, True],
        [False, False, False, True],
    ]
    assert not found(0.5).validation, "a copy stays with its original"


@pytest.mark.parametrize("written", ["{oh", '{"a":' * 700 + "1" + "}" * 700, "[" * 99_999, "3"])
def test_thinking_images_and_unreadable_calls(tmp_path: Path, written: str) -> None:
    bad = Message("assistant", "Look.", thinking="Hm.", calls=(ToolCall("x", "read", written),))
    session = session_of(
        tmp_path,
        *turn(
            "a",
            MessageAdded(Message("user", "See", images=("data:image/png;base64,QUJD",))),
            MessageAdded(bad),
            MessageAdded(Message("tool", "No JSON.", answers="x")),
        ),
    )
    (one,) = conversations(session)
    kept = write_example(one, Shape(), Masker()).line["messages"]
    assert kept[1]["content"] == f"{IMAGE_NOTE}\n\nSee"
    assert kept[2] == {
        "role": "assistant",
        "content": f"Look.\n<tool_call>\n{written}\n</tool_call>",
        "reasoning_content": "Hm.",
        "train": False,
    }
    assert kept[3]["content"] == "Result of the call:\nNo JSON."
    assert kept[3]["role"] == "user"
    dropped = write_example(one, Shape(thinking=False), Masker())
    assert "reasoning_content" not in dropped.line["messages"][2]
    assert dropped.images == 1


def test_the_tools_are_those_of_the_profile(tmp_path: Path) -> None:
    system = MessageAdded(Message("system", system_prompt(SMALL_PROFILE, Options())))
    (small,) = conversations(session_of(tmp_path, turn("a")[0], system, *turn("a")[1:]))
    assert small.profile == "small"
    assert [tool.name for tool in small.tools] == [*SMALL_PROFILE.tool_names]
    (large,) = conversations(session_of(tmp_path, *turn("a")))
    assert "edit" in [tool.name for tool in large.tools]


def test_the_split_is_always_the_same_and_leaves_something_to_learn() -> None:
    names = [str(number) for number in range(40)]
    held = held_back(names, 0.1)
    assert len(held) == 4
    assert held == held_back(names[::-1], 0.1)
    assert held_back(["one"], 0.5) == set()
    assert held_back(names, float("nan")) == set()
    assert len(held_back(["one", "two"], 0.01)) == 1
    assert len(held_back(["one", "two"], 0.9)) == 1


def test_a_damaged_session_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    session_of(tmp_path, *turn("a"))
    broken = session_of(tmp_path, *turn("b"))
    (path,) = [one.path for one in list_sessions() if one.id == broken.id]
    path.write_bytes(path.read_bytes().replace(b'"turn_ended"', b'"turn_bended"'))
    assert figures_of(found())["turns"] == {"used": 1, "left_out": {"unfinished": 1}}
    assert "1 of 2 sessions, 1 turn:" in next(say_figures(found()))
