"""Whole lines of a text as terminals of a grammar: any run of them, or one that stands once."""

import re
from collections.abc import Sequence
from functools import lru_cache

from inhouse_models.formats.json_values import escape_json
from inhouse_models.formats.lark import Grammar, chunks_in_order, quote

# What stands twice is taken away from all runs. Of a text that holds more of it than this, as
# copied and generated ones do, any run may be named: the grammar would take too long to make.
MOST_REPEATED = 20_000
REMEMBERED = 64
# Stands between repeated runs, and in no text.
GAP = "\x00"
LINE_ENDS = re.compile("\n+")


def json_passage(grammar: Grammar, text: str, name: str, *, once: bool) -> str:
    """A run of lines as a JSON string writes it, and the quote behind it.

    The line end before its first line and the one behind its last line may belong to it.
    """
    chunks = [chunk for line in lines_of(text) for chunk in (line, "\n") if chunk]
    if not text.endswith("\n"):
        del chunks[-1]
    line_ends = ["\n" for _ in max(LINE_ENDS.findall(text), default="")]
    repeats = [
        [chunk for line in run for chunk in ("\n", line) if chunk] + ["\n"]
        for run in repeated_runs(text) or ()
    ]
    return _terminal(
        grammar,
        name,
        [escape_json(chunk) for chunk in chunks],
        [[escape_json(chunk) for chunk in run] for run in (line_ends, *repeats)],
        '"',
        once=once and repeated_runs(text) is not None,
    )


def raw_passage(grammar: Grammar, text: str, name: str, end: str, *, once: bool) -> str:
    """A run of lines, each with its line end, and what ends it."""
    return _terminal(
        grammar,
        name,
        [f"{line}\n" for line in lines_of(text)],
        [[f"{line}\n" for line in run] for run in repeated_runs(text) or ()],
        end,
        once=once and repeated_runs(text) is not None,
    )


def lines_of(text: str) -> list[str]:
    """The lines of a text without their ends."""
    return text.removesuffix("\n").split("\n")


@lru_cache(REMEMBERED)
def repeated_runs(text: str) -> tuple[tuple[str, ...], ...] | None:
    """The longest runs of lines that stand in the text more than once, within lines too.

    Every part of such a run stands there more than once as well. None when there are too many.
    """
    lines = lines_of(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    runs: dict[tuple[str, ...], None] = {}
    size, end = 0, 0
    for first in range(len(lines)):
        covered, end = end, max(end, first)
        while end < len(lines) and _stands_twice(text, starts[first], starts[end + 1] - 1):
            end += 1
            if starts[end] - starts[first] > MOST_REPEATED:
                return None
        if end > max(covered, first):
            size += starts[end] - starts[first]
            runs[tuple(lines[first:end])] = None
        if size > MOST_REPEATED:
            return None
    return tuple(runs)


def _stands_twice(text: str, start: int, end: int) -> bool:
    run = text[start:end]
    return text.find(run) < start or text.find(run, start + 1) >= 0


def _terminal(  # noqa: PLR0913 (each is a part of one rule)
    grammar: Grammar,
    name: str,
    chunks: Sequence[str],
    repeats: Sequence[Sequence[str]],
    end: str,
    *,
    once: bool,
) -> str:
    lines = grammar.rule(f"LINES_{name}", chunks_in_order(chunks))
    if not once:
        # A line end alone is the run of one blank line, where each line has its end.
        return grammar.rule(f"PASSAGE_{name}", f'({lines} & ~("" | "\\n")) {quote(end)}')
    # Part of a run is also nothing at all.
    apart = [chunk for run in repeats for chunk in (*run, GAP)]
    repeated = grammar.rule(f"REPEATED_{name}", chunks_in_order(apart or [GAP]))
    return grammar.rule(f"UNIQUE_{name}", f"({lines} & ~{repeated}) {quote(end)}")
