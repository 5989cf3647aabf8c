"""What a person reads of a run: a row for each attempt, a summary for each model, comparisons."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inhouse.evaluating.attempt import Attempt
from inhouse.evaluating.comparison import Comparison
from inhouse.evaluating.summary import Summary

TITLES = (
    *("task", "outcome", "seconds", "turns", "calls", "failed edits"),
    *("input", "cached", "written", "ended", "why"),
)
WHY_CHARACTERS = 70
NAMES_SHOWN = 8


def rows_of(attempts: Sequence[Attempt]) -> list[list[str]]:
    """A table of attempts, its titles first."""
    return [[*TITLES], *(_row_of(one) for one in attempts)]


def _row_of(attempt: Attempt) -> list[str]:
    figures = attempt.figures
    numbers = (figures.input_tokens, figures.cached_input_tokens, figures.output_tokens)
    return [
        attempt.trial.name,
        attempt.outcome,
        f"{attempt.seconds:.1f}",
        str(figures.turns),
        str(figures.calls),
        str(figures.failed_edits),
        *(str(number) for number in numbers),
        attempt.ending,
        attempt.reason[:WHY_CHARACTERS],
    ]


def lines_of(summary: Summary) -> Iterator[str]:
    """What one model came to."""
    others = [name for name in summary.answered_by if not summary.model.endswith(name)]
    if others:
        yield f"answered by {', '.join(others)}"
    low, high = summary.interval.low, summary.interval.high
    if summary.unjudged:
        yield f"{summary.unjudged} of {summary.attempts} attempts made a change; nobody judged it"
    else:
        yield (
            f"solved: {summary.solved} of {summary.attempts} attempts; pass@1 {summary.rate:.1%}"
            f" (95 % interval {low:.1%} to {high:.1%} over {summary.tasks} tasks)"
        )
    if summary.repeat > 1:
        yield (
            f"over {summary.repeat} attempts each: pass@{summary.repeat} {summary.any_of:.1%},"
            f" pass^{summary.repeat} {summary.all_of:.1%}"
        )
    if summary.several_attempts:
        few = summary.attempts - summary.several_attempts
        yield (
            f"by kind: one or two files {summary.solved - summary.several_solved}/{few},"
            f" several files {summary.several_solved}/{summary.several_attempts}"
        )
    if summary.skipped or summary.errors:
        yield f"not tried: {summary.skipped} skipped; ended by an error: {summary.errors}"
    read = summary.input_tokens - summary.cached_input_tokens
    yield (
        f"tokens: {summary.input_tokens:,} input ({summary.cached_input_tokens:,} cached),"
        f" {summary.output_tokens:,} written; {_rate(read, summary.read_seconds)} reading,"
        f" {_rate(summary.output_tokens, summary.write_seconds)} writing"
    )
    yield (
        f"seconds: median {summary.median_seconds:.1f}, longest {summary.longest_seconds:.1f},"
        f" total {summary.seconds:.1f}"
    )
    yield (
        f"calls: {summary.calls} in {summary.turns} turns, {summary.failed_calls} failed,"
        f" {summary.failed_edits} of these edits"
    )


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """What two sets of attempts differ in."""
    yield f"{comparison.first} (A) and {comparison.second} (B): {comparison.pairs} pairs"
    yield (
        f"  solved by both {comparison.both}, only A {len(comparison.only_first)},"
        f" only B {len(comparison.only_second)}, neither {comparison.neither};"
        f" sign test p = {comparison.chance:.3f}"
    )
    for title, names in (("A", comparison.only_first), ("B", comparison.only_second)):
        if names:
            more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
            yield f"  only {title}: {', '.join(names[:NAMES_SHOWN])}{more}"
    yield (
        f"  B to A: tokens read {_times(comparison.read_ratio)},"
        f" tokens written {_times(comparison.written_ratio)},"
        f" seconds {_times(comparison.seconds_ratio)}"
    )
    if not comparison.alike:
        yield "  Limits or flags differ between A and B."


def encode_report(
    summaries: Sequence[Summary],
    attempts: Sequence[Attempt],
    comparisons: Sequence[Comparison],
    runs: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """The whole of a run for programs."""
    return {
        "version": 1,
        "runs": [dict(run) for run in runs],
        "models": [summary.encode() for summary in summaries],
        "comparisons": [one.encode() for one in comparisons],
        "attempts": [one.encode() for one in attempts],
    }


def _rate(tokens: int, seconds: float) -> str:
    return f"{tokens / seconds:.1f} tokens/s" if seconds else "unknown tokens/s"


def _times(ratio: float | None) -> str:
    return "unknown" if ratio is None else f"{ratio:.2f}x"
