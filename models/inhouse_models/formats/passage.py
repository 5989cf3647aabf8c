"""Whole lines of a text as terminals of a grammar: any run of them, or one that stands once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from inhouse_models.formats.json_values import escape_json
from inhouse_models.formats.lark import Grammar, chunks_in_order, quote

# What stands twice is taken away from all runs. Of a text that holds more of it than this, as
# copied and generated ones do, any run may be named: the grammar would take too long to make.
MOST_REPEATED = 50_000
REMEMBERED = 64
# Stands between repeated runs, and in no text.
GAP = "\x00"
LINE_ENDS = re.compile("\n+")


@dataclass(frozen=True, slots=True)
class Passage:
    """Two terminals: a run of lines that stands in the text `once`, and `any` run of lines.

    In a text that repeats too much they are the same.
    """

    once: str
    any: str


def json_passage(grammar: Grammar, text: str, name: str) -> Passage:
    """Runs of lines as a JSON string writes them, and the quote behind them.

    The line end before the first line and the one behind the last line may belong to a run.
    """
    spelled = {line: escape_json(line) for line in dict.fromkeys(lines_of(text))}
    line_end = escape_json("\n")
    chunks = [chunk for line in lines_of(text) for chunk in (spelled[line], line_end) if chunk]
    if not text.endswith("\n"):
        del chunks[-1]
    repeats = repeated_runs(text)
    if repeats is None:
        return _terminals(grammar, name, chunks, None, '"')
    apart = [[line_end for _ in max(LINE_ENDS.findall(text), default="")]]
    for run in repeats:
        inside = [chunk for line in run for chunk in (line_end, spelled[line]) if chunk]
        apart.append([*inside, line_end])
    return _terminals(grammar, name, chunks, apart, '"')


def raw_passage(grammar: Grammar, text: str, name: str, end: str) -> Passage:
    """Runs of lines, each with its line end, and what ends them."""
    chunks = [f"{line}\n" for line in lines_of(text)]
    repeats = repeated_runs(text)
    apart = None if repeats is None else [[f"{line}\n" for line in run] for run in repeats]
    return _terminals(grammar, name, chunks, apart, end)


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
        run = tuple(lines[first:end])
        if end > covered and run and run not in runs:
            size += starts[end] - starts[first]
            runs[run] = None
        if size > MOST_REPEATED:
            return None
    return tuple(runs)


def _stands_twice(text: str, start: int, end: int) -> bool:
    run = text[start:end]
    return text.find(run) < start or text.find(run, start + 1) >= 0


def _terminals(
    grammar: Grammar,
    name: str,
    chunks: Sequence[str],
    repeats: Sequence[Sequence[str]] | None,
    end: str,
) -> Passage:
    lines = grammar.rule(f"LINES_{name}", chunks_in_order(chunks))
    # A line end alone is the run of one blank line, where each line has its end.
    several = grammar.rule(f"PASSAGE_{name}", f'({lines} & ~("" | "\\n")) {quote(end)}')
    if repeats is None:
        return Passage(several, several)
    # Part of a run is also nothing at all.
    apart = [chunk for run in repeats for chunk in (*run, GAP)]
    repeated = grammar.rule(f"REPEATED_{name}", chunks_in_order(apart or [GAP]))
    one = grammar.rule(f"UNIQUE_{name}", f"({lines} & ~{repeated}) {quote(end)}")
    return Passage(one, several)
