"""A rename that goes by the name alone, where meanings are not known."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from inhouse_tools import syntax
from inhouse_tools.editing.renaming.candidates import Candidates
from inhouse_tools.editing.renaming.judged import Judged
from inhouse_tools.editing.renaming.receivers import same_owner
from inhouse_tools.editing.symbol_edit import NUMBER, last_part
from inhouse_tools.syntax.renaming import places_of
from inhouse_tools.writing.changes import Opened

_NUMBER_INSIDE = re.compile(r"#\d+ ")


def judge_by_name(candidates: Candidates, symbol: str) -> list[Judged]:
    """What a rename does with every file of code: all identifiers of the name are renamed.

    But those of another class are left when it is told of each whose it is.
    """
    own = candidates.code[0]
    judged = [_judged(each, symbol, own=each is own) for each in candidates.code]
    if not any(each.also for each in judged):
        return judged
    chosen = same_owner([(each.opened, each.spans) for each in judged], symbol)
    return judged if chosen is None else list(_apart(judged, chosen, symbol))


def _judged(opened: Opened, symbol: str, *, own: bool) -> Judged:
    places = places_of(opened.place.name, opened.source, last_part(symbol))
    also = tuple(_namesakes(opened, symbol, own=own)) if places.defined else ()
    return Judged(opened, places.spans, parses=places.parses, also=also)


def _namesakes(opened: Opened, symbol: str, *, own: bool) -> Iterator[str]:
    """Other symbols whose last part is the same."""
    name = opened.place.name
    for other in syntax.symbols(name, opened.source):
        if last_part(other.name) == last_part(symbol) and not (own and other.name == symbol):
            yield f"{other.name} in {name}"


def _apart(judged: Sequence[Judged], chosen: set[int], symbol: str) -> Iterator[Judged]:
    """The same with only the chosen spans, which are counted over all files."""
    first = 0
    for each in judged:
        mine = {span for index, span in enumerate(each.spans, first) if index in chosen}
        first += len(each.spans)
        others = tuple(span for span in each.spans if span not in mine)
        # A second one in the same class is renamed with it.
        own = f"{NUMBER.sub('', symbol)} "
        also = tuple(name for name in each.also if _NUMBER_INSIDE.sub(" ", name).startswith(own))
        apart = tuple(name for name in each.also if name not in also)
        yield replace(each, spans=tuple(sorted(mine)), others=others, also=also, apart=apart)
