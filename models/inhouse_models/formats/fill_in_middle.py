"""The prompt of a completion as token ids: prefix, suffix and middle, after files of a repository.

Control tokens are put in by number; all text goes through a tokeniser that knows none, so that
whatever stands in a file stays text. See https://arxiv.org/abs/2409.12186, section 3.2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inhouse_models.completion import ContextFile
from inhouse_models.formats.pieces import split_literals

Tokenise = Callable[[str], Sequence[int]]
# No language takes fewer characters for a token on average; more would only be cut off again.
CHARACTERS_PER_TOKEN = 4
SNIPPET = "\n\n--- snippet ---\n\n"


@dataclass(frozen=True, slots=True)
class FillTokens:
    """The control tokens of a vocabulary that say what is where; None where there is none.

    `begin` stands before everything, in vocabularies that want that.
    """

    prefix: int
    suffix: int
    middle: int
    repository: int | None = None
    separator: int | None = None
    begin: int | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a prompt is made of. `begun` stands right before the cursor, behind `prefix`: it is
    written as the beginning of the middle, so that it grows without moving what stands before."""

    prefix: str
    begun: str
    suffix: str
    file: str = ""
    files: tuple[ContextFile, ...] = ()
    repository: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """The most tokens of each part."""

    prefix: int
    suffix: int
    files: int


@dataclass(frozen=True, slots=True)
class FillPrompt:
    """Ids to read, and the `last` one of the text before the cursor, which is to be written anew,
    since a word may go on there; None where there is none. `marks` are lengths up to which they
    change less often than behind them. `truncated`: something was left out."""

    ids: tuple[int, ...]
    last: int | None
    marks: tuple[int, ...]
    truncated: bool


def plain_tokeniser(
    tokenise: Callable[[str, bool], Sequence[int]], literals: Sequence[str]
) -> Tokenise:
    """A tokeniser that makes no control token of any text. `tokenise(text, special)` is the
    vocabulary's own, `literals` the spellings of its special tokens."""

    def plain(text: str) -> list[int]:
        ids: list[int] = []
        for part in split_literals(text, literals):
            ids.extend(tokenise(part, False))
        return ids

    return plain


def lay_out_fill(
    tokens: FillTokens, tokenise: Tokenise, around: Surroundings, room: Room
) -> FillPrompt:
    """The prompt, the files first, the cursor last."""
    ids = [] if tokens.begin is None else [tokens.begin]
    shown, left_out = _files(tokens, tokenise, around, room.files)
    ids += shown
    marks = [len(ids)] if shown else []
    before = around.prefix[window_start(around.prefix, room.prefix * CHARACTERS_PER_TOKEN) :]
    prefix = tokenise(before)
    after = _beginning(around.suffix, room.suffix * CHARACTERS_PER_TOKEN)
    suffix = tokenise(after)
    cut = len(prefix) > room.prefix or len(suffix) > room.suffix
    ids += [tokens.prefix, *prefix[-room.prefix :]]
    marks.append(len(ids))
    ids += [tokens.suffix, *suffix[: room.suffix], tokens.middle]
    marks.append(len(ids))
    begun = tokenise(around.begun)
    ids += begun[:-1]
    last = begun[-1] if begun else None
    shortened = before != around.prefix or after != around.suffix
    return FillPrompt(tuple(ids), last, tuple(marks), left_out or cut or shortened)


def window_start(text: str, most: int) -> int:
    """Where the end of a text begins of which at most so many characters are shown.

    It is the beginning of a line, and it stays where it is while the text grows by less than a
    quarter of the window: if it moved with every line, everything behind it would be read again.
    """
    if len(text) <= most:
        return 0
    step = max(most // 4, 1)
    start = -(-(len(text) - most) // step) * step
    line = text.find("\n", start) + 1
    return line if 0 < line <= start + step else start


def _beginning(text: str, most: int) -> str:
    """Whole lines of at most so many characters, or as much of the first one."""
    if len(text) <= most:
        return text
    return text[: text.rfind("\n", 0, most) + 1 or most]


def _files(
    tokens: FillTokens, tokenise: Tokenise, around: Surroundings, most: int
) -> tuple[list[int], bool]:
    """The files as ids, and whether some were left out: the first ones, since those that stand
    near to the cursor matter more."""
    separator = tokens.separator
    if not around.files and (separator is None or not around.file):
        return [], False
    heads = list[int]()
    if separator is not None and tokens.repository is not None:
        heads = [tokens.repository, *tokenise(f"{around.repository or 'repository'}\n")]
    name = [] if separator is None else [separator, *tokenise(f"{around.file or 'file'}\n")]
    left = most - len(heads) - len(name)
    shown: list[list[int]] = []
    for file in reversed(around.files):
        text = file.text[: most * CHARACTERS_PER_TOKEN]
        if separator is None:
            part = [*tokenise(SNIPPET), *tokenise(text)]
        else:
            part = [separator, *tokenise(f"{file.name}\n"), *tokenise(text)]
        if len(part) > left:
            break
        left -= len(part)
        shown.append(part)
    flat = [token for part in reversed(shown) for token in part]
    return [*heads, *flat, *name], len(shown) < len(around.files)
