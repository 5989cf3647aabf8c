"""Reads the problems out of what a check wrote, whichever of the usual forms it has."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools.checks.parse_json import read_json
from inhouse_tools.checks.problem import Problem, problem
from inhouse_tools.text import plain

MAX_PROBLEMS: Final = 5_000
# Longer lines are data; read to their end, an expression could take long for them.
MAX_LINE: Final = 2_000
# Grades that ask for nothing.
MINOR: Final = frozenset({"note", "info", "information", "notice", "help", "hint", "remark"})

_FILE = r"(?P<file>[^\s:()\"'<>|][^:()\"<>|]*?)"
_COLON = re.compile(rf"{_FILE}:(?P<line>\d+)(?::(?P<column>\d+))?(?:-\d+(?::\d+)?)?(?::| -)\s*")
_PARENTHESES = re.compile(rf"{_FILE}\((?P<line>\d+)(?:,(?P<column>\d+))?(?:,\d+,\d+)?\)\s*:\s*")
_PHP = re.compile(r"(?P<rest>.+) in (?P<file>\S.*) on line (?P<line>\d+)$")
_GITHUB = re.compile(r"::(?P<grade>error|warning|notice)(?: (?P<fields>[^:]*(?::[^:]+)*?))?::")
_PYTHON_FILE = re.compile(r'\s*File "(?P<file>[^"]+)", line (?P<line>\d+)')
_PYTHON_ERROR = re.compile(r"(?P<code>\w+(?:Error|Warning|Exception)): (?P<rest>.+)")
_RUST_HEAD = re.compile(r"(?P<grade>error|warning)(?:\[(?P<code>\w+)\])?: (?P<rest>.+)")
_RUST_PLACE = re.compile(rf"\s*--> {_FILE}:(?P<line>\d+):(?P<column>\d+)$")
_ESLINT_ROW = re.compile(
    r"\s+(?P<line>\d+):(?P<column>\d+)\s+(?P<grade>error|warning)\s+(?P<rest>.+?)"
    r"(?:\s{2,}(?P<code>\S+))?$"
)
_UNFORMATTED = re.compile(r"(?:would reformat|\[warn\]) (?P<file>\S.*\.\w+)$")
_PREFIX = re.compile(r"(?:vet|(?:PHP )?(?:Parse|Fatal) error|PHP Warning): +")
_NAME = re.compile(r"(?:.*[/\\])?(?:[^/\\]+\.\w+|[A-Z][a-z]+file)")

_GRADE = re.compile(
    r"(?P<grade>fatal error|error|warning|note|information|info|notice|help|hint|remark)"
    r"(?:\[(?P<code>[\w:-]+)\])?(?:\s*[:-]\s+|\s+(?=[A-Z]+\d+:))",
    re.IGNORECASE,
)
_FIRST_CODE = re.compile(
    r"(?P<code>[A-Z]{1,6}\d{2,6}|(?:[a-z]+(?:-[a-z]+)+|[A-Z][a-z]+Error|[A-Z])(?=:))(?::\s*|\s+)"
)
_LAST_CODE = re.compile(
    r"\s+(?:\[(?P<square>-?[A-Za-z][\w.,/+@=-]*)\]|\((?P<round>report\w+|[a-z]+(?:-[a-z]+)+)\))$"
)
_FIXABLE = re.compile(r"^\[\*\] ")


def parse(output: str, root: Path, folder: str = "") -> tuple[Problem, ...]:
    """The errors and warnings in the output of a check that ran in `folder` of the root.

    Understood are `file:line:column: text`, `file(line,column): text`, the JSON of usual linters,
    and some forms that take several lines. Notes and files outside the root are left out.
    """
    text = plain(output)
    found = read_json(text)
    if found is None:
        found = _Lines().read(text)
    kept: dict[Problem, None] = {}
    for one in found:
        name = relative_name(one.file, root, folder)
        if name and len(kept) < MAX_PROBLEMS:
            kept[problem(name, one.line, one.column, one.code, one.text)] = None
    return tuple(kept)


def relative_name(file: str, root: Path, folder: str = "") -> str:
    """A file as a check names it, relative to the root with "/"; "" when it is outside."""
    path = Path(os.path.normpath(root / folder / file.removeprefix("file://")))
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


@dataclass(slots=True)
class _Lines:
    """Reads line by line. Some forms name the file, or what is wrong, on an earlier line."""

    heading: str = ""
    rust: re.Match[str] | None = None
    python: re.Match[str] | None = None

    def read(self, text: str) -> Iterator[Problem]:
        """The problems of all lines."""
        for whole in text.split("\n"):
            line = whole[:MAX_LINE]
            found = self._several(line) or _single(line.strip())
            if found is not None and found.text:
                yield found

    def _several(self, line: str) -> Problem | None:
        """A problem that ends with this line and began on another; remembers what may begin one."""
        if match := _ESLINT_ROW.match(line):
            return _problem(match, self.heading, match["rest"], match["code"] or "")
        if match := _RUST_PLACE.match(line):
            head, self.rust = self.rust, None
            return (
                _problem(match, match["file"], head["rest"], head["code"] or "") if head else None
            )
        if match := _PYTHON_FILE.match(line):
            self.python = match
            return None
        if self.python and (match := _PYTHON_ERROR.match(line)):
            place, self.python = self.python, None
            return _problem(place, place["file"], match["rest"], match["code"])
        if match := _RUST_HEAD.match(line):
            self.rust = match
        elif line and not line[0].isspace() and _NAME.fullmatch(line):
            self.heading = line
        return None


def _single(line: str) -> Problem | None:
    """The problem that stands on one line."""
    line = _PREFIX.sub("", line, count=1)
    if match := _UNFORMATTED.match(line):
        return Problem(match["file"], 0, 0, "format", "would be formatted differently")
    if match := _GITHUB.match(line):
        return _annotation(match, line[match.end() :])
    for form in (_COLON, _PARENTHESES):
        match = form.match(line)
        if match and _NAME.fullmatch(match["file"]):
            return _graded(match, line[match.end() :])
    if match := _PHP.match(line):
        return _problem(match, match["file"], match["rest"], "")
    return None


def _graded(match: re.Match[str], rest: str) -> Problem | None:
    """A problem whose text may begin with its grade and a code, or end with one."""
    code = ""
    if grade := _GRADE.match(rest):
        if grade["grade"].lower() in MINOR:
            return None
        code, rest = grade["code"] or "", rest[grade.end() :]
    if not code and (first := _FIRST_CODE.match(rest)):
        code, rest = first["code"], rest[first.end() :]
    rest = _FIXABLE.sub("", rest)
    if not code and (last := _LAST_CODE.search(rest)):
        code, rest = last["square"] or last["round"], rest[: last.start()]
    return _problem(match, match["file"], rest, code)


def _annotation(match: re.Match[str], rest: str) -> Problem | None:
    """A line such as `::error file=a.ts,line=4,col=5,title=rule::text`."""
    pairs = (field.partition("=") for field in (match["fields"] or "").split(","))
    fields = {name.strip(): value for name, _equals, value in pairs}
    if match["grade"] in MINOR or "file" not in fields:
        return None
    numbers = [fields.get(name, "") for name in ("line", "col")]
    line, column = (int(text) if text.isdecimal() else 0 for text in numbers)
    return Problem(fields["file"], line, column, fields.get("title", ""), rest.strip())


def _problem(place: re.Match[str], file: str, text: str, code: str) -> Problem | None:
    if not file:
        return None
    column = place.groupdict().get("column")
    return Problem(file, int(place["line"]), int(column or 0), code, text.strip())
