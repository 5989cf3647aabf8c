"""The rows of the session picker: sessions with their branches and forks, found and drawn."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from textual.content import Content

from inhouse.times import describe_age
from inhouse.tui.composer.fuzzy import match_name
from inhouse.tui.text import join, line
from inhouse_agent.session_outline import Branch, Outline
from inhouse_agent.session_title import shorten

UNNAMED: Final = "nothing was asked yet"
DOT: Final = " · "
# What a word counts that stands in the title or in a prompt; one that is only near counts less.
IN_TITLE: Final = 100.0
IN_PROMPTS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Row:
    """A session, or another branch of it. `first` and `rest` are the strokes of the tree before
    its lines."""

    outline: Outline
    branch: Branch | None = None
    first: str = ""
    rest: str = ""

    @property
    def entry(self) -> str:
        """Where the session goes on: the last entry of the branch, "" for where it ended."""
        return self.branch.leaf if self.branch else ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from other rows, also when it has moved."""
        return self.outline.id, self.entry


def arrange(outlines: Sequence[Outline]) -> list[Row]:
    """Sessions in their order, each with its branches, its forks and their forks below it."""
    known = {outline.id: outline for outline in outlines}
    families: dict[str, list[Outline]] = {}
    for outline in outlines:
        families.setdefault(_origin_of(outline, known).id, []).append(outline)
    rows: list[Row] = []
    for origin, family in families.items():
        forks = [outline for outline in family if outline.id != origin]
        rows += _with_branches(Row(known[origin]), forks)
    return rows


def search(outlines: Iterable[Outline], query: str) -> list[Row]:
    """Those in whose title or prompts every word is found, the best first, with their branches."""
    words = query.lower().split()
    found: list[tuple[float, Outline]] = []
    for outline in outlines:
        score = _score(words, outline)
        if score is not None:
            found.append((score, outline))
    found.sort(key=lambda one: one[0], reverse=True)
    return [row for _, outline in found for row in _with_branches(Row(outline), ())]


def draw(row: Row, now: float, current: str, *, folder: bool) -> list[Content]:
    """Its two lines; `current` is the id of the session that is open, `folder` names its place."""
    outline, branch = row.outline, row.branch or _first(row.outline)
    prompts = branch.prompts if branch else ()
    title = line(_title(row, prompts), "" if prompts or outline.title else "$text-muted")
    when = _seconds(row.branch.at) if row.branch else outline.changed
    kind = "branch" if row.branch else "copy" if outline.header.forked_from else ""
    facts = [*filter(None, [kind]), describe_age(now - when), _turns(len(prompts))]
    if row.branch is None:
        facts += [say_size(outline.size), outline.header.model]
    mark = line("● " if outline.id == current and row.branch is None else "", "$accent")
    place = [line(say_folder(outline.header.root) + DOT, "$text-muted")] if folder else []
    return [
        join(line(f" {row.first}", "$text-muted"), mark, title),
        join(line(f" {row.rest}", "$text-muted"), *place, line(DOT.join(facts), "$text-muted")),
    ]


def say_size(size: int) -> str:
    """Bytes as a person says them."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000)):,} kB"
    return f"{size / 1e6:,.1f} MB"


def say_folder(root: str) -> str:
    """A folder as a person writes it."""
    path, home = Path(root), Path.home()
    return f"~/{path.relative_to(home)}" if path != home and path.is_relative_to(home) else root


def _title(row: Row, prompts: Sequence[int]) -> str:
    """What tells a row from its neighbours: a branch, or an unnamed copy, its last prompt."""
    outline = row.outline
    if not prompts:
        return outline.title if row.branch is None and outline.title else UNNAMED
    named = outline.title != shorten(outline.prompts[0].text)
    if row.branch is None and (named or not outline.header.forked_from):
        return outline.title
    return _first_line(outline.prompts[prompts[-1]].text)


def _with_branches(row: Row, forks: Sequence[Outline]) -> Iterator[Row]:
    yield row
    below: list[Outline | Branch] = [*row.outline.branches[1:], *forks]
    for place, one in enumerate(below):
        last = place == len(below) - 1
        first = row.rest + ("└ " if last else "├ ")
        rest = row.rest + ("  " if last else "│ ")
        if isinstance(one, Branch):
            yield Row(row.outline, one, first, rest)
        else:
            yield from _with_branches(Row(one, None, first, rest), ())


def _origin_of(outline: Outline, known: Mapping[str, Outline]) -> Outline:
    """The session that it was copied from in the end, as far as that is there."""
    at, seen = outline, {outline.id}
    while origin := known.get(at.header.forked_from):
        if origin.id in seen:
            # Only a damaged file goes round in a circle.
            return outline
        seen.add(origin.id)
        at = origin
    return at


def _score(words: Sequence[str], outline: Outline) -> float | None:
    """How well the title fits, and less what was asked; None when a word is in neither."""
    title = outline.title.lower()
    score = 0.0
    for word in words:
        near = [match.score for part in title.split() if (match := match_name(word, part))]
        if word in title:
            score += IN_TITLE + max(near, default=0.0)
        elif any(word in prompt.text.lower() for prompt in outline.prompts):
            score += IN_PROMPTS
        elif near:
            score += max(near)
        else:
            return None
    return score


def _first(outline: Outline) -> Branch | None:
    return outline.branches[0] if outline.branches else None


def _first_line(text: str) -> str:
    return next((row.strip() for row in text.splitlines() if row.strip()), "")


def _turns(count: int) -> str:
    return f"{count} turn{'' if count == 1 else 's'}"


def _seconds(at: str) -> float:
    try:
        return datetime.fromisoformat(at).timestamp()
    except ValueError:
        return 0.0
