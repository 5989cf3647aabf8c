"""What is found and what is kept, as text for a person and as JSON for a program."""

from typing import TYPE_CHECKING

from inhouse.uninstalling.table import Kind
from inhouse_models.transfer import describe_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inhouse.uninstalling.finding import Found, Item, Kept
    from inhouse.uninstalling.program import Program
    from inhouse_tools.json_value import JsonValue


def by_kind(items: "Iterable[Item]") -> "Mapping[Kind, list[Item]]":
    """The items of each kind that there is, in the order of the kinds."""
    sorted_in: dict[Kind, list[Item]] = {kind: [] for kind in Kind}
    for item in items:
        sorted_in[item.kind].append(item)
    return {kind: of_kind for kind, of_kind in sorted_in.items() if of_kind}


def rows_of(found: "Found") -> list[list[str]]:
    """A table: each kind, how many files and bytes, and where."""
    rows = [["WHAT", "FILES", "SIZE", "WHERE"]]
    for kind, items in by_kind(found.items).items():
        files, size = sum(item.files for item in items), sum(item.size for item in items)
        where = " ".join(_places(items))
        rows.append([kind.value, f"{files:,}", describe_size(size), where])
    return rows


def _places(items: "Iterable[Item]") -> list[str]:
    """The folders right below ours that they lie in."""
    places = {item.base.folder.joinpath(*item.parts[:-1][:1]) for item in items}
    return sorted(map(str, places))


def sum_up(found: "Found") -> str:
    """How much it is, in a few words."""
    files, size = sum(item.files for item in found.items), sum(item.size for item in found.items)
    return f"{files:,} file{'s' * (files != 1)}, {describe_size(size)}"


def kept_lines(kept: "Iterable[Kept]") -> list[str]:
    """One line for each path that stays, with the reason."""
    return [f"{one.path}: {one.why}" for one in kept]


def as_json(found: "Found", program: "Program", *, removed: bool) -> "JsonValue":
    """The same for programs; sizes in bytes. A folder that goes as a whole is one path."""
    kinds: list[JsonValue] = [
        {
            "kind": kind.name.lower(),
            "title": kind.value,
            "files": sum(item.files for item in items),
            "bytes": sum(item.size for item in items),
            "paths": [str(item.path) for item in items],
        }
        for kind, items in by_kind(found.items).items()
    ]
    return {
        "removed": removed,
        "files": sum(item.files for item in found.items),
        "bytes": sum(item.size for item in found.items),
        "kinds": kinds,
        "kept": [{"path": str(one.path), "why": one.why} for one in found.kept],
        "program": {"installed_with": program.kind, "remove_with": program.command},
    }
