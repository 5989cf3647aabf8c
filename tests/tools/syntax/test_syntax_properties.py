"""Whatever stands in a file, reading it neither fails nor points outside of it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inhouse_tools import syntax

SAMPLES = sorted((Path(__file__).parent / "syntax_samples").iterdir())
FEW = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(path: str, source: bytes) -> None:
    """What holds for every file."""
    found = syntax.analyse(path, source)
    assert found
    assert found.symbols == syntax.symbols(path, source)
    assert found.imports == syntax.imports(path, source)
    lines = source.count(b"\n") + 1
    names = [symbol.name for symbol in found.symbols]
    assert len(names) == len(set(names))
    for symbol in found.symbols:
        assert 0 <= symbol.start_byte <= symbol.outer_byte <= symbol.core_byte
        assert symbol.core_byte <= symbol.body_byte <= symbol.end_byte <= len(source)
        assert 1 <= symbol.start_line <= symbol.end_line <= lines
        assert symbol.start_line == source.count(b"\n", 0, symbol.start_byte) + 1
        assert symbol.end_line == source.count(b"\n", 0, symbol.end_byte) + 1
        assert len(syntax.signature(path, source, symbol)) <= 200
    # A name of damaged bytes is counted, but can't be asked for.
    whole = [name for name in found.references if "\ufffd" not in name]
    for name in whole[:3]:
        placed = syntax.references(path, source, name)
        assert found.references[name] == sum(not place.is_definition for place in placed)
        assert all(source[each.start_byte : each.end_byte] == name.encode() for each in placed)
    assert all(1 <= each.line <= lines for each in found.imports)
    stands = syntax.statements(path, source)
    assert 0 <= stands.opening <= len(source)
    assert all(0 <= line <= lines for line in syntax.lines_inside_strings(path, source))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
@FEW
@given(data=st.data())
def test_a_damaged_sample_is_read(sample: Path, data: st.DataObject) -> None:
    source = sample.read_bytes()
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    put = data.draw(st.sampled_from([b"", b"\n", b"\x00\xff", b"({", b"'\"", b"\r\n"]))
    check(sample.name, source[:start] + put + source[end:])


def test_a_name_that_is_missing_is_none() -> None:
    check("Shapes.java", b"[]")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_is_read_with_other_line_ends(sample: Path) -> None:
    source = sample.read_bytes()
    check(sample.name, source)
    check(sample.name, source.rstrip(b"\n"))
    check(sample.name, source.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
@FEW
@given(source=st.binary(max_size=60))
def test_random_bytes_are_read(sample: Path, source: bytes) -> None:
    check(sample.name, source)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_first_line_of_a_symbol_is_in_it(sample: Path) -> None:
    source = sample.read_bytes()
    for symbol in syntax.symbols(sample.name, source):
        found = syntax.enclosing(sample.name, source, symbol.start_line)
        assert found
        assert found.end_byte - found.start_byte <= symbol.end_byte - symbol.start_byte


def test_what_is_too_large_is_not_read() -> None:
    source = b"x = 1\n" * 700_000
    assert syntax.analyse("a.py", source) is None
    assert syntax.symbols("a.py", source) == ()
