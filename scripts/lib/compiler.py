"""The C++ compiler of this machine: where it is, how to get one, and what it compiles wrongly."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping

COMPILERS = ("c++", "g++", "clang++")
# Before it, GCC drops what is stored just before a tile configuration is loaded (its bug 114098),
# and llama.cpp ends with a general protection fault at its first multiplication with AMX. llama.cpp
# asks for this macro before it compiles such code (ggml-cpu/amx/common.h).
FIRST_GCC_WITH_AMX = (13, 3)
WITHOUT_AMX = "-U__AMX_INT8__"


def find_compiler() -> str | None:
    """A C++ compiler that runs: on macOS the commands exist before the tools are installed."""
    for name in (os.environ.get("CXX", ""), *COMPILERS):
        found = shutil.which(name) if name else None
        if found and describe_compiler(found):
            return found
    return None


def describe_compiler(compiler: str) -> str:
    """What it says of itself; nothing when it does not run."""
    done = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def compiles_amx(description: str) -> bool:
    """Whether a compiler with this `--version` compiles AMX as it is written."""
    version = re.search(r"\) (\d+)\.(\d+)", description)
    if "Free Software Foundation" not in description or version is None:
        return True
    return (int(version[1]), int(version[2])) >= FIRST_GCC_WITH_AMX


def compiler_flags(compiler: str | None, features: str) -> Mapping[str, str]:
    """What llama.cpp needs in its environment to be compiled rightly for these instructions."""
    if compiler is None or "amx_int8" not in features.split():
        return {}
    if compiles_amx(describe_compiler(compiler)):
        return {}
    return {
        name: f"{os.environ.get(name, '')} {WITHOUT_AMX}".strip() for name in ("CFLAGS", "CXXFLAGS")
    }


def compiler_hint() -> str:
    """The command that installs a C++ compiler here."""
    if sys.platform == "darwin":
        return "xcode-select --install"
    hints = {
        "apt-get": "sudo apt-get install g++",
        "dnf": "sudo dnf install gcc-c++",
        "pacman": "sudo pacman -S gcc",
        "apk": "sudo apk add g++",
    }
    found = [hint for manager, hint in hints.items() if shutil.which(manager)]
    return found[0] if found else "install g++ or clang++"
