"""The diagram and the tables of packages in docs/architecture.md, from contracts and code."""

import ast
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
NAMES_A_LINE: Final = 5


def diagram() -> str:
    """A Mermaid flow chart: our four packages, who may import whom, and homes of libraries."""
    lines = ["```mermaid", "flowchart TD"]
    lines += (f'    {name}["{title}"]' for name, title in boxes())
    lines += (f"    {above} --> {below}" for above, below in layers())
    lines += (f"    {package} -. {inner} .-> {name}" for package, inner, name in homes())
    return "\n".join((*lines, "```")) + "\n"


def package_tables() -> str:
    """What each package inside of ours is for, as its own first line says."""
    return "\n\n".join(table_of(folder) for folder in packages() if inner_packages(folder)) + "\n"


def table_of(folder: Path) -> str:
    """The packages inside of one."""
    rows = (f"| `{path.name}` | {purpose(path)} |" for path in inner_packages(folder))
    return "\n".join((f"| in `{folder.name}` | what it is for |", "|---|---|", *rows))


def purpose(folder: Path) -> str:
    """The first line of a package's docstring."""
    tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    line = (ast.get_docstring(tree) or "").partition("\n")[0]
    return line.rstrip(".").replace("|", "\\|")


def inner_packages(folder: Path) -> list[Path]:
    """The packages inside of one, by name."""
    return sorted(path.parent for path in folder.glob("*/__init__.py"))


def packages() -> tuple[Path, ...]:
    """The folders of our four packages, as the wheel takes them."""
    wheel = project()["tool"]["hatch"]["build"]["targets"]["wheel"]
    return tuple(ROOT / name for name in wheel["packages"])


def boxes() -> Iterator[tuple[str, str]]:
    """Each package with its folder and what it holds."""
    for folder in packages():
        inner = [path.name for path in inner_packages(folder)] or [purpose(folder)]
        rows = [inner[first : first + NAMES_A_LINE] for first in range(0, len(inner), NAMES_A_LINE)]
        held = "<br/>".join(", ".join(row) for row in rows)
        yield folder.name, f"<b>{folder.relative_to(ROOT).as_posix()}</b><br/>{held}"


def layers() -> Iterator[tuple[str, str]]:
    """Which package may import which: each layer those below it, drawn to the next."""
    contract = next(one for one in contracts() if one["type"] == "layers")
    rows = [row.split(" | ") for row in contract["layers"]]
    for above, below in pairwise(rows):
        yield from ((one, other) for one in above for other in below)


def homes() -> Iterator[tuple[str, str, str]]:
    """The one place that may import a library: package, what is inside of it, library."""
    ours = {folder.name for folder in packages()}
    seen: set[tuple[str, str, str]] = set()
    for contract in contracts():
        for entry in contract.get("ignore_imports", ()):
            source, _, library = entry.partition(" -> ")
            package, _, inner = source.removesuffix(".**").partition(".")
            home = (package, inner, library)
            if library.partition(".")[0] not in ours and home not in seen:
                seen.add(home)
                yield home


def contracts() -> list[dict[str, Any]]:
    """The import contracts that continuous integration holds."""
    return project()["tool"]["importlinter"]["contracts"]


def project() -> dict[str, Any]:
    """pyproject.toml, which is of any form, hence Any."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
