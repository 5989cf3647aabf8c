"""Where git's HEAD points, read without git and without changing anything."""

from pathlib import Path

from inhouse_tools.places.paths import git_folders

MAX_BYTES = 10_000_000


def read_head(root: Path) -> str:
    """Such as "main 1a2b3c4d5e6f", or a bare commit; "" without a repository or a first commit."""
    for folder in (root, *root.parents):
        places = git_folders(folder)
        if places:
            return _describe(places)
    return ""


def _describe(places: tuple[Path, ...]) -> str:
    text = _read(places[0] / "HEAD")
    if not text.startswith("ref:"):
        return text[:12]
    name = text.removeprefix("ref:").strip()
    commit = next((found for place in places if (found := _commit(place, name))), "")
    return f"{name.removeprefix('refs/heads/')} {commit[:12]}" if commit else ""


def _commit(place: Path, name: str) -> str:
    """The commit of a branch: in a file of its own, or in the list of packed ones."""
    if ".." in name or name.startswith("/"):
        return ""
    loose = _read(place / name)
    if loose:
        return loose
    for line in _read(place / "packed-refs").splitlines():
        commit, _space, packed = line.partition(" ")
        if packed == name:
            return commit
    return ""


def _read(file: Path) -> str:
    try:
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            return ""
        return file.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
