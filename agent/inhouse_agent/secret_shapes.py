"""Masks what looks like a password or a key, where a conversation leaves its own files.

The journal of a session is not masked: it has to give the model back exactly what it has read.
"""

import re
from typing import Final

MASK: Final = "[masked]"
# Keys that say by their form what they are. The first part stays, so that it is seen which it was.
KNOWN: Final = re.compile(
    r"\b(?P<kind>AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|sk-|pk_live_|sk_live_|rk_live_"
    r"|AIza|ya29\.|hf_|npm_|pypi-|dop_v1_|SG\.|eyJ)(?P<rest>[A-Za-z0-9_\-./+=]{12,})"
)
PRIVATE_KEY: Final = re.compile(
    r"(?P<start>-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?P<end>-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
ASSIGNED: Final = re.compile(
    r"(?P<name>(?:password|passwd|secret|token|api_?key|access_?key|private_?key)"
    r"[A-Za-z0-9_]{0,40}[\"']?\s{0,4}[:=]\s{0,4}[\"']?)(?P<value>[^\s\"'<>&,;(){}\[\]]{8,})",
    re.IGNORECASE,
)
IN_ADDRESS: Final = re.compile(
    r"(?P<start>\b[a-z][a-z0-9+.\-]{1,20}://[^\s/:@]{0,100}:)[^\s/@]{1,200}(?P<end>@)"
)
BEARER: Final = re.compile(r"(?P<start>\bBearer\s+)[A-Za-z0-9_\-./+=]{12,}", re.IGNORECASE)


def mask_secrets(text: str) -> str:
    """The text with everything that has the form of a secret replaced by MASK."""
    text = PRIVATE_KEY.sub(rf"\g<start>{MASK}\g<end>", text)
    text = KNOWN.sub(rf"\g<kind>{MASK}", text)
    text = IN_ADDRESS.sub(rf"\g<start>{MASK}\g<end>", text)
    text = BEARER.sub(rf"\g<start>{MASK}", text)
    return ASSIGNED.sub(_mask_value, text)


def _mask_value(found: re.Match[str]) -> str:
    """Names in code and words of prose are no secrets: those mix letters with digits."""
    value = found["value"]
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return found["name"] + MASK if mixed and MASK not in value else found[0]
