"""Masks what must not become part of a model: secrets by kind, and the paths of home folders.

Stricter than the masking of documents, since a wrong hit costs a word here and a miss is learned.
"""

import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from inhouse_agent.secret_shapes import BEARER, IN_ADDRESS, KNOWN, MASK, PRIVATE_KEY
from inhouse_tools.process.environment import scrubbed

HOME: Final = "~"
HOME_KIND: Final = "home path"
KEY_KIND: Final = "private key"
ENV_KIND: Final = "secret in .env"
LEAST: Final = 6
MOST_FILE_BYTES: Final = 200_000
# Names of values that are secret. Words that code is full of need more than themselves.
NAMED: Final = (
    r"[A-Za-z0-9_.\-]{0,40}(?:password|passwd|passphrase|secret|token|credential|api_?key|access_?key"
    r"|private_?key|auth_?key|encryption_?key|signing_?key|client_?key|dsn)[A-Za-z0-9_]{0,40}"
)
NAME: Final = re.compile(NAMED, re.IGNORECASE)
ASSIGNED: Final = re.compile(
    rf"(?P<start>(?<![A-Za-z0-9_.\-]){NAMED}[\"']?\s{{0,4}}(?:[:=]|=>|:=)\s{{0,4}})"
    r"(?:(?P<quote>[\"'`])(?P<quoted>[^\"'`\n]{4,400})(?P=quote)|(?P<bare>[^\s\"'`<>&,;(){}\[\]]{8,}))",
    re.IGNORECASE,
)
# A line of a .env file, also behind the line number or the sign of a tool's output.
VARIABLE: Final = re.compile(
    r"(?m)^(?P<start>[ \t]*(?:\d+[ \t:|\u2192]+|[+\-])?(?:export[ \t]+)?"
    r"[A-Za-z_][A-Za-z0-9_.]*[ \t]*=[ \t]*)(?P<value>\S[^\n]*)"
)
RANDOM: Final = re.compile(r"(?<![A-Za-z0-9+/_=\-])[A-Za-z0-9+/_\-]{20,}={0,2}")
HEXADECIMAL: Final = re.compile(
    r"[0-9a-fA-F]+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)
HOMES: Final = re.compile(r"(?<![\w.\-~])(?:/home|/Users|/var/home)/[^/\s\"'`:;,<>|()\[\]{}\\]+")
ENV_FILE: Final = re.compile(r"(?:^|[\s/\"'=])\.env(?:\.[\w.\-]+)?(?=$|[\s\"';|&)])")
# A .env file as it stands before a prompt: its name, then its text between fences.
ATTACHED: Final = re.compile(
    r"(?ms)^(?P<head>[^\n]{0,400}\.env[^\n]{0,40}\n`{3,}[^\n]*\n)(?P<body>.*?)(?=^`{3,}|\Z)"
)
HARMLESS_ENV: Final = (".example", ".sample", ".template", ".dist")


@dataclass(slots=True)
class Masker:
    """Masks texts and counts by kind what it masked.

    `known` are secrets that stand as such somewhere in the session or on this machine, with their
    kind: they are masked wherever they appear. `home` is this person's home folder.
    """

    home: str = ""
    known: dict[str, str] = field(default_factory=dict[str, str])
    counts: Counter[str] = field(default_factory=Counter[str])
    _pattern: re.Pattern[str] | None = None

    def learn(self, text: str, *, variables: bool = False) -> None:
        """Notes the secrets of a text; with `variables` it holds lines of a .env file."""
        _mask_shapes(text, self._note)
        if variables:
            _mask_variables(text, self._note)
        _mask_attached(text, self._note)

    def mask(self, text: str, *, variables: bool = False) -> str:
        """The text without secrets and without the names of home folders."""
        text = self._mask_known(text)
        text = _mask_shapes(text, self._count)
        if variables:
            text = _mask_variables(text, self._count)
        text = _mask_attached(text, self._count)
        text = RANDOM.sub(self._mask_random, text)
        return self._mask_homes(text)

    @property
    def secrets(self) -> int:
        """How many secrets were masked so far; home folders are none."""
        return sum(count for kind, count in self.counts.items() if kind != HOME_KIND)

    def _note(self, kind: str, secret: str) -> None:
        """Words that stand in other places for something else are masked only in this one."""
        # The lines of a key may stand behind numbers, and each of them elsewhere alone.
        words = secret.split() if kind == KEY_KIND else secret.splitlines()
        for one in words:
            word = one.strip()
            sure = kind == ENV_KIND and len(word) >= LEAST
            if (sure or is_telling(word)) and word not in self.known:
                self.known[word] = kind
                self._pattern = None

    def _count(self, kind: str, secret: str) -> None:
        del secret
        self.counts[kind] += 1

    def _mask_known(self, text: str) -> str:
        if not self.known:
            return text
        if self._pattern is None:
            longest_first = sorted(self.known, key=lambda one: (-len(one), one))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        return self._pattern.sub(self._mask_one_known, text)

    def _mask_one_known(self, found: re.Match[str]) -> str:
        self.counts[self.known[found[0]]] += 1
        return MASK

    def _mask_random(self, found: re.Match[str]) -> str:
        if not looks_random(found[0]):
            return found[0]
        self.counts["random string"] += 1
        return MASK

    def _mask_homes(self, text: str) -> str:
        own = 0
        if len(self.home) > 1:
            pattern = rf"(?<![\w.\-~/]){re.escape(self.home)}(?![\w.\-])"
            text, own = re.subn(pattern, HOME, text)
        text, others = HOMES.subn(HOME, text)
        if own + others:
            self.counts[HOME_KIND] += own + others
        return text


# Gets the kind of a secret, and the secret.
Found = Callable[[str, str], None]


def _mask_shapes(text: str, found: Found) -> str:
    """The text without everything whose form or name says that it is secret."""

    def replace(one: re.Match[str], kind: str, secret: str, shown: str) -> str:
        if secret.strip() == MASK:
            return one[0]
        found(kind, secret)
        return shown

    def private_key(one: re.Match[str]) -> str:
        secret = one[0][len(one["start"]) : len(one[0]) - len(one["end"])]
        return replace(one, KEY_KIND, secret, f"{one['start']}{MASK}{one['end']}")

    def known(one: re.Match[str]) -> str:
        return replace(one, "key of a known form", one["rest"], one["kind"] + MASK)

    def address(one: re.Match[str]) -> str:
        secret = one[0][len(one["start"]) : -len(one["end"])]
        return replace(one, "password in an address", secret, f"{one['start']}{MASK}{one['end']}")

    def bearer(one: re.Match[str]) -> str:
        secret = one[0][len(one["start"]) :]
        return replace(one, "bearer token", secret, one["start"] + MASK)

    def assigned(one: re.Match[str]) -> str:
        secret, quote = one["quoted"] or one["bare"], one["quote"] or ""
        if not _is_value(secret, quoted=bool(quote)):
            return one[0]
        return replace(one, "named secret", secret, f"{one['start']}{quote}{MASK}{quote}")

    text = PRIVATE_KEY.sub(private_key, text)
    text = KNOWN.sub(known, text)
    text = IN_ADDRESS.sub(address, text)
    text = BEARER.sub(bearer, text)
    return ASSIGNED.sub(assigned, text)


def _is_value(secret: str, *, quoted: bool) -> bool:
    """Whether what a secret's name stands before is its value, not code or a word of prose."""
    if quoted:
        return not any(char.isspace() for char in secret) and "${" not in secret
    mixed = any(map(str.isdigit, secret)) and any(map(str.isalpha, secret))
    symbols = any(not char.isalnum() and char not in "_.-" for char in secret)
    return mixed or symbols


def _mask_variables(text: str, found: Found) -> str:
    """The text without the values of lines such as NAME=value."""

    def replace(one: re.Match[str]) -> str:
        value = one["value"].strip().strip("\"'`")
        if value in ("", MASK):
            return one[0]
        kind = ENV_KIND if NAME.search(one["start"]) else ".env value"
        found(kind, value)
        return one["start"] + MASK

    return VARIABLE.sub(replace, text)


def _mask_attached(text: str, found: Found) -> str:
    """The text without the values of .env files that were put before a prompt."""

    def replace(one: re.Match[str]) -> str:
        if not names_env_file(one["head"].split("\n")[0]):
            return one[0]
        return one["head"] + _mask_variables(one["body"], found)

    return ATTACHED.sub(replace, text)


def is_telling(value: str) -> bool:
    """Whether a value is so special that it is masked wherever it stands, unlike "production"."""
    if len(value) < LEAST or any(char.isspace() for char in value):
        return len(value) >= 12 and any(map(str.isdigit, value))
    kinds = (str.isdigit, str.isupper, str.islower)
    mixed = sum(any(map(kind, value)) for kind in kinds)
    return mixed > 1 and (any(map(str.isdigit, value)) or not value.isalpha())


def looks_random(token: str) -> bool:
    """Whether a word is more likely to be a key than a name: by how its characters mix."""
    body = token.rstrip("=")
    if HEXADECIMAL.fullmatch(body):
        return len(body) >= 32 and len(set(body)) >= 8
    letters = [char for char in body if char.isalnum()]
    classes = [str.isupper, str.islower, str.isdigit]
    present = [sum(map(kind, letters)) for kind in classes]
    if len(letters) < 20 or not all(present) or present[2] < 2:
        return False
    kinds = [next(place for place, kind in enumerate(classes) if kind(char)) for char in letters]
    changes = sum(one != other for one, other in pairwise(kinds))
    return changes / (len(letters) - 1) >= 0.35 and entropy(body) >= 3.5


def entropy(text: str) -> float:
    """Bits for each character, by how often each one stands in the text."""
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())


def names_env_file(text: str) -> bool:
    """Whether a path or command names a .env file with values of its own."""
    return any(not found[0].rstrip().endswith(HARMLESS_ENV) for found in ENV_FILE.finditer(text))


def secrets_of(environment: Mapping[str, str]) -> dict[str, str]:
    """The values of environment variables that are kept from commands for being secret."""
    kept = scrubbed(environment)
    return {
        value: "environment variable"
        for name, value in environment.items()
        if name not in kept and len(value) >= 8 and not value.startswith(os.sep)
    }


def env_files(root: Path) -> Iterable[str]:
    """The text of the .env files that stand in a folder now."""
    try:
        paths = sorted(root.glob(".env*"))
    except OSError:
        return
    for path in paths:
        if names_env_file(path.name):
            try:
                if path.is_file() and path.stat().st_size <= MOST_FILE_BYTES:
                    yield path.read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
