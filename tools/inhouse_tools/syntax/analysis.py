"""All that an index keeps of a file, from one parse of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from inhouse_tools.syntax.faults import faults_of
from inhouse_tools.syntax.imports import Import, imports_of
from inhouse_tools.syntax.reading import Reading, read
from inhouse_tools.syntax.symbols import Symbol, symbols_of


@dataclass(frozen=True, slots=True)
class Analysis:
    """The contents of a file.

    `references` counts for each identifier its uses that are not the name of a definition.
    `faults` is the number of places that do not parse, at most 20.
    """

    language: str
    family: str
    symbols: tuple[Symbol, ...]
    references: Mapping[str, int]
    imports: tuple[Import, ...]
    faults: int


def analyse(path: str, source: bytes) -> Analysis | None:
    """The contents of UTF-8 source; None for unknown languages and too large files."""
    reading = read(path, source)
    if reading is None:
        return None
    return Analysis(
        language=reading.language.name,
        family=reading.language.family,
        symbols=symbols_of(reading),
        references=_used(reading),
        imports=imports_of(reading),
        faults=len(faults_of(reading.language, reading.root, source)),
    )


def _used(reading: Reading) -> dict[str, int]:
    counts = Counter(reading.uses())
    # Where a name is missing, the parser puts one without a letter.
    return {text.decode("utf-8", "replace"): count for text, count in counts.items() if text}
