"""What the runner is told: a program to start, as bytes on a socket."""

import os
from collections.abc import Mapping, Sequence

LENGTH_BYTES = 4
NUL = b"\0"


class Program:
    """A program to start.

    `targets` are the numbers under which it finds the descriptors that come along, in their order.
    With `session` it leads a session of its own, whose whole group ends when the one who wanted it
    lets go of it or ends. One that is `lasting` outlives us.
    """

    # Not a dataclass: what those import takes more memory than all the rest of the runner.

    __slots__ = ("argv", "environment", "folder", "lasting", "session", "targets")

    def __init__(  # noqa: PLR0913 - a program has this many independent circumstances
        self,
        argv: Sequence[bytes],
        folder: bytes,
        environment: Mapping[bytes, bytes],
        targets: Sequence[int],
        *,
        session: bool = True,
        lasting: bool = False,
    ) -> None:
        self.argv = tuple(argv)
        self.folder = folder
        self.environment = dict(environment)
        self.targets = tuple(targets)
        self.session = session
        self.lasting = lasting


def program(  # noqa: PLR0913 - as above
    argv: Sequence[str],
    folder: str | os.PathLike[str],
    environment: Mapping[str, str],
    targets: Sequence[int],
    *,
    session: bool = True,
    lasting: bool = False,
) -> Program:
    """A program of texts. Raises ValueError for what no program can be given, such as a NUL."""
    if not argv:
        raise ValueError("a program has a name")
    made = Program(
        [os.fsencode(word) for word in argv],
        os.path.abspath(os.fsencode(folder)),  # noqa: PTH100 - bytes, and no pathlib in the runner
        {os.fsencode(name): os.fsencode(text) for name, text in environment.items()},
        targets,
        session=session,
        lasting=lasting,
    )
    if any(NUL in part for part in (*made.argv, made.folder, *_assignments(made))):
        raise ValueError("embedded null byte")
    if any(not name or b"=" in name for name in made.environment):
        raise ValueError("illegal environment variable name")
    return made


def encode(wanted: Program) -> bytes:
    """Its length, then its parts: what programs are started with holds no NUL."""
    flags = f"{int(wanted.session)} {int(wanted.lasting)} {len(wanted.argv)}".encode()
    targets = " ".join(map(str, wanted.targets)).encode()
    parts = (flags, targets, wanted.folder, *wanted.argv, *_assignments(wanted))
    body = NUL.join(parts)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def decode(body: bytes) -> Program:
    """The opposite of `encode`, without the length."""
    flags, targets, folder, *rest = body.split(NUL)
    session, lasting, words = map(int, flags.split())
    environment = dict(part.split(b"=", 1) for part in rest[words:])
    return Program(
        rest[:words],
        folder,
        environment,
        [int(number) for number in targets.split()],
        session=bool(session),
        lasting=bool(lasting),
    )


def _assignments(wanted: Program) -> list[bytes]:
    return [name + b"=" + text for name, text in wanted.environment.items()]
