"""Every language reads its sample as the golden says; a new one is a sample and --update."""

from collections.abc import Callable
from pathlib import Path

import pytest

from inhouse_tools import syntax
from inhouse_tools.syntax.languages import grammar_of, languages, query_of

SAMPLES = sorted(file for file in (Path(__file__).parent / "syntax_samples").iterdir())


def outline(path: str, source: bytes) -> str:
    """All that is found in a file, as text."""
    found = syntax.analyse(path, source)
    assert found
    symbols = [
        f"  {item.start_line}-{item.end_line} {item.kind} {item.name}"
        f" | {syntax.signature(path, source, item)}"
        for item in found.symbols
    ]
    imports = [f"  {item.line} {item.module}" for item in found.imports]
    defined = {item.name.rpartition(".")[2].partition("#")[0] for item in found.symbols}
    references = [
        f"  {name}: {' '.join(_place(each) for each in syntax.references(path, source, name))}"
        for name in sorted(defined)
        if name in found.references
    ]
    others = sorted(set(found.references) - defined)
    lines = [
        f"{found.language} of {found.family}, {found.faults} faults",
        *["symbols", *symbols],
        *["imports", *imports],
        *["references", *references, f"  others: {' '.join(others)}"],
        *["strings", "  " + " ".join(map(str, sorted(syntax.lines_inside_strings(path, source))))],
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _place(reference: syntax.Reference) -> str:
    return f"{reference.line}{'*' if reference.is_definition else ''}"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_is_read_as_the_golden_says(
    sample: Path, golden: Callable[[str, str], None]
) -> None:
    golden(f"syntax/{sample.name}.txt", outline(sample.name, sample.read_bytes()))


def test_every_language_has_a_sample_and_a_query() -> None:
    sampled = {language.name for file in SAMPLES if (language := syntax.language_of(file.name))}
    assert sampled == {language.name for language in languages()}
    for language in languages():
        assert grammar_of(language)
        assert query_of(language).pattern_count > 0
