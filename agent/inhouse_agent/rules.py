"""Rules such as `bash(git status*)` that a person writes to allow, ask for or deny calls."""

import posixpath
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inhouse_agent.events import Verdict
from inhouse_tools.tool import Access

if TYPE_CHECKING:
    from inhouse_tools.shell import Analysis, SimpleCommand

KIND_NAMES: Final = {"read": "read", "write": "edit", "run": "bash"}
PATH_NAMES: Final = frozenset({"read", "edit"})
RULE_FORM: Final = re.compile(r"(?P<name>[a-z_]+)(?:\((?P<pattern>.*)\))?", re.DOTALL)
# What joins commands or hides one in another. Quotes are not understood: a quoted ";" makes the
# reading stricter, never looser.
SHELL_JOINTS: Final = re.compile(r"[;&|<>\n`(){}]|\$\(")
HOME_SPELLING: Final = re.compile(r"^(?:\$HOME|\$\{HOME\})(?=/|$)")
NAME: Final = re.compile(r"[\w.+-]+")
FOLDING: Final = re.IGNORECASE if sys.platform in {"darwin", "win32"} else re.NOFLAG


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """Why a rule cannot be read."""

    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` is a tool, or `read`, `edit`, `bash` for everything that reads, writes or runs.

    An empty pattern fits everything. Paths are relative to the root, or absolute; in them `*`
    stays within a folder and `**` does not. In commands `*` is any text.

    A permission covers no more than it says: one plain command, or a path as it is written. A
    restriction covers every command of a line, however it is written, and what lies below a path.
    """

    verdict: Verdict
    name: str
    pattern: str = ""

    def __str__(self) -> str:
        return f"{self.name}({self.pattern})" if self.pattern else self.name

    def speaks_of(self, tool: str, access: Access) -> bool:
        """Whether it names this tool, or all tools that do the same."""
        return self.name in (tool, KIND_NAMES[access.kind])

    def fits(self, tool: str, access: Access, root: Path | None = None) -> bool:
        """Whether this rule speaks of that access by that tool, in a workspace at `root`."""
        if access.kind == "run":
            return self._fits_run(tool, access, root)
        return self.speaks_of(tool, access) and self._fits_path(access, root)

    def covers(self, command: "SimpleCommand") -> bool:
        """Whether a permission covers one simple command: nothing in it is hidden or unknown, and
        no word of it that does more than read hides in a `*`."""
        if not command.plain or command.dynamic or command.grade == "unclear":
            return False
        if not set(command.odd) <= set(self.pattern.split()):
            return False
        return _text_pattern(self.pattern).fullmatch(command.text.strip()) is not None

    def mentioned_in(self, analysis: "Analysis") -> bool:
        """Whether the program that a restriction names stands anywhere in a command, so that it
        may be run in a way that cannot be read."""
        wanted = [word for word in self.pattern.partition("*")[0].split() if word[0] != "-"]
        if not wanted or not NAME.fullmatch(wanted[0]):
            return False
        return {word.casefold() for word in wanted} <= _names_in(analysis)

    def _fits_run(self, tool: str, access: Access, root: Path | None) -> bool:
        if not self.speaks_of(tool, access):
            restricts = self.verdict != "allow" and self.name in PATH_NAMES
            return restricts and self._fits_files(analysis_of(access, root), root)
        if not self.pattern:
            return True
        command = access.target.strip()
        if self.verdict != "allow":
            return self._restricts(command, analysis_of(access, root))
        if self.pattern in (command, "*"):
            return True
        analysis = analysis_of(access, root)
        outer = [one for one in analysis.commands if not one.inner]
        sole = len(outer) == 1 and analysis.listed and analysis.grade != "unclear"
        return sole and self.covers(outer[0])

    def _restricts(self, line: str, analysis: "Analysis") -> bool:
        """Whether any command of a line is meant, after what quotes, folders and wrappers hide."""
        texts = {line, *(piece.strip() for piece in SHELL_JOINTS.split(line))}
        for command in analysis.commands:
            texts.add(command.text.strip())
            texts.update(_spellings(command.words))
        pattern = _text_pattern(self.pattern)
        if any(pattern.fullmatch(text) is not None for text in texts):
            return True
        # Without a star the pattern is how the command begins.
        begins = f"{self.pattern} "
        return "*" not in self.pattern and any(text.startswith(begins) for text in texts)

    def _fits_files(self, analysis: "Analysis", root: Path | None) -> bool:
        """Whether a command names a file that must not be touched, or not without asking."""
        return bool(self.pattern) and any(
            self._fits_one(path.as_posix(), root) for path in analysis.paths
        )

    def _fits_path(self, access: Access, root: Path | None) -> bool:
        """A permission reaches outside the folder only when it names an absolute path."""
        pattern = _home(self.pattern)
        if access.outside and self.verdict == "allow" and not pattern.startswith("/"):
            return False
        if not pattern:
            return True
        path = posixpath.normpath(access.target)
        if self.verdict == "allow":
            return _path_pattern(pattern).fullmatch(path) is not None
        return self._fits_one(path, root)

    def _fits_one(self, path: str, root: Path | None) -> bool:
        """A restriction covers what lies below a path too, however pattern and path are spelt."""
        spellings = [path]
        if root is not None and not path.startswith("/"):
            spellings.append((root / path).as_posix())
        elif root is not None and Path(path).is_relative_to(root):
            spellings.append(Path(path).relative_to(root).as_posix())
        for pattern in _path_spellings(self.pattern, root):
            form = _path_pattern(pattern)
            for spelling in spellings:
                if any(form.fullmatch(part) for part in _with_parents(spelling)):
                    return True
        return False


def parse_rule(text: str, verdict: Verdict) -> Rule | RuleProblem:
    """A rule as written in the settings: `tool` or `tool(pattern)`."""
    form = RULE_FORM.fullmatch(text.strip())
    if form is None:
        return RuleProblem(f"The rule {text!r} is not of the form tool or tool(pattern).")
    return Rule(verdict, form["name"], (form["pattern"] or "").strip())


def analysis_of(access: Access, root: Path | None = None) -> "Analysis":
    """What is known of the command of an access; it is found out where nobody has yet."""
    if access.analysis is not None:
        return access.analysis
    from inhouse_tools.shell import analyse

    return analyse(access.target, root or Path.cwd())


def _spellings(words: tuple[str, ...]) -> set[str]:
    """A command as rules may mean it: with and without the folder of its program, and git without
    the options before its command."""
    if not words:
        return set()
    name = words[0].rpartition("/")[2]
    found = {" ".join(words)}
    for program in (name, name.casefold(), name.casefold().removesuffix(".exe")):
        found.add(" ".join((program, *words[1:])))
    if name.casefold() == "git":
        from inhouse_tools.shell import command_of_git

        found.add(" ".join(("git", *command_of_git(words))))
    return found


def _names_in(analysis: "Analysis") -> set[str]:
    texts = [text for one in analysis.commands for text in (one.text, *one.words)]
    plain = [re.sub(r"\\\n|[\\'\"]", "", text) for text in texts]
    return {word.casefold() for text in (*texts, *plain) for word in NAME.findall(text)}


def _home(pattern: str) -> str:
    return posixpath.expanduser(HOME_SPELLING.sub("~", pattern))


@lru_cache(maxsize=256)
def _path_spellings(pattern: str, root: Path | None) -> tuple[str, ...]:
    """A pattern as it is written, and with the links in its plain beginning followed."""
    written = _home(pattern).rstrip("/") or "/"
    written = written.removeprefix("./")
    plain = re.split(r"[*?]", written, maxsplit=1)[0]
    folder = plain if plain == written else plain.rpartition("/")[0]
    if not folder or (root is None and not folder.startswith("/")):
        return (written,)
    resolved = ((root or Path("/")) / folder).resolve().as_posix()
    return (written, resolved + written[len(folder) :])


def _with_parents(path: str) -> tuple[str, ...]:
    parts = path.split("/")
    return tuple("/".join(parts[:count]) for count in range(len(parts), 0, -1))


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
    return re.compile("".join(written), re.DOTALL | FOLDING)
