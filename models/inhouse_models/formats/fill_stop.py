"""Where a completion ends: with its line, with its block, or where the suffix already goes on."""

from dataclasses import dataclass

from inhouse_models.completion import StopRule

CLOSERS = (")", "]", "}", "end", "else", "elif", "except", "finally", "catch", "case", "fi", "done")
TAB = 4


@dataclass(frozen=True, slots=True)
class Ending:
    """What a text is cut by. `rest` is what already stands behind the cursor on its line, `next`
    the first line after it that is not blank, `base` the column of the cursor's line."""

    rule: StopRule
    rest: str
    next: str
    base: int


def ending_for(prefix: str, suffix: str, rule: StopRule) -> Ending:
    """The ending of a completion between these."""
    line = prefix[prefix.rfind("\n") + 1 :]
    rest, _, below = suffix.partition("\n")
    following = next((one for one in below.split("\n") if one.strip()), "")
    base = column(line) if rule.indent is None else rule.indent
    return Ending(rule, rest.rstrip(), following.rstrip(), base)


def column(line: str) -> int:
    """How far a line is indented."""
    blank = line[: len(line) - len(line.lstrip())]
    return len(blank.expandtabs(TAB))


def find_end(text: str, ending: Ending, *, whole: bool = False) -> int | None:
    """How much of the text stays; None while it may go on. `whole`: nothing follows.

    Asked with every token, so that nothing is written in vain.
    """
    found = [place for word in ending.rule.texts if word and (place := text.find(word)) >= 0]
    most = min(found, default=len(text))
    stop = _end_of_lines(text[:most], ending, whole=whole or bool(found))
    if stop is not None:
        return stop
    return most if found or whole else None


def settled(text: str, ending: Ending) -> int:
    """How much of a text that goes on stays for sure, and may be shown already."""
    last = text.rfind("\n")
    if last < 0:
        held = max((len(word) for word in ending.rule.texts), default=1) - 1
        return 0 if ending.rest else len(text[: max(len(text) - held, 0)].rstrip())
    return len(text[:last].rstrip())


def _end_of_lines(text: str, ending: Ending, *, whole: bool) -> int | None:
    lines = text.split("\n")
    first = lines[0]
    over = len(lines) > 1 or whole
    if ending.rest:
        # In the middle of a line only that line is completed, without what stands there already.
        return len(_without_rest(first, ending.rest)) if over else None
    if ending.rule.extent == "line":
        return len(first.rstrip()) if over else None
    place, deeper = len(first), False
    for number, line in enumerate(lines[1:], 1):
        done = number < len(lines) - 1 or whole
        if not line.strip():
            place += 1 + len(line)
            continue
        # The column is known with the first character, repetition with the whole line.
        repeated = done and line.rstrip() == ending.next
        open_word = not done and any(word.startswith(line.lstrip()) for word in CLOSERS)
        outside = not open_word and _is_outside(line, ending, deeper)
        if repeated or (ending.rule.extent == "block" and outside):
            return len(text[:place].rstrip())
        deeper = deeper or column(line) > ending.base
        if number > 1 and not lines[number - 1].strip() and _paragraph(line, ending, deeper):
            return len(text[:place].rstrip())
        place += 1 + len(line)
    return None


def _is_outside(line: str, ending: Ending, deeper: bool) -> bool:
    """Whether a line belongs to the block around the one that is completed."""
    indent = column(line)
    return indent < ending.base or (
        indent == ending.base and deeper and not line.lstrip().startswith(CLOSERS)
    )


def _paragraph(line: str, ending: Ending, deeper: bool) -> bool:
    """Whether what follows a blank line is something else, where no block says so."""
    return ending.rule.extent == "block" and not deeper and column(line) == ending.base


def _without_rest(line: str, rest: str) -> str:
    """A line without the longest end with which the rest of the line begins."""
    bare = line.rstrip()
    start = rest.lstrip()
    for length in range(min(len(bare), len(start)), 0, -1):
        if bare.endswith(start[:length]) and (length == len(start) or length > 1):
            return bare[:-length]
    return line
