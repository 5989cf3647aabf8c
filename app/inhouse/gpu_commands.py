"""Tells which commands are likely to compute on a graphics card, from how they are written."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Final

PATTERNS: Final = (
    "accelerate launch *",
    "blender *",
    "compute-sanitizer *",
    "cuda-gdb *",
    "deepspeed *",
    "ffmpeg *cuda*",
    "ffmpeg *nvenc*",
    "llama-bench *",
    "llama-cli *",
    "llama-server *",
    "ncu *",
    "nsys *",
    "ollama run *",
    "ollama serve*",
    "python* *train*.py*",
    "torchrun *",
    "trtexec *",
    "vllm *",
)
"""Commands whose programs are made for one; the setting `gpu_commands` adds to them."""
LIBRARIES: Final = r"(?:torch|tensorflow|jax|cupy|numba\.cuda|cudf|onnxruntime)"
IMPORTS: Final = re.compile(rf"^\s*(?:import|from)\s+{LIBRARIES}\b", re.MULTILINE)
REQUIRES: Final = re.compile(
    r"^\s*[\"']?(?:torch|tensorflow|jax|cupy|cudf|onnxruntime-gpu)(?:[-\w]*)\b", re.MULTILINE
)
REQUIREMENTS: Final = ("pyproject.toml", "requirements.txt", "setup.cfg", "environment.yml")
# Between two commands of a line; quotes are not looked at, since a wrong cut only misses one.
SEPARATORS: Final = re.compile(r"&&|\|\||[;|&\n()]")
BEFORE: Final = re.compile(
    r"(?:\w+=\S*\s+|(?:sudo|env|time|nice|nohup|exec)\s+|(?:uv|poetry|pipenv|pdm|hatch) run\s+"
    r"|timeout\s+\S+\s+)"
)
MOST_CHARACTERS: Final = 65_536


def needs_gpu(command: str, root: Path, patterns: Sequence[str] = PATTERNS) -> bool:
    """Whether a part of this command line fits one of the patterns (`*` stands for any text),
    runs a Python file that imports a library for graphics cards, or the tests of a project that
    requires one. What fits a pattern with `!` in front does not."""
    never = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return any(
        _fits(part, patterns) or _computes(part, root)
        for part in split_commands(command)
        if not _fits(part, never)
    )


def _fits(part: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(part, pattern) or fnmatchcase(part.strip(), pattern)
               for pattern in patterns)  # fmt: skip


def split_commands(line: str) -> Iterator[str]:
    """The commands of a line, without what stands before their program, and this without folder."""
    for text in SEPARATORS.split(line):
        part = " ".join(text.split())
        while match := BEFORE.match(part):
            part = part[match.end() :]
        program, space, rest = part.partition(" ")
        if program:
            # A trailing space lets `ollama *` fit the program alone.
            yield f"{PurePosixPath(program).name}{space}{rest}" if rest else f"{program} "


def _computes(part: str, root: Path) -> bool:
    words = part.split()
    if words[0].startswith("python"):
        if words[1:3] == ["-m", "pytest"]:
            return _requires(root)
        files = [word for word in words[1:] if word.endswith(".py")]
        return bool(files) and bool(IMPORTS.search(_read(root / files[0])))
    return words[0] in ("pytest", "py.test") and _requires(root)


def _requires(root: Path) -> bool:
    return any(REQUIRES.search(_read(root / name)) for name in REQUIREMENTS)


def _read(path: Path) -> str:
    """The beginning of a file; empty when it cannot be read."""
    try:
        if not path.is_file():
            return ""
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(MOST_CHARACTERS)
    except OSError:
        return ""
