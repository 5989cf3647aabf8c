"""The lock of a release: complete, with hashes, and of no machine in particular."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from lock_file import llama_version, pins, without
from packaging.requirements import Requirement
from release_tools import LOCK, ROOT

TEXT = LOCK.read_text(encoding="utf-8")
ENTRY = re.compile(r"^(\S+==[^\\\n]+?) \\\n((?:    --hash=\S+(?: \\)?\n)+)", re.MULTILINE)
SYSTEMS = [
    {"sys_platform": system, "platform_machine": machine, "python_full_version": version}
    for system, machine in (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"))
    for version in ("3.11.9", "3.12.9")
]


def direct() -> Iterator[Requirement]:
    """What pyproject.toml asks for at run time."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return map(Requirement, project["dependencies"])


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: "-".join(system.values()))
def test_every_dependency_is_pinned_once(system: dict[str, str]) -> None:
    locked = [Requirement(entry) for entry, _hashes in ENTRY.findall(TEXT)]
    held = [one for one in locked if one.marker is None or one.marker.evaluate(system)]
    names = [one.name for one in held]
    assert len(names) == len(set(names))
    versions = {one.name: str(one.specifier).removeprefix("==") for one in held}
    for wanted in direct():
        if wanted.marker and not wanted.marker.evaluate(system):
            continue
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        assert name in versions, f"scripts/release/lock: {wanted} is not locked"
        assert wanted.specifier.contains(versions[name]), f"scripts/release/lock: {wanted}"


def test_every_entry_has_hashes_and_no_place() -> None:
    assert len(ENTRY.findall(TEXT)) == len(pins(TEXT)) > 60
    assert all("--hash=sha256:" in hashes for _entry, hashes in ENTRY.findall(TEXT))
    assert "://" not in TEXT
    assert "--index" not in TEXT
    assert "--find-links" not in TEXT


def test_one_package_is_left_out() -> None:
    rest = without(TEXT, "llama-cpp-python")
    assert ("llama-cpp-python", llama_version()) in pins(TEXT)
    assert pins(rest) == [pin for pin in pins(TEXT) if pin[0] != "llama-cpp-python"]
    assert rest.count("--hash") == TEXT.count("--hash") - 1
    # A name is not taken for one that begins with it.
    assert "tree-sitter-bash==" in without(TEXT, "tree-sitter")
