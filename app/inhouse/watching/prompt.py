"""What the model is told: the comments, where they stand, and the code around them."""

from collections.abc import Mapping, Sequence
from typing import Final

from inhouse.watching.comment import AIComment
from inhouse_tools.syntax import enclosing

MAX_SYMBOL_LINES: Final = 60
LINES_AROUND: Final = 15
MAX_CHARACTERS: Final = 12_000
NOTHING_SAID: Final = "what the code around it needs"
# No word here may sound like a task to take definitions away: see intent.names_to_remove.
DO_ONE: Final = "Change {} as the comment in it asks: {}"
DO_SEVERAL: Final = "Change the code as these {} comments in it ask:"
DO_END: Final = (
    "Do this now. Leave no comment with the mark AI!, AI? or AI behind: what you write stands in "
    "its place, without it."
)
ANSWER_ONE: Final = "Tell what the comment in {} asks: {}"
ANSWER_SEVERAL: Final = "Tell what these {} comments in the code ask:"
ANSWER_END: Final = "Answer in words and change nothing."


def answers_only(comments: Sequence[AIComment]) -> bool:
    """Whether nothing is to be done but to answer."""
    return all(one.mark != "do" for one in comments)


def title_of(comments: Sequence[AIComment]) -> str:
    """One line for the list of what can be undone and for a commit."""
    first = next((one for one in comments if one.mark == "do"), comments[0])
    more = f" (and {len(comments) - 1} more)" if len(comments) > 1 else ""
    return f"{first.request or NOTHING_SAID}{more}"


def prompt_of(comments: Sequence[AIComment], texts: Mapping[str, str]) -> str:
    """The prompt for comments that were gathered; `texts` are their files' texts by path."""
    asking = answers_only(comments)
    one, several = (ANSWER_ONE, ANSWER_SEVERAL) if asking else (DO_ONE, DO_SEVERAL)
    first = comments[0]
    lines = [
        one.format(first.path, first.request or NOTHING_SAID)
        if len(comments) == 1
        else several.format(len(comments))
    ]
    for comment in comments if len(comments) > 1 else ():
        note = "for your information: " if comment.mark == "note" else ""
        said = comment.request or NOTHING_SAID
        lines.append(f"\n{comment.path}, line {comment.line}: {note}{said}")
    for path in dict.fromkeys(comment.path for comment in comments):
        here = [comment for comment in comments if comment.path == path]
        lines += _around(path, texts.get(path, ""), here)
    lines.append("\n" + (ANSWER_END if asking else DO_END))
    return "\n".join(lines)


def _around(path: str, text: str, comments: Sequence[AIComment]) -> list[str]:
    """The code around comments of one file, each line once."""
    lines = text.removesuffix("\n").split("\n")
    wanted: set[int] = set()
    for comment in comments:
        wanted.update(_lines_around(path, text, lines, comment))
    shown: list[str] = []
    room = MAX_CHARACTERS
    begin = 0
    numbers = sorted(wanted)
    for place, number in enumerate(numbers):
        if place + 1 < len(numbers) and numbers[place + 1] == number + 1:
            continue
        passage = "\n".join(lines[one - 1] for one in numbers[begin : place + 1])
        if len(passage) <= room:
            room -= len(passage)
            fence = _fence(passage)
            shown.append(_heading(path, numbers[begin], number, comments))
            shown.append(f"{fence}\n{passage}\n{fence}")
        begin = place + 1
    return shown


def _heading(path: str, first: int, last: int, comments: Sequence[AIComment]) -> str:
    here = [str(one.line) for one in comments if first <= one.line <= last]
    which = f"line {here[0]}" if len(here) == 1 else f"lines {', '.join(here)}"
    return f"\nLines {first} to {last} of {path}, with a comment in {which}:"


def _lines_around(path: str, text: str, lines: list[str], comment: AIComment) -> range:
    """The function or class around a comment, unless it is long; from 1."""
    source = text.encode("utf-8", "replace")
    for at in (comment.line, comment.last_line + 1):
        symbol = enclosing(path, source, at)
        if symbol is not None and symbol.end_line - symbol.start_line < MAX_SYMBOL_LINES:
            first = min(symbol.start_line, comment.line)
            return range(first, max(symbol.end_line, comment.last_line) + 1)
    first = max(1, comment.line - LINES_AROUND)
    return range(first, min(len(lines), comment.last_line + LINES_AROUND) + 1)


def _fence(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return fence
