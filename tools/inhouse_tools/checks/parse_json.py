"""Reads the problems out of JSON: that of eslint, ruff, pyright, mypy, shellcheck and phpstan."""

import json
from collections.abc import Iterator
from typing import Final, cast

from inhouse_tools.checks.problem import Problem

FILE_NAMES: Final = ("filePath", "filename", "file", "path", "uri")
TEXT_NAMES: Final = ("message", "description", "text")
CODE_NAMES: Final = ("ruleId", "code", "rule", "check_name", "symbol", "message-id")
LIST_NAMES: Final = (
    "messages",
    "generalDiagnostics",
    "diagnostics",
    "issues",
    "comments",
    "results",
)
# eslint knows 1 and 2, the language servers' 3 and 4 ask for nothing.
MINOR: Final = frozenset({"information", "info", "note", "hint", "style", 3, 4})
# eslint says this of a file that the project told it to pass over.
IGNORED: Final = "File ignored"
MAX_DEPTH: Final = 6
MAX_STARTS: Final = 20


def read_json(text: str) -> list[Problem] | None:
    """The problems in the JSON that a text holds, perhaps among other lines; None without any."""
    decoder = json.JSONDecoder()
    values: list[object] = []
    known = False
    place, starts = 0, 0
    while starts < MAX_STARTS and (place := _next_start(text, place)) >= 0:
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            place += 1
            starts += 1
            continue
        known = known or _is_report(value)
        values.append(value)
    if not known:
        return None
    return [one for value in values for one in _problems(value, "", 0)]


def _next_start(text: str, place: int) -> int:
    """Where the next line that begins a list or an object begins, -1 for nowhere."""
    while place < len(text):
        if text[place] in "[{" and (place == 0 or text[place - 1] == "\n"):
            return place
        place = text.find("\n", place) + 1
        if place == 0:
            return -1
    return -1


def _is_report(value: object) -> bool:
    """Whether a value is what a linter writes; an empty list is: nothing was found."""
    if isinstance(value, list):
        entries = cast("list[object]", value)
        return not entries or all(isinstance(one, dict) for one in entries)
    fields = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    return bool(fields.keys() & {*LIST_NAMES, *FILE_NAMES, "files"})


def _problems(value: object, file: str, depth: int) -> Iterator[Problem]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for one in cast("list[object]", value):
            yield from _problems(one, file, depth + 1)
    if not isinstance(value, dict):
        return
    fields = cast("dict[str, object]", value)
    file = _text(fields, FILE_NAMES) or file
    text = _text(fields, TEXT_NAMES)
    place = _place(fields)
    if file and text and place is not None:
        asked = fields.get("severity", fields.get("level", fields.get("type")))
        minor = isinstance(asked, str | int) and asked in MINOR
        if not minor and not text.startswith(IGNORED):
            yield Problem(file, *place, _text(fields, CODE_NAMES), text)
        return
    for name in LIST_NAMES:
        yield from _problems(fields.get(name), file, depth + 1)
    files = fields.get("files")
    if isinstance(files, dict):
        for name, entry in cast("dict[str, object]", files).items():
            yield from _problems(entry, name, depth + 1)


def _text(fields: dict[str, object], names: tuple[str, ...]) -> str:
    """The first of these fields that holds a text or a number."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def _place(fields: dict[str, object]) -> tuple[int, int] | None:
    """Line and column from 1; `range` counts from 0 as editors do."""
    span = fields.get("range")
    if isinstance(span, dict):
        start = cast("dict[str, object]", span).get("start")
        return _numbers(start, ("line",), ("character",), add=1)
    if isinstance(fields.get("location"), dict):
        return _numbers(fields["location"], ("row", "line"), ("column",))
    return _numbers(fields, ("line", "lineNumber"), ("column", "character"))


def _numbers(
    value: object, lines: tuple[str, ...], columns: tuple[str, ...], add: int = 0
) -> tuple[int, int] | None:
    if not isinstance(value, dict):
        return None
    fields = cast("dict[str, object]", value)
    line, column = (
        next((fields[name] for name in names if isinstance(fields.get(name), int)), None)
        for names in (lines, columns)
    )
    if not isinstance(line, int):
        return None
    return line + add, column + add if isinstance(column, int) else 0
