"""Lets root be refused by file modes, so that what is not readable can be tested as root too."""

import ctypes
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

VERSION_3 = 0x20080522
# CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of linux/capability.h.
OVERRIDES = 0b110


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable"))


@contextmanager
def bound_by_file_modes() -> Generator[None]:
    """Within it this thread, and those it starts, read and write only what modes allow."""
    if os.geteuid() != 0 or sys.platform != "linux":
        yield
        return
    library = ctypes.CDLL(None, use_errno=True)
    header, data = _Header(VERSION_3, 0), (_Data * 2)()
    _check(library.capget(ctypes.byref(header), data))
    effective = data[0].effective
    data[0].effective = effective & ~OVERRIDES
    _check(library.capset(ctypes.byref(header), data))
    try:
        yield
    finally:
        data[0].effective = effective
        _check(library.capset(ctypes.byref(header), data))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "capabilities cannot be changed")
