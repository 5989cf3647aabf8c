"""Has documents decoded by a process of its own, which may fail without harm."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, cast

from inhouse_tools.documents.decoder import run_decoder
from inhouse_tools.refusal import Refusal

MODULE: Final = "inhouse_tools.documents.parse"
SECONDS: Final = 40.0

Part = Mapping[str, Any]


async def parse(
    kind: Literal["image", "pdf", "notebook"], path: Path, name: str, number: int = 0
) -> tuple[Part, ...] | Refusal:
    """What the program found in a file before it ended, however it ended; perhaps nothing."""
    ended = await run_decoder(MODULE, (kind, str(number)), path, name, seconds=SECONDS)
    return ended if isinstance(ended, Refusal) else tuple(_parts(ended.output))


def _parts(output: bytes) -> list[Part]:
    """The lines that are whole: the last one of a process that was ended may be torn."""
    found: list[Part] = []
    for line in output.split(b"\n"):
        try:
            value: object = json.loads(line)
        except ValueError:
            break
        if isinstance(value, dict):
            found.append(cast("Part", value))
    return found
