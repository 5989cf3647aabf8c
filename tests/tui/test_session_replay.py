"""The events of a resumed session are shown whole."""

from inhouse.tui.replay import TORN, whole_events
from inhouse_agent.events import (
    Event,
    MessageAdded,
    Noticed,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from inhouse_agent.history import CANCELLED
from inhouse_models.chat import Message, Timings, Usage

ASKED = TurnStarted("Do it.", "ask", "m")
CALLED = ToolStarted("1", "read", "read a", "{}")
ANSWERED = ToolEnded("1", "read", "text")
SAID = MessageAdded(Message("assistant", "Done."))
ENDED = TurnEnded("success", "Done.", 1, Usage(), Timings(), 1.0)
CUT_CALL = ToolEnded("1", "read", CANCELLED, failed=True)
CUT_TURN = TurnEnded("interrupted", TORN, 0, Usage(), Timings(), 0.0)


def test_whole_turns_stay_as_they_are() -> None:
    events: list[Event] = [ASKED, CALLED, ANSWERED, SAID, ENDED, Noticed("x"), ASKED, ENDED]
    assert whole_events(events) == events
    assert whole_events([]) == []


def test_a_torn_turn_ends_as_interrupted() -> None:
    assert whole_events([ASKED, CALLED]) == [ASKED, CALLED, CUT_CALL, CUT_TURN]
    assert whole_events([ASKED, SAID]) == [ASKED, SAID, CUT_TURN]


def test_a_turn_that_was_torn_earlier_ends_before_the_next() -> None:
    events: list[Event] = [ASKED, CALLED, ASKED, ENDED]
    assert whole_events(events) == [ASKED, CALLED, CUT_CALL, CUT_TURN, ASKED, ENDED]


def test_a_persons_own_command_is_no_turn() -> None:
    assert whole_events([CALLED]) == [CALLED, CUT_CALL]
    assert whole_events([CALLED, ANSWERED]) == [CALLED, ANSWERED]
