"""The colours of a language, as spans of lines with the names of styles."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Coloured = list[tuple[int, int, str]]
MAX_CHARACTERS: Final = 20_000
"""Longer passages stay in one colour, since they are machine-made and slow to read."""

# The first that a kind of token belongs to counts; the names are component classes of the view.
_STYLES: Final = (
    ("Token.Comment", "code--comment"),
    ("Token.Literal.String.Doc", "code--comment"),
    ("Token.Literal.String", "code--string"),
    ("Token.Literal.Number", "code--number"),
    ("Token.Keyword", "code--keyword"),
    ("Token.Operator.Word", "code--keyword"),
    ("Token.Name.Function", "code--name"),
    ("Token.Name.Class", "code--name"),
    ("Token.Name.Decorator", "code--name"),
    ("Token.Name.Tag", "code--name"),
    ("Token.Name.Attribute", "code--number"),
    ("Token.Name.Constant", "code--number"),
)
# Pygments looks through all of its languages for a file's name, which takes a fifth of a second.
_SAME_AS_SUFFIX: Final = (
    "bash c clj cpp cs css cu dart diff elm ex go graphql groovy html ini java js json jsx less lua"
    " md nim php pl ps1 py rb rs rst sass scala scss sh sql swift tcl toml ts tsx vim vue xml yaml"
    " zig zsh"
)
LANGUAGES: Final = {
    **{suffix: suffix for suffix in _SAME_AS_SUFFIX.split()},
    "h": "c",
    "cc": "cpp",
    "hpp": "cpp",
    "hh": "cpp",
    "pyi": "py",
    "yml": "yaml",
    "hs": "haskell",
    "mjs": "js",
    "cjs": "js",
    "kt": "kotlin",
    "kts": "kotlin",
    "exs": "ex",
    "ml": "ocaml",
    "htm": "html",
    "cfg": "ini",
    "tf": "terraform",
    "erl": "erlang",
    "tcss": "scss",
    "jsonl": "json",
    "m": "objective-c",
    "fs": "fsharp",
    "svg": "xml",
    "tex": "latex",
    "r": "splus",
    "proto": "protobuf",
    "mk": "make",
    "makefile": "make",
    "cmakelists.txt": "cmake",
    "dockerfile": "docker",
    "gemfile": "rb",
    "rakefile": "rb",
    "jenkinsfile": "groovy",
}
STYLE_NAMES: Final = frozenset(name for _token, name in _STYLES)


def colour_lines(path: str, lines: Sequence[str]) -> list[Coloured]:
    """For each line (start, end, style) of what has a colour; nothing for unknown languages."""
    coloured: list[Coloured] = [[] for _line in lines]
    if sum(map(len, lines)) > MAX_CHARACTERS:
        return coloured
    lexer = _lexer_for(path)
    if lexer is None:
        return coloured
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for start, token, value in lexer.get_tokens_unprocessed("\n".join(lines) + "\n"):
        style = _style_of(str(token))
        if not style:
            continue
        at = start
        for piece in value.split("\n"):
            number = bisect_right(starts, at) - 1
            if piece and number < len(lines):
                column = at - starts[number]
                coloured[number].append((column, column + len(piece), style))
            at += len(piece) + 1
    return coloured


@cache
def _style_of(token: str) -> str:
    for prefix, style in _STYLES:
        if token == prefix or token.startswith(f"{prefix}."):
            return style
    return ""


@lru_cache(maxsize=256)
def _lexer_for(path: str) -> "Lexer | None":
    name = path.rpartition("/")[2].lower()
    known = LANGUAGES.get(name) or LANGUAGES.get(name.rpartition(".")[2])
    if known is None:
        return None
    from pygments.lexers import find_lexer_class_by_name

    return find_lexer_class_by_name(known)()
