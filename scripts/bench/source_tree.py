"""The tree that everybody measures with: the sources of llama.cpp in one exact source package."""

import sys
import tarfile
import tempfile
from pathlib import Path

from llama_wheel import cache_folder
from progress import Progress, run_logged

PACKAGE = "llama-cpp-python"
VERSION = "0.3.36"
SHA256 = "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"
INSIDE = ("vendor", "llama.cpp")


def ensure_source_tree() -> Path | None:
    """The folder of the sources, downloaded and unpacked if need be; None is already told."""
    target = cache_folder() / "bench" / f"llama.cpp-{VERSION}"
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        archive = _download(Path(folder))
        if archive is None:
            sys.stderr.write(
                f"The sources of {PACKAGE} {VERSION} could not be had: is the package index"
                " reachable? Give another tree with --tree FOLDER.\n"
            )
            return None
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        unpacked = Path(folder, archive.name.removesuffix(".tar.gz"), *INSIDE)
        # It points to a repository that is not in the package.
        (unpacked / ".git").unlink(missing_ok=True)
        unpacked.rename(target)
    return target


def _download(folder: Path) -> Path | None:
    """The source package, which must be the very one that is known by its hash."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{SHA256}\n", encoding="utf-8")
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"),
        *("--require-hashes", "--progress-bar", "off", "--dest", str(folder)),
        *("--requirement", str(wanted)),
    ]
    log = cache_folder() / "logs" / "bench-sources.log"
    if not run_logged(command, log, Progress("downloading the sources to measure with"), _silent):
        return None
    return next(folder.glob("*.tar.gz"), None)


def _silent(_output: str) -> str:
    return ""
