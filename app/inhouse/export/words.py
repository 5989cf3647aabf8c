"""The words that both formats of a document use."""

from inhouse.export.document import Call, Document, Ended
from inhouse.times import describe_duration


def facts_of(document: Document) -> tuple[tuple[str, str], ...]:
    """What stands below the title: name and value."""
    return (
        ("Folder", document.root),
        ("Model", document.model),
        ("Begun", say_time(document.created)),
        ("Session", document.id),
    )


def say_time(at: str) -> str:
    """An ISO time to the minute, in UTC as it was written."""
    return f"{at[:10]} {at[11:16]} UTC" if len(at) > 16 else at


def state_of(call: Call) -> str:
    """How a call went, in a few words."""
    if call.denied:
        return f"denied: {call.denied}"
    if not call.ended:
        return "cut off"
    return ("failed, " if call.failed else "") + describe_duration(call.seconds)


ENDINGS = {
    "success": "Done",
    "failed": "Failed",
    "blocked": "Blocked",
    "limit": "Stopped at a limit",
    "engine_error": "The model failed",
    "interrupted": "Interrupted",
}


def figures_of(ended: Ended) -> str:
    """One line about a turn."""
    figures = [
        ENDINGS[ended.ending],
        describe_duration(ended.seconds),
        f"{ended.answers} answer{'' if ended.answers == 1 else 's'}",
        f"{ended.input_tokens:,} tokens in",
        f"{ended.output_tokens:,} out",
    ]
    return " · ".join(figures)
