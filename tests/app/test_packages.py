"""Packages of a release: Debian's is built, installed and removed; manifests are filled; the manual
page and the completions come from the program itself."""

import hashlib
import io
import os
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from build_debian import build_package
from fill_manifests import SYSTEMS, fill, find_archives, write_manifests
from release_tools import ReleaseError, version
from write_completions import PLACES, write_completions
from write_man_page import man_page

from inhouse.cli import app
from inhouse.cli.tree import Node, tree_of
from inhouse.shell_completion.scripts import MARK

if TYPE_CHECKING:
    from collections.abc import Mapping

VALUES = {
    "VERSION": version(),
    "HOMEPAGE": "https://inhouse.example",
    "PUBLISHER": "Example",
    "MAINTAINER": "Anna <anna@inhouse.example>",
}
PROGRAM = b"#!/bin/sh\necho packaged\n"


def make_archive(folder: Path, system: str) -> Path:
    """An archive with the layout of a real one, and almost nothing in it."""
    name = f"inhouse-{version()}-{system}"
    path = folder / f"{name}.{'zip' if system.startswith('windows') else 'tar.gz'}"
    files: Mapping[str, tuple[bytes, int]] = {
        "bin/inhouse": (PROGRAM, 0o755),
        "python/bin/python3": (b"\x7fELF is no program", 0o755),
        "LICENSE": (b"words\n", 0o644),
        "share/man/man1/inhouse.1": (b".Dd\n", 0o644),
    }
    with tarfile.open(path, "w:gz") as archive:
        for place, (content, mode) in files.items():
            entry = tarfile.TarInfo(f"{name}/{place}")
            entry.size, entry.mode = len(content), mode
            archive.addfile(entry, io.BytesIO(content))
    return path


def files_of(root: Path) -> set[str]:
    """What is installed below a root, without what dpkg keeps for itself."""
    found = (path.relative_to(root) for path in root.rglob("*") if not path.is_dir())
    return {str(path) for path in found if path.parts[0] != "var"}


def test_the_debian_package_installs_runs_and_leaves_nothing(tmp_path: Path) -> None:
    package = build_package(make_archive(tmp_path, "linux-x86_64"), tmp_path, VALUES)
    assert package.name == f"inhouse_{version()}-1_amd64.deb"
    told = subprocess.run(["dpkg-deb", "--info", package], stdout=subprocess.PIPE, check=True)
    text = told.stdout.decode()
    for line in ("Depends: libc6 (>= 2.", "Maintainer: Anna", "Architecture: amd64"):
        assert line in text
    assert "@" not in text.replace("anna@inhouse.example", "")
    root = tmp_path / "root"
    for name in ("updates", "info", "triggers"):
        (root / "var/lib/dpkg" / name).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    dpkg = ["dpkg", f"--root={root}", "--force-not-root,depends,script-chrootless,architecture"]
    subprocess.run([*dpkg, "-i", package], env=environment, capture_output=True, check=True)
    placed = files_of(root)
    assert {
        "usr/bin/inhouse",
        "usr/lib/inhouse/bin/inhouse",
        "usr/share/man/man1/inhouse.1.gz",
        "usr/share/bash-completion/completions/inhouse",
        "usr/share/zsh/vendor-completions/_inhouse",
        "usr/share/fish/vendor_completions.d/inhouse.fish",
        "usr/share/doc/inhouse/copyright",
    } <= placed
    assert not any(name.startswith("usr/lib/inhouse/share") for name in placed)
    ran = subprocess.run([root / "usr/bin/inhouse"], stdout=subprocess.PIPE, check=True)
    assert ran.stdout == b"packaged\n"
    # As `inhouse doctor --fix-build` does.
    (root / "usr/lib/inhouse/python/added").touch()
    subprocess.run([*dpkg, "-P", "inhouse"], env=environment, capture_output=True, check=True)
    assert files_of(root) == set()


def test_something_else_is_no_archive(tmp_path: Path) -> None:
    other = tmp_path / "inhouse-0.1.0-macos-arm64.tar.gz"
    with pytest.raises(ReleaseError, match="is not inhouse-VERSION-linux"):
        build_package(other, tmp_path, VALUES)


def test_manifests_name_every_archive_and_its_hash(tmp_path: Path) -> None:
    archives = {system: make_archive(tmp_path, system) for system in SYSTEMS}
    assert find_archives(tmp_path) == archives
    written = write_manifests(archives, "https://inhouse.example/v1/", VALUES, tmp_path / "out")
    texts = {path.name: path.read_text("utf-8") for path in written}
    assert len(texts) == 6
    for text in texts.values():
        assert "# begin" not in text
        assert "@" not in text.replace("anna@inhouse.example", "").replace('"$@"', "")
    for system, names in (
        ("macos-arm64", ("inhouse.rb",)),
        ("linux-x86_64", ("inhouse.rb", "PKGBUILD")),
        ("linux-aarch64", ("inhouse.rb", "PKGBUILD")),
        ("windows-x86_64", ("inhouse.installer.yaml",)),
    ):
        digest = hashlib.sha256(archives[system].read_bytes()).hexdigest()
        for name in names:
            assert digest in texts[name]
            assert f"https://inhouse.example/v1/{archives[system].name}" in texts[name]
    subprocess.run(["bash", "-n"], input=texts["PKGBUILD"].encode(), check=True)


def test_manifests_for_winget_have_what_its_schema_asks_for(tmp_path: Path) -> None:
    archives = {"windows-x86_64": make_archive(tmp_path, "windows-x86_64")}
    written = write_manifests(archives, "https://inhouse.example", VALUES, tmp_path / "out")
    found: list[dict[str, Any]] = [yaml.safe_load(path.read_text("utf-8")) for path in written]
    kinds = {one["ManifestType"]: one for one in found}
    assert kinds.keys() == {"version", "installer", "defaultLocale"}
    for one in found:
        assert one["PackageIdentifier"] == "Example.inhouse"
        assert one["PackageVersion"] == version()
    assert len(kinds["installer"]["Installers"][0]["InstallerSha256"]) == 64


def test_manifests_without_an_archive_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archives = {"linux-x86_64": make_archive(tmp_path, "linux-x86_64")}
    written = write_manifests(archives, "https://inhouse.example", VALUES, tmp_path / "out")
    assert {path.name for path in written} == {"inhouse.rb", "PKGBUILD", "Containerfile"}
    formula = (tmp_path / "out/homebrew/inhouse.rb").read_text("utf-8")
    assert "on_linux" in formula
    assert "on_macos" not in formula
    assert "left out" in capsys.readouterr().err
    with pytest.raises(ReleaseError, match="there is no archive"):
        write_manifests({}, "https://inhouse.example", VALUES, tmp_path)


@pytest.mark.parametrize("value", ['a"b', "a'b", "$(touch x)", "a\nb", "#{x}"])
def test_a_value_cannot_leave_its_quotes(value: str) -> None:
    with pytest.raises(ReleaseError, match="cannot be"):
        fill('x = "@HOMEPAGE@"', SYSTEMS, {"HOMEPAGE": value})
    with pytest.raises(ReleaseError, match="nothing is known"):
        fill("@OTHER@", SYSTEMS, {})


def commands_of(node: Node, path: str = "inhouse") -> list[str]:
    inner = node["commands"].items()
    below = [name for one, child in inner for name in commands_of(child, f"{path} {one}")]
    return [path, *below]


def test_the_manual_page_has_every_command_and_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    page = man_page()
    assert page == man_page()
    assert page.startswith(".Dd January 2, 1970\n")
    tree = tree_of(app)
    for command in commands_of(tree)[1:]:
        assert f".Ss {command.replace('-', chr(92) + '-')}\n" in page
    for option in tree["options"]:
        for name in option["names"]:
            assert f"Fl {name[1:].replace('-', chr(92) + '-')}" in page
    linted = subprocess.run(
        ["mandoc", "-Tlint", "-W", "warning"],
        input=page.encode(),
        capture_output=True,
        check=False,
    )
    assert (linted.returncode, linted.stdout) == (0, b"")
    damaged = page.replace(".El\n", "", 1).encode()
    broken = subprocess.run(
        ["mandoc", "-Tlint", "-W", "warning"], input=damaged, capture_output=True, check=False
    )
    assert broken.returncode != 0


def test_completions_lie_where_the_shells_of_a_package_look(tmp_path: Path) -> None:
    written = write_completions(tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in written} == set(PLACES.values())
    assert all(MARK in path.read_text("utf-8") for path in written)
