"""Makes the llama-cpp-python wheel once per machine and keeps it for every other checkout."""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from compiler import compiler_flags, compiler_hint, find_compiler
from progress import Progress, run_logged

PACKAGE = "llama-cpp-python"
# Processor minutes of one build, as measured; the time it takes is this over the cores.
BUILD_MINUTES = 16


def cache_folder() -> Path:
    """Where inhouse keeps what can be made again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "inhouse"


def wheel_folder(version: str) -> Path:
    """The folder of a wheel that runs on just this kind of processor, with these build options."""
    parts = [
        sysconfig.get_platform(),
        *platform.libc_ver(),
        processor_features(),
        os.environ.get("CMAKE_ARGS", ""),
        *compiler_flags(find_compiler(), processor_features()).values(),
    ]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    return cache_folder() / "wheels" / f"{PACKAGE}-{version}-{key}"


def processor_features() -> str:
    """What the compiler may have used: llama.cpp is built for the processor it is built on."""
    described = Path("/proc/cpuinfo")
    if described.exists():
        found = re.search(r"^(?:flags|Features)\s*:(.*)$", described.read_text(), re.MULTILINE)
        return " ".join(sorted(found[1].split())) if found else platform.machine()
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return platform.machine()


def ensure_wheel(python: Path, version: str) -> Path | None:
    """The folder that holds the wheel, built or downloaded if need be; None is already told."""
    folder = wheel_folder(version)
    if any(folder.glob("*.whl")):
        return folder
    compiler = find_compiler()
    making = folder.with_name(f"{folder.name}.{os.getpid()}")
    making.mkdir(parents=True)
    try:
        if not build(python, version, making, compiler):
            if compiler is None:
                sys.stderr.write(f"missing: a C++ compiler ({compiler_hint()})\n")
            return None
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return folder


def build(python: Path, version: str, folder: Path, compiler: str | None) -> bool:
    """Let pip make the wheel: from its own cache, a configured index or folder, or the source."""
    compiles = compiler is not None
    cores = os.cpu_count() or 1
    minutes = max(1, round(BUILD_MINUTES / cores))
    progress = Progress(
        f"compiling llama.cpp (about {minutes} min on {cores} cores, once per machine)"
        if compiles
        else "looking for a compiled llama.cpp"
    )
    flags = compiler_flags(compiler, processor_features())
    kinds = () if compiles else ("--only-binary", ":all:")
    if flags:
        # What pip keeps may have been made without them.
        kinds = ("--no-cache-dir", "--no-binary", PACKAGE)
    command = [
        *(str(python), "-m", "pip", "wheel", "--verbose", "--no-deps", "--progress-bar", "off"),
        *kinds,
        *("--wheel-dir", str(folder), f"{PACKAGE}=={version}"),
    ]
    os.environ.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(cores))
    os.environ.update(flags)
    log = cache_folder() / "logs" / "llama-build.log"
    return run_logged(command, log, progress, describe_build, explain=compiles)


def describe_build(output: str) -> str:
    """The newest step of pip, ninja or make in a piece of their output."""
    for line in reversed(output.splitlines()):
        if counted := re.search(r"\[(\d+)/(\d+)\]", line):
            return f"{counted[1]}/{counted[2]} steps"
        if percent := re.match(r"\s*\[\s*(\d+)%\]", line):
            return f"{percent[1]} %"
        if re.match(r"\s*Downloading ", line):
            return "downloading the source"
        if re.match(r"\s*Installing build dependencies", line):
            return "installing cmake"
    return ""
