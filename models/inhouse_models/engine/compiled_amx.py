"""Tells a llama.cpp whose AMX code was compiled wrongly, and so ends the process that uses it."""

import re
from functools import cache
from pathlib import Path

from inhouse_models.engine.binding import library

# Before it, GCC drops what is stored just before a tile configuration is loaded (its bug 114098),
# which is then random: a general protection fault (llama.cpp's issue 20824).
FIRST_GCC_WITH_AMX = (13, 3)
_AMX = "AMX_INT8 = 1"
_GCC = re.compile(rb"GCC: \([^)\0]{0,80}\) (\d{1,3})\.(\d{1,3})")
_CLANG = b"clang version"


@cache
def wrong_amx() -> str:
    """The compiler that made this llama.cpp's AMX code wrongly, such as "GCC 12.2"; else nothing.

    Where it is named, the processor's own order of weights has to be left out (`repack`): llama.cpp
    uses AMX only with it.
    """
    functions = library()
    if _AMX not in functions.llama_print_system_info().decode("utf-8", "replace"):
        return ""
    folder = Path(functions.__file__).parent / "lib"
    found = [read_compiler(path) for path in sorted(folder.glob("*ggml-cpu*"))]
    return next((compiler for compiler in found if compiler), "")


def read_compiler(path: Path) -> str:
    """The GCC that compiled a library, when it is one that compiles AMX wrongly; else nothing.

    Compilers leave their version in the section `.comment` of an ELF file.
    """
    try:
        content = path.read_bytes()
    except OSError:
        return ""
    # The C library's own beginning of a program counts in, so the newest one is what compiled.
    version = max(((int(one[1]), int(one[2])) for one in _GCC.finditer(content)), default=None)
    if version is None or version >= FIRST_GCC_WITH_AMX or _CLANG in content:
        return ""
    return "GCC {}.{}".format(*version)
