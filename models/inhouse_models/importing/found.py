"""What a look through another program's folder gives: models, and what could not be read."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Program = Literal["hugging-face", "ollama", "lm-studio", "llama.cpp"]
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class FoundModel:
    """One model of another program.

    `title` is what that program calls it, such as `qwen3:8b` or `OWNER/REPO/FILE.gguf`; it may hold
    any character. `path` is the file, or the first of `parts`. `size` is in bytes, of all parts.
    `sha256` is what the program says of the content, empty where it says nothing, or has several
    files. `projector` is the file that lets it see images. `fault` is why it cannot be used, empty
    when nothing is known.
    """

    program: Program
    title: str
    path: Path
    size: int
    parts: int = 1
    sha256: str = ""
    projector: Path | None = None
    fault: str = ""

    @property
    def plain_name(self) -> str:
        """The title as a file name: of a path the last part, without the ending."""
        last = self.title if self.program == "ollama" else self.title.rpartition("/")[2]
        last = re.sub(r"(-00001-of-\d{5})?\.gguf$", "", last, flags=re.IGNORECASE)
        return _UNFIT.sub("-", last).strip(".-_")[:_LONGEST_NAME] or "model"

    @property
    def source(self) -> str:
        """Where it comes from, in one word; names it as well as its name does."""
        return f"{self.program}:{self.title}"


@dataclass(slots=True)
class Findings:
    """What was found so far, and a line for everything that could not be read."""

    models: list[FoundModel] = field(default_factory=list[FoundModel])
    notes: list[str] = field(default_factory=list[str])
