"""What a file takes from elsewhere."""

from dataclasses import dataclass

from inhouse_tools.syntax.reading import Reading, read


@dataclass(frozen=True, slots=True)
class Import:
    """A module, package or file as it is named in an import; the line counts from 1."""

    module: str
    line: int


def imports(path: str, source: bytes) -> tuple[Import, ...]:
    """The imports of UTF-8 source in the order they stand; none for unknown languages."""
    reading = read(path, source)
    return imports_of(reading) if reading else ()


def imports_of(reading: Reading) -> tuple[Import, ...]:
    """The imports of a parsed file; one that is named twice in a line is told once."""
    nodes = sorted(reading.marks.get("module", ()), key=lambda node: node.start_byte)
    found = (Import(_module(node.text or b""), node.start_point.row + 1) for node in nodes)
    return tuple(dict.fromkeys(found))


def _module(text: bytes) -> str:
    # Scala's grammar has no node for the path alone.
    return text.decode("utf-8", "replace").removeprefix("import ").strip().strip("\"'`<>")
