"""Asks macOS's kernel for its values."""

import ctypes

TEXTS = frozenset({"machdep.cpu.brand_string"})
_MOST = 256


def ask_kernel(name: str) -> str:
    """The value as text, also when it is a number; empty when there is none."""
    library = ctypes.CDLL(None)
    buffer = ctypes.create_string_buffer(_MOST)
    size = ctypes.c_size_t(_MOST)
    asked = library.sysctlbyname(
        name.encode(), buffer, ctypes.byref(size), None, ctypes.c_size_t(0)
    )
    if asked != 0:
        return ""
    raw = buffer.raw[: size.value]
    if name in TEXTS:
        return raw.rstrip(b"\0").decode(errors="replace").strip()
    return str(int.from_bytes(raw, "little"))
