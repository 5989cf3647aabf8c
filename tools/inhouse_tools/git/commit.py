"""The commit that a person asks for, made by git itself: with its hooks where it is trusted."""

import contextlib
import os
import tempfile
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools.git.filters import refuse_filtered
from inhouse_tools.git.log import head_of
from inhouse_tools.git.repository import Repository, literal
from inhouse_tools.refusal import Refusal

# Hooks may run a whole test suite.
COMMIT_SECONDS: Final = 1_800.0
NO_IDENTITY: Final = (
    "git does not know who you are, so nothing was committed. Tell it once:\n"
    '  git config --global user.name "Your Name"\n'
    "  git config --global user.email you@example.org"
)


@dataclass(frozen=True, slots=True)
class Committed:
    """A new commit: its full id and its subject."""

    id: str
    subject: str


async def check_identity(repository: Repository) -> Refusal | None:
    """That git knows whose commits these are; a refusal says how to tell it."""
    for variable in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        answer = await repository.ask("var", variable)
        if isinstance(answer, Refusal):
            return answer
        if answer.code != 0:
            return Refusal(NO_IDENTITY)
    return None


async def commit(
    repository: Repository,
    message: str,
    paths: Sequence[str] | None = None,
    untracked: Sequence[str] = (),
) -> Committed | Refusal:
    """Commit what is staged, or with `paths` these as they are now and nothing else.

    `untracked` are those of them that git does not know yet. Hooks run in a trusted repository
    only; what one of them complains about is in the refusal, and what was staged is as before.
    """
    refused = await check_identity(repository)
    if refused is None and paths is not None:
        refused = await refuse_filtered(repository, paths)
    if refused is None and untracked:
        added = await repository.demand(
            "update-index", "--add", "-z", "--stdin", stdin=joined(untracked)
        )
        refused = added if isinstance(added, Refusal) else None
    if refused is not None:
        return refused
    chosen = [] if paths is None else ["--only", "--pathspec-from-file=-", "--pathspec-file-nul"]
    with _kept(message) as file:
        answer = await repository.as_person(
            "commit",
            "--quiet",
            f"--file={file}",
            "--cleanup=whitespace",
            *([] if repository.trusted else ["--no-verify"]),
            *chosen,
            stdin=joined(map(literal, paths or ())),
            seconds=COMMIT_SECONDS,
        )
    if isinstance(answer, Refusal):
        if untracked:
            await repository.ask(
                "update-index", "--force-remove", "-z", "--stdin", stdin=joined(untracked)
            )
        return answer
    head = await head_of(repository)
    return head if isinstance(head, Refusal) else Committed(head, message.partition("\n")[0])


def joined(paths: Iterable[str]) -> bytes:
    """Paths as git takes them from its standard input with -z."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


@contextlib.contextmanager
def _kept(message: str) -> Generator[Path]:
    """A file for the person alone that holds the message."""
    with tempfile.TemporaryDirectory(prefix="inhouse-commit-") as folder:
        file = Path(folder) / "message"
        file.write_bytes(os.fsencode(message))
        yield file
