"""Landlock (landlock(7)): what this process and all that it starts may still do with files.

Rights can only be given to whole trees, so what is hidden is what no given tree holds.
"""

from __future__ import annotations

import ctypes
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Never imported: it would take longer than all the rest.
    from collections.abc import Iterable, Iterator

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH = 1
_ASK_VERSION = 1
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2

_READ_BOUNDING, _DROP_BOUNDING, _CAPABILITY_VERSION = 23, 24, 0x20080522

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_RIGHTS_OF_VERSION_1 = (1 << 13) - 1
# Devices and pipes of names: a project needs no device, and their drivers are not ours to trust.
_MAKE_CHARACTER, _MAKE_BLOCK = 1 << 6, 1 << 11
READ = _EXECUTE | _READ_FILE | _READ_DIR
LIST = _READ_DIR
DEVICE = _READ_FILE | _WRITE_FILE | _TRUNCATE
WRITE = (_RIGHTS_OF_VERSION_1 & ~(_MAKE_CHARACTER | _MAKE_BLOCK)) | _REFER | _TRUNCATE
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_EVERY_PORT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


class _Ruleset(ctypes.Structure):
    """struct landlock_ruleset_attr: what is refused unless a rule gives it."""

    _fields_ = (
        ("files", ctypes.c_uint64),
        ("ports", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def version() -> int:
    """Which version of Landlock the kernel has, 0 for none."""
    found = ctypes.CDLL(None).syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    return max(0, int(found))


def restrict(given: Iterable[tuple[str, int]], *, ports: bool) -> None:
    """Keep only these rights, as pairs of a path and rights; raises OSError when it fails.

    TCP is refused as well where the kernel can, unless `ports`; so are signals to processes outside
    and abstract Unix sockets. Paths that are gone or a symlink give nothing.
    """
    known = version()
    handled = _RIGHTS_OF_VERSION_1
    handled |= _REFER if known >= 2 else 0
    handled |= _TRUNCATE if known >= 3 else 0
    handled |= _IOCTL_DEVICE if known >= 5 else 0
    wanted = _Ruleset(
        handled,
        _EVERY_PORT if known >= 4 and not ports else 0,
        _ABSTRACT_SOCKETS_AND_SIGNALS if known >= 6 else 0,
    )
    size = 8 if known < 4 else 16 if known < 6 else 24
    library = ctypes.CDLL(None, use_errno=True)
    ruleset = _checked(library.syscall(_CREATE_RULESET, ctypes.byref(wanted), size, 0))
    for path, rights in given:
        _give(library, ruleset, path, rights & handled)
    _checked(library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _checked(library.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _give(library: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        mode = os.fstat(place).st_mode
        if stat.S_ISLNK(mode):
            return
        allowed = rights if stat.S_ISDIR(mode) else rights & _OF_FILES
        rule = _Beneath(allowed, place)
        _checked(library.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(place)


def give_up_privileges() -> None:
    """Lose every capability for good, also those that root gets again by starting a program.

    Of a person who has none nothing changes. Raises OSError when it fails.
    """
    library = ctypes.CDLL(None, use_errno=True)
    number = 0
    while library.prctl(_READ_BOUNDING, number, 0, 0, 0) >= 0:
        # Who may not drop one has no privileges that could come back.
        library.prctl(_DROP_BOUNDING, number, 0, 0, 0)
        number += 1
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    _checked(library.capset(ctypes.byref(header), ctypes.byref(none)))


def install_filter(program: bytes) -> None:
    """Put a filter of system calls on this process; raises OSError when it fails."""
    library = ctypes.CDLL(None, use_errno=True)
    value = _Program(len(program) // 8, program)
    _checked(library.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(value), 0, 0))


def all_but(hidden: Iterable[str]) -> Iterator[str]:
    """The largest trees of the machine that together hold everything but what is hidden."""
    secret = set(hidden)
    on_the_way: set[str] = set()
    for path in secret:
        above = os.path.dirname(path)
        while above not in on_the_way:
            on_the_way.add(above)
            above = os.path.dirname(above)
    if not on_the_way:
        yield "/"
        return
    waiting = ["/"]
    while waiting:
        folder = waiting.pop()
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            path = os.path.join(folder, name)
            if path in on_the_way:
                waiting.append(path)
            elif path not in secret:
                yield path


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(result)
