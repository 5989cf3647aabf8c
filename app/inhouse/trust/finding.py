"""Something that a folder brings along, and what it would do."""

import hashlib
from dataclasses import dataclass
from typing import Literal

Kind = Literal["settings", "check", "git", "other"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in a folder, as untrusted text.

    `key` names it for as long as it is the same thing, and `digest` changes when it does. `file`
    is where it stands, relative to the project, and `effects` are what it would do, a sentence
    each. It is `obeyed` where the person agrees; else it is only told of.
    """

    kind: Kind
    key: str
    file: str
    effects: tuple[str, ...]
    digest: str = ""
    obeyed: bool = True


def digest_of(*parts: str | bytes) -> str:
    """The sha256 of parts that cannot run into each other."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(f"{len(raw)}:".encode() + raw)
    return digest.hexdigest()
