"""What differs, as unified diffs one file at a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools.git.repository import Repository, literal
from inhouse_tools.refusal import Refusal

MOST_BYTES = 2_000_000
# No program of the repository has a part in it, and no setting of the person changes its form.
PLAIN = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--submodule=short",
    "--ignore-submodules=dirty",
    "--find-renames",
    "--unified=3",
)
_SEAM = re.compile(r"^(?=diff --(?:git|cc|combined) )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FileDiff:
    """The diff of one file with its header; `path` is its new name, for people."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """The diffs of several files; `cut` when there was more than could be read."""

    files: tuple[FileDiff, ...] = ()
    cut: bool = False

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(file.text for file in self.files)


async def diff(
    repository: Repository,
    *,
    staged: bool = False,
    against: str = "",
    paths: Sequence[str] = (),
    index: Path | None = None,
) -> Diff | Refusal:
    """What differs in these paths (all by default), at most 2 MB of it.

    By default it is the files against what is staged. With `staged` it is what is staged against
    the last commit, with `against` the files against that commit. `index` stands for the real one.
    Bytes that are not UTF-8 come as replacement characters.
    """
    if against.startswith("-"):
        return Refusal(f"{against!r} names no commit.")
    which = ["--cached"] if staged else []
    which += [against] if against else []
    answer = await repository.ask(
        "diff", *PLAIN, *which, "--", *map(literal, paths), index=index, most=MOST_BYTES
    )
    if isinstance(answer, Refusal):
        return answer
    if answer.code != 0 and not answer.cut:
        return Refusal(f"git diff failed: {answer.errors.partition(chr(10))[0]}")
    return Diff(split_diff(answer.output.decode("utf-8", "replace")), answer.cut)


def split_diff(text: str) -> tuple[FileDiff, ...]:
    """The files of a diff in the form of git.

    A header alone is left out: such a file was only touched.
    """
    pieces = [piece for piece in _SEAM.split(text) if piece.startswith("diff --")]
    return tuple(FileDiff(name_in(piece), piece) for piece in pieces if piece.count("\n") > 1)


def name_in(piece: str) -> str:
    """The new name of the file that a diff is of, else its old one."""
    names: dict[str, str] = {}
    lines = piece.split("\n")
    for line in lines[1:]:
        if line.startswith("@@"):
            break
        for mark in ("+++ ", "--- ", "rename to ", "copy to "):
            if line.startswith(mark):
                names[mark] = _unquoted(line.removeprefix(mark).rstrip("\t"))
    for mark in ("rename to ", "copy to ", "+++ ", "--- "):
        name = names.get(mark, "/dev/null")
        if name != "/dev/null":
            return name if " to " in mark else name[2:]
    return _name_in_header(lines[0])


def _name_in_header(header: str) -> str:
    """The name in `diff --git a/NAME b/NAME`, where nothing else tells it."""
    words = re.sub(r"^diff --(?:git|cc|combined) ", "", header)
    if not header.startswith("diff --git "):
        return _unquoted(words)
    half = _unquoted(words[: len(words) // 2])
    return half.removeprefix("a/")


def _unquoted(name: str) -> str:
    return name[1:-1] if name.startswith('"') and name.endswith('"') and len(name) > 1 else name
