"""Builds the Debian package from the self-contained archive: dpkg-deb does the packing."""

import argparse
import gzip
import hashlib
import os
import re
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from release_tools import DIST, ROOT, ReleaseError, ask, tell, version
from shared_libraries import newest_glibc
from write_completions import write_completions
from write_man_page import man_page

TEMPLATES = ROOT / "packaging" / "debian"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
DOCUMENTS = ("README.md", "CHANGELOG.md", "LICENSE")


def main(arguments: Sequence[str]) -> int:
    """Print the path of the package; 1 when it cannot be built."""
    parser = argparse.ArgumentParser(prog="debian", description=__doc__)
    parser.add_argument("archive", type=Path, metavar="ARCHIVE", help="inhouse-…-linux-….tar.gz")
    parser.add_argument("--output", type=Path, default=DIST, metavar="FOLDER")
    parser.add_argument("--maintainer", required=True, metavar="NAME <ADDRESS>")
    parser.add_argument("--homepage", required=True, metavar="URL")
    chosen = parser.parse_args(arguments)
    values = {"MAINTAINER": chosen.maintainer, "HOMEPAGE": chosen.homepage}
    try:
        sys.stdout.write(f"{build_package(chosen.archive, chosen.output, values)}\n")
    except (ReleaseError, OSError, tarfile.TarError) as problem:
        sys.stderr.write(f"debian: {problem}\n")
        return 1
    return 0


def build_package(archive: Path, output: Path, values: Mapping[str, str]) -> Path:
    """The package of an archive, which is unpacked to usr/lib/inhouse as it is."""
    named = re.fullmatch(r"inhouse-(.+)-linux-(\w+)\.tar\.gz", archive.name)
    if named is None or named[2] not in ARCHITECTURES:
        raise ReleaseError(f"{archive.name} is not inhouse-VERSION-linux-MACHINE.tar.gz")
    architecture = ARCHITECTURES[named[2]]
    output.mkdir(parents=True, exist_ok=True)
    package = output / f"inhouse_{named[1]}-1_{architecture}.deb"
    with tempfile.TemporaryDirectory(prefix="inhouse-deb-") as place:
        root = Path(place) / "root"
        _unpack(archive, root)
        _write_beside(root, values["MAINTAINER"])
        given = {**values, "VERSION": named[1], "ARCHITECTURE": architecture}
        _write_control(root, {**given, "GLIBC": newest_glibc(root / "usr/lib/inhouse")})
        tell(f"packing {package.name}")
        # gzip: every Debian and Ubuntu in use can read it, and it is the fastest to make.
        pack = ("dpkg-deb", "--root-owner-group", "-Zgzip", "--build", str(root), str(package))
        ask(pack, {**os.environ, "SOURCE_DATE_EPOCH": _moment()})
    return package


def _unpack(archive: Path, root: Path) -> None:
    library = root / "usr/lib"
    library.mkdir(parents=True)
    with tarfile.open(archive) as file:
        file.extractall(library, filter="tar")
    (unpacked,) = library.iterdir()
    unpacked.rename(library / "inhouse")
    shutil.rmtree(library / "inhouse" / "share", ignore_errors=True)
    program = root / "usr/bin/inhouse"
    program.parent.mkdir()
    program.symlink_to("../lib/inhouse/bin/inhouse")


def _write_beside(root: Path, maintainer: str) -> None:
    """Manual page, completions, documents: where Debian has them."""
    share = root / "usr/share"
    write_completions(share)
    zsh = share / "zsh/site-functions"
    # Debian's zsh looks for packages' completions here.
    zsh.rename(zsh.with_name("vendor-completions"))
    _write_packed(share / "man/man1/inhouse.1.gz", man_page())
    documents = share / "doc/inhouse"
    documents.mkdir(parents=True)
    library = root / "usr/lib/inhouse"
    for name in DOCUMENTS:
        (library / name).unlink(missing_ok=True)
    _write_packed(documents / "changelog.gz", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    _write_packed(
        documents / "changelog.Debian.gz",
        f"inhouse ({version()}-1) unstable; urgency=medium\n\n  * See changelog.gz.\n\n"
        f" -- {maintainer}  {ask(('date', '-uR', '-d', f'@{_moment()}')).strip()}\n",
    )
    shutil.copyfile(TEMPLATES / "copyright", documents / "copyright")
    overrides = share / "lintian/overrides/inhouse"
    overrides.parent.mkdir(parents=True)
    shutil.copyfile(TEMPLATES / "lintian-overrides", overrides)


def _write_packed(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _write_control(root: Path, values: Mapping[str, str]) -> None:
    control = root / "DEBIAN"
    control.mkdir()
    files = sorted(_files(root))
    size = sum(path.stat().st_size for path in files) // 1024
    text = (TEMPLATES / "control").read_text(encoding="utf-8")
    for name, value in {**values, "SIZE": str(size)}.items():
        text = text.replace(f"@{name}@", value)
    (control / "control").write_text(text, encoding="utf-8")
    shutil.copyfile(TEMPLATES / "postrm", control / "postrm")
    sums = (f"{_digest(path)}  {path.relative_to(root)}\n" for path in files)
    (control / "md5sums").write_text("".join(sums), encoding="utf-8")
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    (control / "postrm").chmod(0o755)


def _files(root: Path) -> Iterator[Path]:
    """Every plain file that is installed."""
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and "DEBIAN" not in path.parts:
            yield path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _moment() -> str:
    """Seconds of the last commit, so that the same source gives the same package."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return given or ask(("git", "-C", str(ROOT), "log", "-1", "--format=%ct")).strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
