"""A part of a conversation's state, named by the tokens that lead to its end."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[np.int32]
KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Payload:
    """What llama.cpp holds of a segment: cells of the attention layers, and on recurrent models
    the state at its end (empty when it was thinned out)."""

    cells: bytes
    state: bytes = b""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.cells) + len(self.state)


@dataclass(frozen=True, slots=True)
class Segment:
    """Tokens that follow those of `parent`, and where they begin in the conversation."""

    key: str
    parent: str
    start: int
    tokens: Tokens

    @property
    def end(self) -> int:
        """Tokens of the conversation up to the end of this segment."""
        return self.start + len(self.tokens)


def root_key(compatibility: Mapping[str, object]) -> str:
    """The key under which all conversations of one kind of context begin.

    `compatibility` is everything that changes the bytes or the meaning of a state: model, types
    of the cells, library version, adapters, format.
    """
    text = json.dumps(compatibility, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def make_segment(parent: str, start: int, tokens: Tokens) -> Segment:
    """A segment; its key stands for the whole conversation up to its end."""
    digest = hashlib.sha256(parent.encode())
    digest.update(tokens.astype("<i4").tobytes())
    return Segment(digest.hexdigest()[:KEY_LENGTH], parent, start, tokens)
