"""What a folder of saved states says of itself: of which model they are, and what can read them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from inhouse_models.private_file import write_private

NAME = "about.json"
LIMIT = 16_384
STATE_FORMAT = 1


@dataclass(frozen=True, slots=True)
class About:
    """The file and fingerprint of a model, the number types of keys and values, and the format
    and version of llama-cpp-python in which its states are written."""

    model: str
    fingerprint: str
    library: str
    keys: str = ""
    values: str = ""
    format: int = STATE_FORMAT

    @property
    def name(self) -> str:
        """The model's name: its file without the ending."""
        return Path(self.model).stem

    def serves(self, library: str) -> bool:
        """Whether this version of the library and a model that is here can use the states."""
        try:
            here = Path(self.model).is_file()
        except OSError:
            return False
        return here and (self.format, self.library) == (STATE_FORMAT, library)


def write_about(folder: Path, about: About) -> None:
    """Put it beside the states, unless it is there; raises OSError."""
    if read_about(folder) != about:
        text = json.dumps(asdict(about), indent=1) + "\n"
        write_private(folder / NAME, [text.encode()])


def read_about(folder: Path) -> About | None:
    """What a folder says; None when it says nothing, or nothing that can be understood."""
    try:
        with (folder / NAME).open("rb") as file:
            data: object = json.loads(file.read(LIMIT))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    given = cast("dict[str, Any]", data)
    try:
        texts = [str(given[name]) for name in ("model", "fingerprint", "library", "keys", "values")]
        return About(*texts, format=int(given["format"]))
    except (KeyError, ValueError, TypeError):
        return None
