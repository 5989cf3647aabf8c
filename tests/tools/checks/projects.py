"""Invented projects for the tests of checks."""

from collections.abc import Mapping
from pathlib import Path

from inhouse_tools.checks.ground import Ground
from inhouse_tools.sandbox import Sandbox


def make(root: Path, files: Mapping[str, str]) -> Path:
    """A folder with these files; a name that ends with "!" is made executable."""
    root = root.resolve()
    for name, text in files.items():
        path = root / name.rstrip("!")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if name.endswith("!"):
            path.chmod(0o755)
    return root


def trusted(root: Path, cache: Path | None = None) -> Ground:
    """A ground without a sandbox in a folder that the person trusts."""
    return Ground(root.resolve(), Sandbox.off(), trusted=True, cache=cache)
