"""The rules of ignore files, read as git reads them and fast to ask.

Written after gitignore(5) and git's wildmatch: the tests compare with git itself. A path is given
in "byte letters" (`in_byte_letters`), since git's `?` and `[…]` stand for bytes.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_SPECIAL = re.compile(r"[*?\[\\]")
_NAMED_CLASS = re.compile(r"\[:([^\]]*):\]")
_POSIX_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t-\\r ",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
_STAR, _STARS, _SLASH = "*", "**", "/"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an ignore file. `text` has neither `!` nor the slash at its end.

    `by_name` when it holds no slash: then it is about names anywhere below.
    """

    text: str
    hides: bool
    only_folders: bool
    by_name: bool


@dataclass(frozen=True, slots=True)
class _Matcher:
    """Several patterns as one question; the plain ones, which are most, cost no expression."""

    names: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    name_pattern: re.Pattern[str] | None = None
    paths: frozenset[str] = frozenset()
    path_pattern: re.Pattern[str] | None = None

    def matches(self, path: str, name: str) -> bool:
        return (
            name in self.names
            or name.endswith(self.endings)
            or (self.name_pattern is not None and self.name_pattern.fullmatch(name) is not None)
            or path in self.paths
            or (self.path_pattern is not None and self.path_pattern.fullmatch(path) is not None)
        )


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring rules that say the same."""

    hides: bool
    for_files: _Matcher
    for_folders: _Matcher


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one ignore file, the last ones first: those decide.

    `any_file` and `any_folder` ask all of them at once, since most paths are meant by none.
    """

    runs: tuple[_Run, ...]
    any_file: _Matcher
    any_folder: _Matcher

    def verdict(self, path: str, name: str, is_folder: bool) -> bool | None:
        """Whether a path is ignored; None when no rule is about it.

        `path` is relative to the folder that the rules count from, `name` its last part.
        """
        if not (self.any_folder if is_folder else self.any_file).matches(path, name):
            return None
        for run in self.runs:
            matcher = run.for_folders if is_folder else run.for_files
            if matcher.matches(path, name):
                return run.hides
        return None


def in_byte_letters(name: str) -> str:
    """A file name with one letter for each of its bytes."""
    return name if name.isascii() else os.fsencode(name).decode("latin-1")


@lru_cache(maxsize=256)
def read_rules(raw: bytes) -> Rules | None:
    """The rules of an ignore file, for names in byte letters; None when it has none."""
    return rules_of(raw.removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n"))


def rules_of(lines: Iterable[str]) -> Rules | None:
    """The rules that lines write down, for names in the same letters; None when there are none."""
    runs: list[list[Rule]] = []
    for line in lines:
        rule = parse_rule(line)
        if rule is None:
            continue
        if runs and runs[-1][0].hides == rule.hides:
            runs[-1].append(rule)
        else:
            runs.append([rule])
    made = tuple(_Run(rules[0].hides, *_matchers(rules)) for rules in reversed(runs))
    every = _matchers([rule for rules in runs for rule in rules])
    return Rules(made, *every) if made else None


def parse_rule(line: str) -> Rule | None:
    """What a line says; None for a comment, an empty line and a pattern that matches nothing."""
    if line.startswith("#"):
        return None
    text = _without_spaces_at_end(line.removesuffix("\r"))
    hides = not text.startswith("!")
    text = text if hides else text[1:]
    only_folders = text.endswith("/")
    text = text[:-1] if only_folders else text
    rule = Rule(text, hides, only_folders, "/" not in text)
    return rule if text and _expression(rule) is not None else None


def _without_spaces_at_end(line: str) -> str:
    """The line without its last spaces, save one that a backslash stands before."""
    kept, index = 0, 0
    while index < len(line):
        if line[index] == "\\":
            index += 1
            kept = index + 1
        elif line[index] != " ":
            kept = index + 1
        index += 1
    return line[:kept]


def _matchers(rules: list[Rule]) -> tuple[_Matcher, _Matcher]:
    """For files and for folders."""
    return _matcher([rule for rule in rules if not rule.only_folders]), _matcher(rules)


def _matcher(rules: Iterable[Rule]) -> _Matcher:
    names: set[str] = set()
    endings: list[str] = []
    paths: set[str] = set()
    name_patterns: list[str] = []
    path_patterns: list[str] = []
    for rule in rules:
        text = rule.text if rule.by_name else rule.text.removeprefix("/")
        if not _SPECIAL.search(text):
            (names if rule.by_name else paths).add(text)
        elif rule.by_name and text[0] == "*" and not _SPECIAL.search(text[1:]):
            endings.append(text[1:])
        else:
            expression = _expression(rule) or ""
            (name_patterns if rule.by_name else path_patterns).append(expression)
    return _Matcher(
        frozenset(names),
        tuple(endings),
        _any_of(name_patterns),
        frozenset(paths),
        _any_of(path_patterns),
    )


def _any_of(expressions: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(expressions), re.DOTALL) if expressions else None


def _expression(rule: Rule) -> str | None:
    """A rule's pattern as a regular expression; None when it can match nothing."""
    text = rule.text if rule.by_name else rule.text.removeprefix("/")
    special = _SPECIAL.search(text)
    if special is None:
        return re.escape(text)
    # git compares what stands before the first wildcard by itself, so that `a**/b` is read as `a`
    # and `**/b`.
    start = special.start()
    tokens = _tokens(text[start:])
    if tokens is None:
        return None
    return re.escape(text[:start]) + _joined(tokens)


def _tokens(text: str) -> list[str] | None:
    """A pattern as stars, slashes and expressions for one letter; None when it is malformed."""
    tokens: list[str] = []
    index = 0
    while index < len(text):
        letter = text[index]
        index += 1
        if letter == "*":
            end = index
            while text[end : end + 1] == "*":
                end += 1
            tokens.append(_STARS if end > index else _STAR)
            index = end
        elif letter == "?":
            tokens.append("[^/]")
        elif letter == "[":
            found = _letter_class(text, index)
            if found is None:
                return None
            token, index = found
            tokens.append(token)
        elif letter == "\\":
            if index == len(text):
                return None
            tokens.append(_SLASH if text[index] == "/" else re.escape(text[index]))
            index += 1
        else:
            tokens.append(_SLASH if letter == "/" else re.escape(letter))
    return tokens


def _letter_class(text: str, index: int) -> tuple[str, int] | None:
    """The class whose `[` stands before `index`, and where it ends; None when it is malformed."""
    negated = text[index : index + 1] in {"!", "^"}
    index += negated
    parts: list[str] = []
    before = ""
    first = True
    while first or text[index : index + 1] != "]":
        first = False
        named = _NAMED_CLASS.match(text, index)
        letter, after = _class_letter(text, index)
        last, end = _class_letter(text, after)
        if not letter or (named and named[1] not in _POSIX_CLASSES):
            return None
        if named:
            parts.append(_POSIX_CLASSES[named[1]])
            before, after = "", named.end()
        elif text[index] == "-" and before and last and text[after] != "]":
            parts += [f"{re.escape(before)}-{re.escape(last)}"] if before <= last else []
            before, after = "", end
        else:
            parts.append(re.escape(letter))
            before = letter
        index = after
    inside = "".join(parts)
    if not inside:
        return ("[^/]" if negated else "(?!)"), index + 1
    return f"(?!/)[{'^' if negated else ''}{inside}]", index + 1


def _class_letter(text: str, index: int) -> tuple[str, int]:
    """One letter of a class, perhaps behind a backslash, and the place after it; "" at the end."""
    if text[index : index + 1] == "\\":
        index += 1
    return text[index : index + 1], index + 1


def _joined(tokens: list[str]) -> str:
    """The expression of a whole pattern.

    A star takes as little as it can and keeps it (an atomic group), which is enough since what
    follows has a fixed length: no pattern of a hostile repository can take exponential time.
    """
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token == _SLASH:
            parts.append([])
        else:
            parts[-1].append(token)
    result = ""
    pending: list[str] = []
    open_end = False
    for part in parts:
        if part == [_STARS]:
            result += _anywhere(pending, after_stars=open_end)
            pending, open_end = [], True
        else:
            pending.append(_segment(part))
    if not pending:
        # Stars at the end stand for all that is below.
        return result + ".*"
    last = "/".join(pending)
    return result + (f"(?:.*/)?{last}" if open_end else last)


def _anywhere(segments: list[str], *, after_stars: bool) -> str:
    """Whole segments before a `**`, which are sought when another `**` stands before them."""
    if not segments:
        return ""
    text = "/".join(segments) + "/"
    return f"(?>(?:[^/]*/)*?{text})" if after_stars else text


def _segment(tokens: list[str]) -> str:
    """The expression of what stands between two slashes."""
    pieces: list[str] = [""]
    for token in tokens:
        if token in {_STAR, _STARS}:
            pieces.append("")
        else:
            pieces[-1] += token
    if len(pieces) == 1:
        return pieces[0]
    middle = "".join(f"(?>[^/]*?{piece})" for piece in pieces[1:-1] if piece)
    return f"{pieces[0]}{middle}[^/]*{pieces[-1]}"
