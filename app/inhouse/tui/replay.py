"""The events of a session that goes on, made whole so that they can be shown."""

from collections.abc import Iterable

from inhouse_agent.events import Event, ToolEnded, ToolStarted, TurnEnded, TurnStarted
from inhouse_agent.history import CANCELLED
from inhouse_models.chat import Timings, Usage

TORN = "This turn was cut off: inhouse ended while it ran."


def whole_events(events: Iterable[Event]) -> list[Event]:
    """The same events, with an end for each call and turn that was torn.

    A turn is torn when the program was killed in it. It ends as interrupted, its calls as failed.
    """
    shown: list[Event] = []
    calls: dict[str, ToolStarted] = {}
    running = False

    def close() -> None:
        ended = (ToolEnded(one.call_id, one.name, CANCELLED, failed=True) for one in calls.values())
        shown.extend(ended)
        calls.clear()
        if running:
            shown.append(TurnEnded("interrupted", TORN, 0, Usage(), Timings(), 0.0))

    for event in events:
        match event:
            case TurnStarted():
                close()
                running = True
            case TurnEnded():
                running = False
            case ToolStarted():
                calls[event.call_id] = event
            case ToolEnded():
                calls.pop(event.call_id, None)
            case _:
                pass
        shown.append(event)
    close()
    return shown
