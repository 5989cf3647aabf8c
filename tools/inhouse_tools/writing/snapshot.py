"""The files that a model has seen, as they are at one moment, and putting them back."""

import contextlib
from collections.abc import Mapping

from inhouse_tools.places.paths import resolve
from inhouse_tools.recorded import recorded_changes
from inhouse_tools.refusal import Refusal, of_os_error
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.changes import may_write
from inhouse_tools.writing.files import Content, Write, digest, read_file, write_files

Snapshot = Mapping[str, bytes]
"""Bytes by path relative to the root."""


def take_snapshot(workspace: Workspace) -> Snapshot:
    """Every file that the model has seen and that can be read."""
    contents: dict[str, bytes] = {}
    for path in workspace.seen:
        place = resolve(path, workspace)
        found = place if isinstance(place, Refusal) else read_file(place.path, path)
        if isinstance(found, Content):
            contents[path] = found.raw
    return contents


def put_back(workspace: Workspace, snapshot: Snapshot) -> tuple[str, ...] | Refusal:
    """Makes the seen files what they were; returns the paths that changed.

    Files that the model made since then are removed, those that it has only read since then stay.
    What somebody else has changed meanwhile is a refusal, and nothing is touched.
    """
    places = [resolve(path, workspace) for path in workspace.seen]
    paths = [place.path for place in places if not isinstance(place, Refusal)]
    with recorded_changes(workspace, paths):
        return _put_back(workspace, snapshot)


def _put_back(workspace: Workspace, snapshot: Snapshot) -> tuple[str, ...] | Refusal:
    now = take_snapshot(workspace)
    foreign = [path for path, raw in now.items() if workspace.seen[path] != digest(raw)]
    if foreign:
        return Refusal(f"{foreign[0]} was changed by somebody else in the meantime.")
    writes: list[Write] = []
    for path, raw in snapshot.items():
        if now.get(path) == raw:
            continue
        place = resolve(path, workspace)
        if isinstance(place, Refusal):
            return place
        refused = may_write(place)
        if refused or place.base is None:
            return refused or Refusal(f"{path} is outside the project.")
        expected = digest(now[path]) if path in now else ""
        writes.append(Write(place.base, place.path, place.name, raw, expected))
    refused = write_files(writes)
    if refused:
        return refused
    workspace.seen.update({path: digest(raw) for path, raw in snapshot.items()})
    made = [path for path in now if path in workspace.made and path not in snapshot]
    for path in made:
        refused = _remove(path, workspace)
        if refused:
            return refused
    return (*(write.name for write in writes), *made)


def _remove(path: str, workspace: Workspace) -> Refusal | None:
    """Removes a file that the model made, and forgets it."""
    place = resolve(path, workspace)
    refused = place if isinstance(place, Refusal) else may_write(place)
    if isinstance(place, Refusal) or refused:
        return refused
    try:
        with contextlib.suppress(FileNotFoundError):
            place.path.unlink()
    except OSError as error:
        return of_os_error(error, path, "remove")
    del workspace.seen[path]
    workspace.made.discard(path)
    return None
