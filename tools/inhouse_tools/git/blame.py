"""Who wrote each line of a file last."""

import re
from dataclasses import dataclass

from inhouse_tools.git.repository import Repository
from inhouse_tools.refusal import Refusal

MOST_LINES = 20_000
_HEADER = re.compile(r"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?")


@dataclass(frozen=True, slots=True)
class BlamedLine:
    """One line of a file as it is now; `commit` is empty when it was not committed yet.

    `time` is in seconds since the epoch.
    """

    number: int
    text: str
    commit: str
    author: str
    time: int
    subject: str


async def blame(
    repository: Repository, path: str, lines: tuple[int, int] | None = None
) -> tuple[BlamedLine, ...] | Refusal:
    """Who wrote these lines (first and last, from 1; all by default) of a file."""
    first, last = lines or (1, MOST_LINES)
    if first < 1 or last < first:
        return Refusal(f"{first} to {last} are no lines of a file.")
    answer = await repository.demand(
        "blame",
        "--line-porcelain",
        "--no-textconv",
        "--encoding=UTF-8",
        *([f"-L{first},{last}"] if lines else []),
        "--",
        path,
    )
    if isinstance(answer, Refusal):
        return answer
    return _read(answer.output.decode("utf-8", "replace"))[: last - first + 1]


def _read(text: str) -> tuple[BlamedLine, ...]:
    found: list[BlamedLine] = []
    commit, number = "", 0
    about: dict[str, str] = {}
    for line in text.split("\n"):
        if line.startswith("\t"):
            written = "" if not commit.strip("0") else commit
            time = about.get("author-time", "0")
            found.append(
                BlamedLine(
                    number,
                    line[1:],
                    written,
                    about.get("author", ""),
                    int(time) if time.isdigit() else 0,
                    about.get("summary", ""),
                )
            )
            about = {}
        elif match := _HEADER.fullmatch(line):
            commit, number = match[1], int(match[2])
        else:
            key, _, value = line.partition(" ")
            about[key] = value
    return tuple(found)
