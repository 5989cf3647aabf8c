"""A session that is over, as text."""

from collections.abc import Iterable

from inhouse.output.progress import Progress
from inhouse.sanitise import sanitise, sanitise_line
from inhouse_agent.events import Event, TurnEnded, TurnStarted


def show_transcript(events: Iterable[Event], progress: Progress) -> None:
    """Prompts, steps and answers in order, where `progress` writes."""
    for event in events:
        if isinstance(event, TurnStarted):
            progress.out.write(f"> {sanitise(event.prompt)}\n")
        elif isinstance(event, TurnEnded):
            progress.out.write(f"{sanitise(event.text)}\n[{sanitise_line(event.ending)}]\n\n")
        else:
            progress.show(event)
