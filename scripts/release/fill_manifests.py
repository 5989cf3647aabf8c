"""Fills the manifests of package managers with the version, places and hashes of a release."""

import argparse
import hashlib
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from release_tools import DIST, ROOT, ReleaseError, tell, version

TEMPLATES = ROOT / "packaging"
SYSTEMS = ("linux-x86_64", "linux-aarch64", "macos-arm64", "macos-x86_64", "windows-x86_64")
MANIFESTS: Mapping[str, tuple[str, ...]] = {
    "homebrew/inhouse.rb": SYSTEMS[:4],
    "arch/PKGBUILD": SYSTEMS[:2],
    "container/Containerfile": SYSTEMS[:2],
    "winget/inhouse.yaml": SYSTEMS[4:],
    "winget/inhouse.installer.yaml": SYSTEMS[4:],
    "winget/inhouse.locale.en-US.yaml": SYSTEMS[4:],
}
"""Each template, and the systems of which it needs at least one archive."""

BLOCK = re.compile(
    r"^ *# begin (?P<system>\S+)\n(?P<text>.*?)^ *# end (?P=system)\n", re.MULTILINE | re.DOTALL
)
"""What stands between these lines is for archives whose system begins so."""


def main(arguments: Sequence[str]) -> int:
    """Print the path of each manifest; 1 when something is missing for all of them."""
    parser = argparse.ArgumentParser(prog="manifests", description=__doc__)
    parser.add_argument("--archives", type=Path, default=DIST, metavar="FOLDER")
    parser.add_argument("--base-url", required=True, metavar="URL", help="folder of the archives")
    parser.add_argument("--homepage", required=True, metavar="URL")
    parser.add_argument("--publisher", required=True, metavar="NAME", help="of the winget package")
    parser.add_argument("--maintainer", required=True, metavar="NAME <ADDRESS>")
    parser.add_argument("--output", type=Path, default=DIST / "manifests", metavar="FOLDER")
    chosen = parser.parse_args(arguments)
    values = {
        "VERSION": version(),
        "HOMEPAGE": chosen.homepage,
        "PUBLISHER": chosen.publisher,
        "MAINTAINER": chosen.maintainer,
    }
    archives = find_archives(chosen.archives)
    try:
        written = write_manifests(archives, chosen.base_url, values, chosen.output)
    except ReleaseError as problem:
        sys.stderr.write(f"manifests: {problem}\n")
        return 1
    for path in written:
        sys.stdout.write(f"{path}\n")
    return 0


def find_archives(folder: Path) -> dict[str, Path]:
    """The archives of this version by their system."""
    found: dict[str, Path] = {}
    for system in SYSTEMS:
        for ending in ("tar.gz", "zip"):
            path = folder / f"inhouse-{version()}-{system}.{ending}"
            if path.is_file():
                found[system] = path
    return found


def write_manifests(
    archives: Mapping[str, Path], base_url: str, values: Mapping[str, str], output: Path
) -> list[Path]:
    """Every manifest for which there is an archive; says which are left out.

    Raises ReleaseError.
    """
    if not archives:
        raise ReleaseError(f"there is no archive of {version()}: scripts/release/archive")
    places: dict[str, str] = {}
    for system, path in archives.items():
        name = system.replace("-", "_").upper()
        places[f"URL_{name}"] = f"{base_url.rstrip('/')}/{path.name}"
        with path.open("rb") as file:
            places[f"SHA256_{name}"] = hashlib.file_digest(file, "sha256").hexdigest()
    written: list[Path] = []
    for name, systems in MANIFESTS.items():
        if archives.keys().isdisjoint(systems):
            tell(f"left out, for want of an archive of {' or '.join(systems)}: {name}")
            continue
        template = (TEMPLATES / name).read_text(encoding="utf-8")
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fill(template, archives.keys(), {**values, **places}), encoding="utf-8")
        written.append(path)
    return written


def fill(template: str, systems: Collection[str], values: Mapping[str, str]) -> str:
    """A template without the parts of missing systems, with every @NAME@ as its value.

    Raises ReleaseError when a value is missing or would end the text that it stands in.
    """

    def choose(block: re.Match[str]) -> str:
        needed = any(system.startswith(block["system"]) for system in systems)
        return BLOCK.sub(choose, block["text"]) if needed else ""

    # Of two empty lines around a block that is gone, one is enough.
    chosen = re.sub(r"\n{3,}", "\n\n", BLOCK.sub(choose, template))

    def value_of(name: re.Match[str]) -> str:
        value = values.get(name[1])
        if value is None:
            raise ReleaseError(f"nothing is known of @{name[1]}@")
        if re.search(r"[\"'\\\n`$#]", value):
            raise ReleaseError(f"{name[1]} cannot be {value!r}")
        return value

    return re.sub(r"@([A-Z0-9_]+)@", value_of, chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
