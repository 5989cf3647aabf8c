"""Sessions that lie on the disk: read, renamed, exported, deleted, beside the loop."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse.export.document import Document, document_of
from inhouse.export.writing import (
    ExportProblem,
    Format,
    file_name,
    format_of,
    write_document,
)
from inhouse_agent.journal import SessionProblem, read_header
from inhouse_agent.journal_file import JournalFile
from inhouse_agent.session import Session, find_session
from inhouse_agent.session_outline import Outline

FIRST_BATCH: Final = 24
BATCH: Final = 200
ELSEWHERE: Final = "This session belongs to {root}. Go on with it there: inhouse -r {id}"
GONE: Final = "This branch is not there any more."


@dataclass(frozen=True, slots=True)
class Done:
    """It worked: `text` says what came of it."""

    text: str


async def read_document(identifier: str, entry: str = "") -> Document | SessionProblem:
    """The session up to this entry, or as it stands."""
    return await asyncio.to_thread(_read_document, identifier, entry)


async def rename_session(identifier: str, title: str) -> Done | SessionProblem:
    """Renames a session that nobody has open."""
    return await asyncio.to_thread(_rename, identifier, title)


async def export_session(
    identifier: str, entry: str, folder: Path, name: str
) -> Done | SessionProblem | ExportProblem:
    """Writes the session up to this entry into a new file, whose name says the format."""
    document = await read_document(identifier, entry)
    if isinstance(document, SessionProblem):
        return document
    return await export_document(document, folder, name, format_of(name))


async def export_document(
    document: Document, folder: Path, name: str, form: Format
) -> Done | ExportProblem:
    """Writes a document into a new file, whose name may be a path from the folder on."""

    def write() -> Path | ExportProblem:
        return write_document(document, folder / Path(name).expanduser(), form)

    done = await asyncio.to_thread(write)
    return done if isinstance(done, ExportProblem) else Done(f"Exported to {done}")


async def fork_session(identifier: str, entry: str) -> str | SessionProblem:
    """The id of a copy of the session up to this entry, or as it stands."""
    return await asyncio.to_thread(_fork, identifier, entry)


def find_to_open(beginning: str, root: Path) -> str | SessionProblem:
    """The id of the only session whose id begins so, when it can be opened in this folder."""
    path = find_session(beginning)
    if isinstance(path, SessionProblem):
        return path
    header = read_header(path)
    if isinstance(header, SessionProblem):
        return header
    if header.root != str(root.resolve()):
        return SessionProblem("missing", ELSEWHERE.format(root=header.root, id=header.id))
    file = JournalFile.open(path)
    if isinstance(file, SessionProblem):
        return file
    file.close()
    return header.id


async def remove_session(identifier: str) -> Done | SessionProblem:
    """Deletes a session that nobody has open, and what the engine keeps of it."""
    from inhouse.removing import remove_with_states

    done = await remove_with_states([identifier])
    for problem in done.removal.problems:
        return problem
    return Done("Deleted.")


def free_path(folder: Path, document: Document, form: Format) -> Path:
    """A new file for a document; with a number where there is one already."""
    path = folder / file_name(document, form)
    stem, number = path.stem, 2
    while path.exists():
        path = path.with_stem(f"{stem}-{number}")
        number += 1
    return path


def in_batches(outlines: Iterable[Outline]) -> Iterator[tuple[list[Outline], bool]]:
    """A small first batch, so that something can be seen at once; and whether it is the last."""
    batch: list[Outline] = []
    size = FIRST_BATCH
    for outline in outlines:
        batch.append(outline)
        if len(batch) == size:
            yield batch, False
            batch, size = [], BATCH
    yield batch, True


def _read_document(identifier: str, entry: str) -> Document | SessionProblem:
    session = _read_at(identifier, entry)
    return session if isinstance(session, SessionProblem) else document_of(session)


def _fork(identifier: str, entry: str) -> str | SessionProblem:
    session = _read_at(identifier, entry)
    if isinstance(session, SessionProblem):
        return session
    copy = session.fork()
    if isinstance(copy, SessionProblem):
        return copy
    copy.close()
    return copy.id


def _read_at(identifier: str, entry: str) -> Session | SessionProblem:
    session = Session.open(identifier, reading=True)
    if isinstance(session, SessionProblem):
        return session
    session.close()
    if entry:
        try:
            session.rewind(entry)
        except KeyError:
            return SessionProblem("missing", GONE)
    return session


def _rename(identifier: str, title: str) -> Done | SessionProblem:
    session = Session.open(identifier)
    if isinstance(session, SessionProblem):
        return session
    problem = session.rename(title)
    session.close()
    return problem or Done(f"It is called “{session.title}” now.")
