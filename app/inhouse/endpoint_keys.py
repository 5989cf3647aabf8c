"""API keys of servers: each belongs to one address, and stands neither in settings nor in ps."""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from inhouse.settings_file import hold_file
from inhouse_agent.folders import config_folder
from inhouse_models.remote.address import Address, AddressFault, read_address

VARIABLE: Final = "INHOUSE_ENDPOINT_KEY"
ENDPOINT_VARIABLE: Final = "INHOUSE_ENDPOINT"
MOST_BYTES: Final = 1_000_000
OPEN: Final = "{} can be read by others, so the keys in it are not used: chmod 600 {}"
UNREADABLE: Final = "{} cannot be read: {}. Store the key anew: inhouse models key URL"
NOT_JSON: Final = "{} is no JSON object of addresses and keys. Correct it, or delete it."
FOREIGN: Final = "{} belongs to another user, so the keys in it are not used."
ODD_KEY: Final = "An API key is one line of visible characters."


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """Why there is no key, in a sentence for a person."""

    text: str


def keys_file() -> Path:
    """Where keys are kept: for this user alone, and hidden from every command of the agent."""
    return config_folder() / "keys.json"


def key_for_run(endpoint: str, environment: Mapping[str, str]) -> str | KeyProblem:
    """The key for the server that is used: the one in the environment, else the one that is kept.

    Where the environment names an endpoint, its key is that one's, and no other server sees it.
    Empty when there is none.
    """
    address = read_address(endpoint)
    if isinstance(address, AddressFault):
        return ""
    given = environment.get(VARIABLE, "").strip()
    if given and _belongs(address, environment.get(ENDPOINT_VARIABLE, "")):
        return given if _is_key(given) else KeyProblem(f"{VARIABLE}: {ODD_KEY}")
    return kept_key(address)


def _belongs(address: Address, named: str) -> bool:
    owner = read_address(named) if named else address
    return isinstance(owner, Address) and owner.origin == address.origin


def kept_key(address: Address) -> str | KeyProblem:
    """The key that is kept for this server, empty when there is none."""
    keys = _read_keys(keys_file())
    return keys if isinstance(keys, KeyProblem) else keys.get(address.origin, "")


def every_key() -> tuple[str, ...]:
    """All keys that are kept, to take them out of what is shown; none where none can be read."""
    keys = _read_keys(keys_file())
    return () if isinstance(keys, KeyProblem) else tuple(keys.values())


def keep_key(address: Address, key: str) -> KeyProblem | None:
    """Keep the key for this server, or forget it when it is empty."""
    if key and not _is_key(key):
        return KeyProblem(ODD_KEY)
    file = keys_file()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with hold_file(file) as held:
            keys = _read_keys(file)
            if isinstance(keys, KeyProblem):
                return keys
            keys = {origin: kept for origin, kept in keys.items() if origin != address.origin}
            if key:
                keys[address.origin] = key
            held.replace((json.dumps(keys, indent=2) + "\n").encode())
    except OSError as problem:
        return KeyProblem(f"{file} cannot be written: {problem.strerror}.")
    return None


def _is_key(text: str) -> bool:
    """Whether it can stand in a header."""
    return text.isascii() and text.isprintable() and " " not in text


def _read_keys(file: Path) -> dict[str, str] | KeyProblem:
    try:
        facts = file.stat()
        if facts.st_uid not in (os.getuid(), 0):
            return KeyProblem(FOREIGN.format(file))
        if facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            return KeyProblem(OPEN.format(file, file))
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST_BYTES:
            return KeyProblem(UNREADABLE.format(file, "it is no regular file of at most 1 MB"))
        data: object = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as problem:
        return KeyProblem(UNREADABLE.format(file, problem.strerror))
    except (ValueError, RecursionError):
        return KeyProblem(NOT_JSON.format(file))
    if not isinstance(data, dict):
        return KeyProblem(NOT_JSON.format(file))
    keys = cast("dict[str, object]", data)
    if not all(isinstance(key, str) for key in keys.values()):
        return KeyProblem(NOT_JSON.format(file))
    return cast("dict[str, str]", keys)
