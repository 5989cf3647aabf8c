"""What shall be forgotten of a conversation, by everyone who keeps states of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Deletion:
    """The tokens of a deleted conversation, as the model with fingerprint `model` has them; the
    first `shared` of them belong to others as well."""

    model: str
    tokens: tuple[int, ...]
    shared: int = 0


def encode_deletion(deletion: Deletion) -> dict[str, Any]:
    """The deletion as JSON has it."""
    return asdict(deletion)


def decode_deletion(data: Mapping[str, Any]) -> Deletion:
    """The deletion back; raises KeyError, TypeError or ValueError when it is not shaped so."""
    tokens = tuple(int(token) for token in data["tokens"])
    return Deletion(str(data["model"]), tokens, int(data["shared"]))
