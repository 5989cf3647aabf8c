"""Protected files of a project: taken down before a command, put back after it.

Landlock gives rights to whole trees only, so it cannot keep one file of a writable folder as it is.
"""

import os
import stat

# What git fills by itself and nobody obeys; it may also be large.
SKIPPED = frozenset({"objects", "refs", "logs", "lfs"})
MOST_FILES = 2_000
MOST_BYTES = 1 << 20
ASIDE = ".put-aside"


Kept = tuple[int, bytes]
"""A file or symlink as it was: its mode, and its bytes or where the symlink leads."""


def take_down(paths: list[str]) -> dict[str, Kept]:
    """Every file and symlink at or below these paths, by path. Missing ones are not in it."""
    found: dict[str, Kept] = {}
    waiting = list(paths)
    while waiting and len(found) < MOST_FILES:
        path = waiting.pop()
        try:
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                found[path] = (status.st_mode, os.fsencode(os.readlink(path)))
            elif stat.S_ISDIR(status.st_mode):
                names = os.listdir(path)
                waiting += [
                    os.path.join(path, name)
                    for name in names
                    if name not in SKIPPED and ASIDE not in name
                ]
            elif stat.S_ISREG(status.st_mode) and status.st_size <= MOST_BYTES:
                with open(path, "rb") as file:
                    found[path] = (status.st_mode, file.read())
        except OSError:
            continue
    return found


def put_back(before: dict[str, Kept], missing: list[str], paths: list[str]) -> list[str]:
    """Undo what changed at or below `paths`; one line for each, to be shown to a person.

    `missing` are those of them that were not there. Nothing is lost: what a command wrote is put
    aside under another name beside it.
    """
    appeared = [path for path in missing if os.path.lexists(path)]
    notes = [_undo(path, None) for path in appeared]
    after = take_down(paths)
    changed = sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )
    return notes + [_undo(path, before.get(path)) for path in changed]


def _undo(path: str, was: Kept | None) -> str:
    try:
        aside = _put_aside(path) if os.path.lexists(path) else ""
        if was is not None:
            _write(path, was)
    except OSError as error:
        return f"{path} is protected, was changed and cannot be put back: {error.strerror}"
    kept = f"; what the command made of it is in {aside}" if aside else ""
    return f"{path} is protected and was put back{kept}"


def _put_aside(path: str) -> str:
    number = 1
    while os.path.lexists(target := f"{path}{ASIDE}-{number}"):
        number += 1
    os.rename(path, target)
    if not os.path.islink(target):
        # A program that lies around under another name shall not run by accident either.
        os.chmod(target, 0o600)
    return target


def _write(path: str, was: Kept) -> None:
    mode, content = was
    _clear_way(os.path.dirname(path))
    if stat.S_ISLNK(mode):
        os.symlink(os.fsdecode(content), path)
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        os.fchmod(handle, stat.S_IMODE(mode))


def _clear_way(folder: str) -> None:
    """Have a real folder there: whatever took its place is put aside."""
    if os.path.islink(folder) or (os.path.lexists(folder) and not os.path.isdir(folder)):
        _put_aside(folder)
    if not os.path.isdir(folder):
        _clear_way(os.path.dirname(folder))
        os.mkdir(folder)
