"""A check that is a language server: it is shown the files that change and says what is wrong."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from inhouse_tools.checks.check import Check, When
from inhouse_tools.checks.ground import Ground
from inhouse_tools.checks.lsp.session import Failure, Session
from inhouse_tools.checks.parse import relative_name
from inhouse_tools.checks.problem import Finding, Problem, findings, problem
from inhouse_tools.checks.programs import find_program
from inhouse_tools.process import open_pipe
from inhouse_tools.refusal import Refusal
from inhouse_tools.writing.files import read_file

if TYPE_CHECKING:
    from inhouse_tools.checks.lsp.framing import Message

MAX_STARTS: Final = 2
WARNING: Final = 2
# A server that is busy with something else asks for another try with these codes.
BUSY: Final = frozenset({-32801, -32802})
MAX_TRIES: Final = 3
CREATED, CHANGED = 1, 2
LANGUAGE_IDS: Final = {
    "py": "python",
    "pyi": "python",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "jsx": "javascriptreact",
    "ts": "typescript",
    "mts": "typescript",
    "cts": "typescript",
    "tsx": "typescriptreact",
    "rs": "rust",
    "rb": "ruby",
    "cs": "csharp",
    "cc": "cpp",
    "cxx": "cpp",
    "hpp": "cpp",
    "h": "c",
    "sh": "shellscript",
    "bash": "shellscript",
    "kt": "kotlin",
    "hs": "haskell",
    "ex": "elixir",
    "exs": "elixir",
    "md": "markdown",
    "yml": "yaml",
    "tf": "terraform",
}


@dataclass(slots=True)
class LanguageServer:
    """`check` tells its name, files and command. It is started when it is first needed, and once
    more when it dies."""

    check: Check
    ground: Ground
    _session: Session | None = None
    _starts: int = 0
    _shown: dict[Path, tuple[int, str]] = field(default_factory=dict[Path, tuple[int, str]])

    @property
    def name(self) -> str:
        """The name in the settings."""
        return self.check.name

    @property
    def when(self) -> When:
        """After edits."""
        return self.check.when

    def units(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Files."""
        return tuple(path for path in paths if self.check.concerns(path))

    def state(self, unit: str) -> str:
        """The sha256 of the file."""
        content = read_file(self.ground.root / unit, unit)
        return "" if isinstance(content, Refusal) else content.sha256

    async def look(self, units: Sequence[str], seconds: float) -> tuple[Finding, ...] | Refusal:
        """Show it the files as they are now and wait for what it says."""
        deadline = time.monotonic() + seconds
        while True:
            session = await self._running(deadline - time.monotonic())
            if isinstance(session, Refusal):
                return session
            found = await self._diagnose(session, units, deadline)
            if not isinstance(found, Failure):
                return findings(found, self.ground.root)
            if session.alive or self._starts == MAX_STARTS:
                return Refusal(f"The language server {self.name} was given up: {found.text}.")

    async def close(self) -> None:
        """End it."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _running(self, seconds: float) -> Session | Refusal:
        """The server, started when it does not run."""
        refused = self.ground.refusal()
        if refused:
            return refused
        if self._session is not None and self._session.alive:
            return self._session
        await self.close()
        root = self.ground.root
        program = find_program(self.check.argv[0], root, root)
        if not program:
            return Refusal(f"The language server {self.check.argv[0]} is not installed.")
        self._starts += 1
        pipe = await open_pipe(
            self.ground.wrap([program, *self.check.argv[1:]], lasting=True),
            cwd=root,
            environment=self.ground.environment(lasting=True),
        )
        if isinstance(pipe, Refusal):
            return pipe
        self._session = Session(pipe, root)
        self._shown = {}
        failure = await self._session.begin(seconds)
        if failure is None:
            return self._session
        await self.close()
        return Refusal(f"The language server {self.name} does not start: {failure.text}.")

    async def _diagnose(
        self, session: Session, units: Sequence[str], deadline: float
    ) -> list[Problem] | Failure:
        before: dict[str, int] = {}
        for unit in units:
            path = self.ground.root / unit
            serial = session.serial(path)
            if await self._show(session, path):
                before[unit] = serial
        found: list[Problem] = []
        for unit, serial in before.items():
            path = self.ground.root / unit
            seconds = deadline - time.monotonic()
            if "diagnosticProvider" in session.capabilities:
                diagnostics = await self._pull(session, path, seconds)
            else:
                version = self._shown[path][0]
                diagnostics = await session.wait_published(path, serial, version, seconds)
            if isinstance(diagnostics, Failure):
                return diagnostics
            found += problems_of(diagnostics, path, self.ground.root)
        return found

    async def _show(self, session: Session, path: Path) -> bool:
        """Hand the server the text of a file as it is now; False when there is none."""
        content = read_file(path, path.name)
        document = {"uri": path.as_uri()}
        version, shown = self._shown.get(path, (0, ""))
        if isinstance(content, Refusal):
            if self._shown.pop(path, None):
                await session.notify("textDocument/didClose", {"textDocument": document})
            return False
        text = content.raw.decode("utf-8", "replace")
        self._shown[path] = (version + 1, text)
        changed = {"changes": [{**document, "type": CHANGED if version else CREATED}]}
        await session.notify("workspace/didChangeWatchedFiles", changed)
        if version:
            # The same text again makes a server say again what it thinks of it.
            change = {
                "textDocument": {**document, "version": version + 1},
                "contentChanges": [{"text": text}],
            }
            await session.notify("textDocument/didChange", change)
        else:
            opened: Message = {
                **document,
                "languageId": language_id(path.name),
                "version": version + 1,
                "text": text,
            }
            await session.notify("textDocument/didOpen", {"textDocument": opened})
        if shown != text:
            await session.notify("textDocument/didSave", {"textDocument": document})
        return True

    async def _pull(self, session: Session, path: Path, seconds: float) -> list[object] | Failure:
        wish = {"textDocument": {"uri": path.as_uri()}}
        result: object | Failure = Failure("it is busy")
        for _try in range(MAX_TRIES):
            result = await session.request("textDocument/diagnostic", wish, seconds)
            if not (isinstance(result, Failure) and result.code in BUSY):
                break
        if isinstance(result, Failure):
            return result
        items = cast("Message", result).get("items") if isinstance(result, dict) else None
        return cast("list[object]", items) if isinstance(items, list) else []


def language_server(name: str, command: Sequence[str], files: Sequence[str]) -> Check:
    """A language server that the person has set up, as a check."""
    return Check(
        name, "types", tuple(command), tuple(files), "settings", when="edit", configured=True
    )


def language_id(name: str) -> str:
    """What the protocol calls the language of a file."""
    if fnmatchcase(name, "Dockerfile*"):
        return "dockerfile"
    ending = name.rpartition(".")[2].lower()
    return LANGUAGE_IDS.get(ending, ending)


def problems_of(diagnostics: Sequence[object], path: Path, root: Path) -> list[Problem]:
    """Errors and warnings among the diagnostics of a file."""
    name = relative_name(str(path), root)
    found: list[Problem] = []
    for one in diagnostics:
        fields = cast("Message", one) if isinstance(one, dict) else {}
        severity, text, code = (fields.get(key) for key in ("severity", "message", "code"))
        span = fields.get("range")
        start = cast("Message", span).get("start") if isinstance(span, dict) else None
        place = cast("Message", start) if isinstance(start, dict) else {}
        line, column = place.get("line"), place.get("character")
        if not (isinstance(text, str) and isinstance(line, int) and isinstance(column, int)):
            continue
        if isinstance(severity, int) and severity > WARNING:
            continue
        spelt = str(code) if isinstance(code, str | int) else ""
        found.append(problem(name, line + 1, column + 1, spelt, text))
    return found
