"""Rules such as `bash(git status*)` that a person writes to allow, ask for or deny calls."""

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from inhouse_agent.events import Verdict
from inhouse_tools.tool import Access

KIND_NAMES: Final = {"read": "read", "write": "edit", "run": "bash"}
RULE_FORM: Final = re.compile(r"(?P<name>[a-z_]+)(?:\((?P<pattern>.*)\))?", re.DOTALL)
# What joins commands or hides one in another. Quotes are not understood: a quoted ";" makes the
# reading stricter, never looser.
SHELL_JOINTS: Final = re.compile(r"[;&|<>\n`(){}]|\$\(")


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """Why a rule cannot be read."""

    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` is a tool, or `read`, `edit`, `bash` for everything that reads, writes or runs.

    An empty pattern fits everything. Paths are relative to the root, or absolute; in them `*`
    stays within a folder and `**` does not. In commands `*` is any text.
    """

    verdict: Verdict
    name: str
    pattern: str = ""

    def __str__(self) -> str:
        return f"{self.name}({self.pattern})" if self.pattern else self.name

    def fits(self, tool: str, access: Access) -> bool:
        """Whether this rule speaks of that access by that tool."""
        if self.name not in (tool, KIND_NAMES[access.kind]):
            return False
        if access.kind == "run":
            return not self.pattern or self._fits_command(access.target)
        return self._fits_path(access)

    def _fits_path(self, access: Access) -> bool:
        """A permission reaches outside the folder only when it names an absolute path."""
        pattern = posixpath.expanduser(self.pattern)
        if access.outside and self.verdict == "allow" and not pattern.startswith("/"):
            return False
        path = posixpath.normpath(access.target)
        return not pattern or _path_pattern(pattern).fullmatch(path) is not None

    def _fits_command(self, command: str) -> bool:
        """A permission covers one plain command; a restriction covers any part of a line."""
        pattern = _text_pattern(self.pattern)
        command = command.strip()
        if self.verdict == "allow":
            if self.pattern == command:
                return True
            joined = SHELL_JOINTS.search(command) is not None and self.pattern != "*"
            return not joined and pattern.fullmatch(command) is not None
        pieces = (command, *(piece.strip() for piece in SHELL_JOINTS.split(command)))
        return any(pattern.fullmatch(piece) is not None for piece in pieces)


def parse_rule(text: str, verdict: Verdict) -> Rule | RuleProblem:
    """A rule as written in the settings: `tool` or `tool(pattern)`."""
    form = RULE_FORM.fullmatch(text.strip())
    if form is None:
        return RuleProblem(f"The rule {text!r} is not of the form tool or tool(pattern).")
    return Rule(verdict, form["name"], (form["pattern"] or "").strip())


@lru_cache(maxsize=256)
def _text_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in pattern.split("*")), re.DOTALL)


@lru_cache(maxsize=256)
def _path_pattern(pattern: str) -> re.Pattern[str]:
    written: list[str] = []
    for piece in re.split(r"(\*\*/|\*\*|\*|\?)", pattern):
        match piece:
            case "**/":
                written.append("(?:.*/)?")
            case "**":
                written.append(".*")
            case "*":
                written.append("[^/]*")
            case "?":
                written.append("[^/]")
            case _:
                written.append(re.escape(piece))
    return re.compile("".join(written), re.DOTALL)
