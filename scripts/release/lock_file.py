"""Reads the lock of a release."""

import re

from llama_wheel import PACKAGE
from release_tools import LOCK, ReleaseError

PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^\s;]+)", re.MULTILINE)


def pins(lock: str) -> list[tuple[str, str]]:
    """Names and versions, in the order of the lock; one name may have a version for each Python."""
    return PIN.findall(lock)


def without(lock: str, package: str) -> str:
    """A lock without one package: its wheel has other hashes than the source that is locked."""
    return re.sub(rf"^{re.escape(package)}==.*\n(    .*\n)*", "", lock, flags=re.MULTILINE)


def llama_version() -> str:
    """The version of llama-cpp-python that the lock names."""
    for name, version in pins(LOCK.read_text(encoding="utf-8")):
        if name == PACKAGE:
            return version
    raise ReleaseError(f"{LOCK} does not name {PACKAGE}: scripts/release/lock")
