"""`inhouse review`: what the model finds wrong in a change, file by file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inhouse.connect import connect
from inhouse.exit_codes import ExitCode
from inhouse.trust import agrees_to_git
from inhouse_agent.reviewing import Finding, number_lines, review_file
from inhouse_models.chat import ModelError
from inhouse_tools.git.diff import FileDiff, diff
from inhouse_tools.git.repository import open_repository
from inhouse_tools.refusal import Refusal

if TYPE_CHECKING:
    from inhouse.build import Connect
    from inhouse.filtering.edit import Telling
    from inhouse.settings import Settings


@dataclass(frozen=True, slots=True)
class ReviewWish:
    """What is to be reviewed: a `range` of commits as git names them, what is `staged`, or by
    default all that differs from the last commit; `about` is what to look at above all."""

    root: Path
    range: str = ""
    staged: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class NoReview:
    """Why there is nothing to say, and the exit code that it means."""

    text: str
    code: ExitCode = ExitCode.FAILED


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How many files were read whole, and what of the change was left out."""

    files: int
    left_out: tuple[str, ...] = ()


async def review(
    wish: ReviewWish,
    settings: "Settings",
    telling: "Telling",
    tell: Callable[[Finding], None],
    connect_model: "Connect" = connect,
) -> Reviewed | NoReview:
    """Reads the change; `tell` hears of each finding as soon as its file is read."""
    files = await _files(wish)
    if isinstance(files, NoReview):
        return files
    if not files:
        return Reviewed(0)
    client = await connect_model(settings, telling.step)
    if isinstance(client, ModelError):
        return NoReview(client.text, ExitCode.ENGINE)
    left_out: list[str] = []
    try:
        for place, file in enumerate(files):
            telling.step(place, len(files), f"reviewing {file.path}")
            found = await review_file(client, telling.emit, file.path, file.text, wish.about)
            if isinstance(found, ModelError) and found.kind != "overflow":
                return NoReview(found.text, ExitCode.ENGINE)
            if isinstance(found, ModelError) or number_lines(file.text).cut:
                left_out.append(file.path)
            for finding in found if not isinstance(found, ModelError) else ():
                tell(finding)
    finally:
        await client.close()
    return Reviewed(len(files) - len(left_out), tuple(left_out))


async def _files(wish: ReviewWish) -> tuple[FileDiff, ...] | NoReview:
    repository = await open_repository(wish.root, trusted=agrees_to_git(wish.root))
    if isinstance(repository, Refusal):
        return NoReview(repository.text)
    against = wish.range or ("" if wish.staged else "HEAD")
    found = await diff(repository, staged=wish.staged, against=against)
    return NoReview(found.text) if isinstance(found, Refusal) else found.files
