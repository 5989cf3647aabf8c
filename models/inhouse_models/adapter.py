"""A LoRA adapter that a person names: changes to a model's weights, kept in a file of their own."""

import math
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Adapter:
    """A GGUF file of changes, and how strongly they count: 1 as they were trained, 0 not at all."""

    path: Path
    scale: float = 1.0

    @classmethod
    def parse(cls, text: str) -> "Adapter":
        """What `PATH` or `PATH:SCALE` means; what is no number behind a colon belongs to the path.

        A path that ends in a colon and a number needs its scale behind it.
        """
        path, _colon, number = text.rpartition(":")
        try:
            scale = float(number)
        except ValueError:
            scale = math.nan
        if not path or not math.isfinite(scale):
            return cls(Path(text).expanduser())
        return cls(Path(path).expanduser(), scale)

    def __str__(self) -> str:
        """What `parse` takes."""
        return f"{self.path}:{self.scale}"
