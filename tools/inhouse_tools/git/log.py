"""The history of a repository, newest first."""

from dataclasses import dataclass

from inhouse_tools.git.repository import Repository, literal
from inhouse_tools.refusal import Refusal

MOST_COMMITS = 1_000
_FORMAT = "%x00".join(("%H", "%P", "%an", "%ae", "%at", "%s", "%b"))
_FIELDS = 7


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: full ids, `time` in seconds since the epoch, `body` without the subject."""

    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    time: int
    subject: str
    body: str


async def log(
    repository: Repository, limit: int = 20, path: str = ""
) -> tuple[Commit, ...] | Refusal:
    """At most `limit` commits up to HEAD that touched this path (any by default).

    Nothing before the first commit.
    """
    head = await head_of(repository)
    if isinstance(head, Refusal):
        return head
    if not head:
        return ()
    count = max(0, min(limit, MOST_COMMITS))
    answer = await repository.demand(
        "log",
        "-z",
        f"--format=tformat:{_FORMAT}",
        f"--max-count={count}",
        "--no-color",
        "--no-show-signature",
        "--no-follow",
        "--encoding=UTF-8",
        "HEAD",
        "--",
        *([literal(path)] if path else []),
    )
    if isinstance(answer, Refusal):
        return answer
    fields = answer.output.decode("utf-8", "replace").split("\0")
    whole = len(fields) // _FIELDS
    return tuple(_commit(fields[at * _FIELDS : (at + 1) * _FIELDS]) for at in range(whole))


async def head_of(repository: Repository) -> str | Refusal:
    """The full id of the commit that HEAD means; "" before the first one."""
    answer = await repository.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if isinstance(answer, Refusal):
        return answer
    return answer.text if answer.code == 0 else ""


def _commit(fields: list[str]) -> Commit:
    identity, parents, author, email, time, subject, body = fields
    when = int(time) if time.lstrip("-").isdigit() else 0
    return Commit(identity, tuple(parents.split()), author, email, when, subject, body.strip())
