"""Opening a git repository so that nothing it brings along is run."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from inhouse_tools.git import distrust, program
from inhouse_tools.git.program import Answer, Call
from inhouse_tools.git.programs import GitProgram, programs_of
from inhouse_tools.refusal import Refusal, of_os_error

Agrees = Callable[[Sequence[GitProgram]], bool]
"""Whether the person trusts a repository that would start these programs."""
Operation = Literal["", "merge", "rebase", "apply", "cherry-pick", "revert", "bisect"]

# What lies in git's folder while something goes on, the first that is there counts.
OPERATIONS: Final[Mapping[str, Operation]] = {
    "rebase-merge": "rebase",
    "rebase-apply/applying": "apply",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}
TOO_OLD: Final = "The git on this machine is older than 2.31 and cannot be used safely here."
TOO_MANY: Final = "The configuration of the repository in {} names more than {} programs."
OTHER_HISTORY: Final = (
    "The repository of {} says that its history and configuration are in {} (the file commondir), "
    "as only a linked worktree does: not used."
)
ELSEWHERE: Final = "The repository of {} says that its files are in {} (core.worktree): not used."
MOST_ERROR: Final = 400


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with files, as it may be used.

    `root` is the folder it was opened by, `top` the one that holds its files, both resolved.
    `folder` is git's own for this worktree, `common` the one that all its worktrees share. Names
    of files are relative to `top`, as `os.fsdecode` gives them.
    `programs` are what it would have git start. Where it is not `trusted`, none of them is:
    `filters` are those that do not run then, and `has_hooks` that there are hooks which do not.
    """

    root: Path
    top: Path
    folder: Path
    common: Path
    trusted: bool
    executable: str
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    filters: frozenset[str] = frozenset()
    has_hooks: bool = False
    programs: tuple[GitProgram, ...] = ()

    @property
    def prefix(self) -> str:
        """The root relative to the top, "" when they are the same."""
        inside = self.root.relative_to(self.top).as_posix()
        return "" if inside == "." else inside

    @property
    def operation(self) -> Operation:
        """What was begun and is not finished, such as a merge."""
        for name, operation in OPERATIONS.items():
            if (self.folder / name).exists():
                return operation
        return ""

    async def ask(
        self,
        *arguments: str,
        stdin: bytes = b"",
        index: Path | None = None,
        most: int = program.MOST_BYTES,
    ) -> Answer | Refusal:
        """Run git in `top`; what it says also when it fails. `index` stands for the real one."""
        environment = {**distrust.QUIET_ENVIRONMENT, **self.environment}
        if index is not None:
            environment["GIT_INDEX_FILE"] = str(index)
        argv = (self.executable, "--no-pager", *arguments)
        return await program.run(Call(argv, self.top, environment, stdin, most=most))

    async def demand(
        self, *arguments: str, stdin: bytes = b"", index: Path | None = None
    ) -> Answer | Refusal:
        """Run git in `top`; a refusal when it fails."""
        answer = await self.ask(*arguments, stdin=stdin, index=index)
        return answer if isinstance(answer, Refusal) else succeeded(answer, arguments[0])

    async def as_person(
        self, *arguments: str, stdin: bytes = b"", seconds: float
    ) -> Answer | Refusal:
        """Run git in `top` as the person would: in a trusted repository its hooks and filters run.

        A refusal when it fails.
        """
        environment = dict(self.environment)
        if not self.trusted:
            environment |= distrust.QUIET_ENVIRONMENT
        argv = (self.executable, "--no-pager", *arguments)
        answer = await program.run(
            Call(argv, self.top, environment, stdin, seconds, own_locale=self.trusted)
        )
        return answer if isinstance(answer, Refusal) else succeeded(answer, arguments[0])


_PLACES: Final = (
    "rev-parse",
    "--path-format=absolute",
    "--show-toplevel",
    "--absolute-git-dir",
    "--git-common-dir",
)
_COUNT: Final = 3


async def open_repository(root: Path, *, trusted: bool | Agrees = False) -> Repository | Refusal:
    """The repository that a folder lies in.

    `trusted` may be asked once it is known what the repository would have git start. A refusal
    says why it cannot be used: git is missing, there is none, it is bare, or odd.
    """
    start = await asyncio.to_thread(_start, root)
    if isinstance(start, Refusal):
        return start
    root, found = start
    first = {**distrust.ALWAYS, **distrust.UNTRUSTED}
    listing, places = await asyncio.gather(
        _ask_first(found, root, first, "config", "--list", "--show-scope", "-z"),
        _ask_first(found, root, first, *_PLACES),
    )
    if isinstance(places, Refusal):
        return places
    if isinstance(listing, Refusal):
        return listing
    if places.code != 0 or listing.code != 0:
        return _no_repository(root, places if places.code else listing)
    lines = places.text.split("\n")
    if len(lines) != _COUNT:
        return Refusal(f"The repository of {root} lies in a folder whose name has several lines.")
    top, folder, common = (Path(line) for line in lines)
    entries = distrust.read_entries(listing.text)
    programs = await asyncio.to_thread(programs_of, entries, top, common)
    trusted = trusted if isinstance(trusted, bool) else await asyncio.to_thread(trusted, programs)
    restraint = _restraint(root, entries, trusted=trusted)
    if isinstance(restraint, Refusal):
        return restraint
    if listing.cut:
        return Refusal(TOO_MANY.format(root, distrust.MOST_KEYS))
    opened = Repository(
        root=root,
        top=top,
        folder=folder,
        common=common,
        trusted=trusted,
        executable=found,
        environment=distrust.as_environment({**distrust.ALWAYS, **restraint.overrides}),
        filters=restraint.filters,
        has_hooks=restraint.hooks,
        programs=programs,
    )
    return await asyncio.to_thread(_checked, opened)


async def _ask_first(
    found: str, root: Path, overrides: Mapping[str, str], *arguments: str
) -> Answer | Refusal:
    """What git says before it is known what the repository's configuration holds."""
    environment = {**distrust.QUIET_ENVIRONMENT, **distrust.as_environment(overrides)}
    return await program.run(Call((found, "--no-pager", *arguments), root, environment))


def _start(root: Path) -> tuple[Path, str] | Refusal:
    """The folder without symlinks, and the git to ask about it."""
    try:
        root = root.resolve(strict=True)
    except OSError as error:
        return of_os_error(error, str(root), "open")
    except RuntimeError:
        return Refusal(f"{root} is a loop of symlinks.")
    found = program.find_program(_surroundings(root))
    return Refusal(program.NOT_INSTALLED) if found is None else (root, found)


def _restraint(
    root: Path, entries: Sequence[distrust.Entry], *, trusted: bool
) -> distrust.Restraint | Refusal:
    """What has to be set over the configuration that git listed."""
    if not any(one.scope == "command" and one.key == distrust.PROOF for one in entries):
        return Refusal(TOO_OLD)
    restraint = distrust.Restraint({}) if trusted else distrust.restrain(entries)
    if len(restraint.overrides) > distrust.MOST_KEYS:
        return Refusal(TOO_MANY.format(root, distrust.MOST_KEYS))
    return restraint


def _checked(opened: Repository) -> Repository | Refusal:
    """The repository, unless its files are not where they belong; with what lies in its folder."""
    if not opened.root.is_relative_to(opened.top) or not (opened.top / ".git").exists():
        return Refusal(ELSEWHERE.format(opened.root, opened.top))
    if (opened.top / ".git").is_dir() and opened.common != opened.folder:
        # A sandboxed command can write this file, and with it another configuration and hooks.
        return Refusal(OTHER_HISTORY.format(opened.root, opened.common))
    hooks = opened.has_hooks or (not opened.trusted and _has_hooks(opened.common / "hooks"))
    return replace(opened, has_hooks=hooks)


def _surroundings(root: Path) -> Path:
    """The nearest folder upwards that looks like a repository, else the root itself."""
    return next((at for at in (root, *root.parents) if (at / ".git").exists()), root)


def _no_repository(root: Path, answer: Answer) -> Refusal:
    said = answer.errors
    if "not a git repository" in said:
        return Refusal(f"{root} is in no git repository. Make one with: git init")
    if "bare repository" in said or "must be run in a work tree" in said:
        return Refusal(f"{root} holds only the history of a repository (bare), and no files.")
    if "dubious ownership" in said:
        return Refusal(
            f"The repository of {root} belongs to another user. If you trust it: "
            f"git config --global --add safe.directory {_surroundings(root)}"
        )
    return Refusal(f"git cannot use the repository of {root}: {first_complaint(answer)}.")


def literal(path: str) -> str:
    """A path as a pathspec of git that means it alone, whatever characters it has."""
    return f":(top,literal){path}"


def succeeded(answer: Answer, what: str) -> Answer | Refusal:
    """The answer, or a refusal in git's words when it failed."""
    if answer.code == 0 or answer.cut:
        return answer
    if "index.lock" in answer.errors:
        return Refusal(
            "Another git is at work in this repository (index.lock is there). Wait for it; if it "
            "has died, delete that file."
        )
    return Refusal(f"git {what} failed: {first_complaint(answer)}.")


def first_complaint(answer: Answer) -> str:
    """The line of git's errors that says most, without its "fatal:"."""
    lines = [line for line in answer.errors.splitlines() if line.strip()]
    telling: Sequence[str] = [
        line for line in lines if line.startswith(("fatal:", "error:"))
    ] or lines
    line = telling[0] if telling else f"exit code {answer.code}"
    text = line.removeprefix("fatal:").removeprefix("error:").strip().rstrip(".")
    return text[:MOST_ERROR]


def _has_hooks(folder: Path) -> bool:
    """Whether there are hooks besides the samples that git itself puts there."""
    try:
        return any(not entry.name.endswith(".sample") for entry in folder.iterdir())
    except OSError:
        return False
