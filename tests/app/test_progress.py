"""What a person sees on standard error while the agent works."""

import io
from collections.abc import Iterable

from inhouse.output.progress import CLEAR_LINE, Detail, Progress
from inhouse.output.result import Result
from inhouse_agent.events import (
    Answered,
    Event,
    MessageAdded,
    Noticed,
    PrefillProgress,
    TextArrived,
    ToolEnded,
    ToolProgress,
    ToolStarted,
)
from inhouse_models.chat import Message, Timings, ToolCall, Usage

DIFF = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old\n+new\n"
EVENTS: tuple[Event, ...] = (
    PrefillProgress(100, 100, 900),
    PrefillProgress(100, 500, 900),
    PrefillProgress(100, 900, 900),
    TextArrived("I look"),
    MessageAdded(Message("assistant", "I look.", calls=(ToolCall("1", "edit", "{}"),))),
    ToolStarted("1", "edit", "edit x.py", "{}"),
    ToolEnded("1", "edit", "done", {"diff": DIFF}),
    ToolStarted("2", "bash", "bash rm \x1b[31mx", "{}"),
    ToolProgress("2", "working\n"),
    Answered("2", False, "one-shot", "nobody can be asked"),
    ToolEnded("2", "bash", "Denied: nobody can be asked.", failed=True),
    Noticed("a folder is not trusted"),
)
RESULT = Result(
    "success",
    "Done.",
    "abc123",
    answers=2,
    seconds=12.34,
    usage=Usage(1900, 1000, 50),
    timings=Timings(0, 3, 5),
    files_changed=("x.py",),
)


def watch(detail: Detail, events: Iterable[Event] = EVENTS, *, live: bool = False) -> str:
    out = io.StringIO()
    seconds = iter(range(100))
    progress = Progress(out, detail, live=live, clock=lambda: float(next(seconds)))
    for event in events:
        progress.show(event)
    progress.finish(RESULT)
    return out.getvalue()


def test_full_detail_shows_each_step() -> None:
    assert watch(Detail.FULL) == (
        "I look.\n"
        "● edit x.py\n"
        "  @@ -1 +1 @@\n"
        "  -old\n"
        "  +new\n"
        "● bash rm \\x1b[31mx\n"
        "denied: bash rm \\x1b[31mx: nobody can be asked\n"
        "  Denied: nobody can be asked.\n"
        "note: a folder is not trusted\n"
        "2 answers · 1,900 tokens in (1,000 cached) · 50 out · 10.0 tokens/s · 12.3 s\n"
        "changed: x.py\n"
        "session abc123; go on with: inhouse -c\n"
    )


def test_without_a_terminal_only_notices_and_denials_are_said() -> None:
    assert watch(Detail.NOTICES) == (
        "denied: bash rm \\x1b[31mx: nobody can be asked\nnote: a folder is not trusted\n"
    )


def test_quiet_says_nothing() -> None:
    assert watch(Detail.NOTHING) == ""


def test_verbose_shows_output_and_reading() -> None:
    shown = watch(Detail.VERBOSE)
    assert "reading 900 of 900 tokens (100 cached)\n" in shown
    assert "working\n" in shown


def test_reading_tells_how_long_it_takes() -> None:
    shown = watch(Detail.FULL, EVENTS[:2], live=True)
    assert "reading 500 of 900 tokens (100 cached), about 1 s left" in shown


def test_the_moving_line_is_gone_at_the_end() -> None:
    shown = watch(Detail.FULL, (TextArrived("a\nb\x1b[2J"),), live=True)
    assert shown.startswith(f"{CLEAR_LINE}writing: a b\\x1b[2J{CLEAR_LINE}")
