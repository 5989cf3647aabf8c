"""Searching by ripgrep: that it finds what our own scan finds, and where the program is taken."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from inhouse_tools import process
from inhouse_tools.places.file_pattern import file_pattern
from inhouse_tools.places.listing import find_start
from inhouse_tools.refusal import Refusal
from inhouse_tools.search import ripgrep, scanning
from inhouse_tools.search.query import Found, Query
from inhouse_tools.search.rust_regex import rust_regex

SECONDS = 20.0
PROGRAM = Path(sys.prefix) / "bin" / "rg"
# Classes that a later Python may read otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:Possible:FutureWarning")

words = st.sampled_from(
    (*("foo", "Foo", "bar", "fo{2}o", "a.b", "(x)", "x-y", "é", "_1", "12", "&&", "<", "]", "\\"),)
)
text_lines = st.one_of(
    st.lists(words, max_size=4).map(" ".join),
    st.just("x" * 290 + " foo " + "é" * 400),
    st.just("y" * 1500 + " foo " + "z" * 1500),
)
texts = st.tuples(
    st.lists(text_lines, max_size=6), st.sampled_from(("\n", "\r\n")), st.booleans()
).map(lambda it: (it[1].join(it[0]) + (it[1] if it[2] else "")).encode())
contents = st.one_of(texts, texts.map(lambda raw: b"\xef\xbb\xbf" + raw), st.just(b"foo\n\0foo\n"))
NAMES = ("a.py", "b.txt", "sub/a.py", "sub/c.log", "sub/deep/a.py", "env/pyvenv.cfg", "env/a.py")
PLACES = (*NAMES, ".hidden", "node_modules/a.py", "build/a.py", "d e/a.py", "a\nb.py", "sub/x.py/f")
trees = st.dictionaries(st.sampled_from(PLACES), contents, min_size=3, max_size=8)
PIECES = (
    *(
        "foo",
        "bar",
        "foo",
        "bar",
        "Foo",
        "o",
        "x",
        ".",
        "é",
        " ",
        "{",
        "}",
        "{2}",
        "{,2}",
        "{1,}",
        "*",
        "+",
        "?",
        "^",
    ),
    *("$", "|", "\\w+", "\\s", "\\S", "\\d", "\\b", "\\B", "\\.", "\\(", "\\<", "\\]", "\\{", "#"),
    *("[a-f]", "[^a]", "[]x]", "[{&&}]", "[\\w.]", "(a|b)", "(?:o)", "(?P<n>x)", "\\x66", "-", "&"),
    *("(?=o)", "(o)\\1", "*+", "\\Z", "[x-]", "[^]]", "~"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A tree with its ignore rules, and a search in it."""

    files: dict[str, bytes]
    rules: str = ""
    pattern: str = ""
    glob: str = ""
    under: str = ""
    context: int = 0
    counts: bool = False
    repository: bool = False


expressions = st.builds(
    "{}{}".format,
    st.sampled_from(("", "", "(?i)", "(?s)")),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join),
)
GLOBS = (
    "",
    "*.py",
    "sub/**",
    "**/a.py",
    "!*.py",
    "{a,b}.*",
    "sub",
    "deep/*.py",
    "x.py/",
    "[ab].py",
)
RULES = ("", "build/\n*.log\n", "*\n!*/\n!*.py\n", "/sub/deep/\n!sub/*.log\n", "a.py\n")


def make(root: Path, files: dict[str, bytes]) -> None:
    for name, raw in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(raw)


def both(query: Query) -> tuple[Found | None, Found | Refusal]:
    async def run() -> tuple[Found | None, Found | Refusal]:
        return await ripgrep.search(PROGRAM, query, SECONDS), await scanning.search(query, SECONDS)

    return asyncio.run(run())


cases = st.builds(
    Case,
    files=trees,
    rules=st.sampled_from(RULES),
    pattern=expressions,
    glob=st.sampled_from(GLOBS),
    under=st.sampled_from(("", "", "", "sub", "build", "env")),
    context=st.sampled_from((0, 0, 1, 2)),
    counts=st.booleans(),
    repository=st.booleans(),
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(case=cases)
@example(Case({"a.py": b"foo\r\nbar"}, pattern="foo$", context=1))
@example(Case({"a.py": b"y" * 1500 + b" foo"}, pattern="foo", glob="*.py", repository=True))
def test_both_ways_find_the_same(tmp_path: Path, case: Case) -> None:
    try:
        re.compile(case.pattern)
    except re.error:
        assume(False)
    root = tmp_path / "root"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    make(root, case.files)
    (root / ".gitignore").write_text(case.rules)
    if case.repository:
        (root / ".git").mkdir()
    under = case.under if (root / case.under).is_dir() else ""
    wanted = file_pattern(case.glob) if case.glob else None
    start = find_start(root, under)
    by_ripgrep, by_scan = both(Query(case.pattern, start, wanted, "", case.context, case.counts))
    assert isinstance(by_scan, Found)
    if by_ripgrep is not None:
        assert by_ripgrep == by_scan
    assert by_ripgrep is not None or rust_regex(case.pattern) is None or "[" in case.glob


def test_it_answers_for_ordinary_patterns(tmp_path: Path) -> None:
    """The comparison above would hold as well if ripgrep never answered."""
    make(tmp_path, {"a.py": b"def total():\n    return {1: 2}\n"})
    start = find_start(tmp_path)
    for pattern in ("total", r"def \w+\(\)", "{1: 2}", "(?i)TOTAL", "^$"):
        by_ripgrep, by_scan = both(Query(pattern, start))
        assert by_ripgrep == by_scan, pattern
        assert by_ripgrep is not None
        assert bool(by_ripgrep.lines) == (pattern != "^$")
    assert both(Query(r"(?<=def )total", start))[0] is None


def test_the_persons_own_configuration_is_not_read(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "rg.conf").write_text("--fixed-strings\n--max-count=1\n")
    monkeypatch.setenv("RIPGREP_CONFIG_PATH", str(home / "rg.conf"))
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".config" / "git" / "ignore").write_text("*.py\n")
    (tmp_path.parent / ".ignore").write_text("*\n")
    make(tmp_path, {"a.py": b"aa\nab\n", ".ignore": b"*\n", ".rgignore": b"*\n"})
    try:
        by_ripgrep, by_scan = both(Query("a.", find_start(tmp_path)))
    finally:
        (tmp_path.parent / ".ignore").unlink()
    assert by_ripgrep == by_scan
    assert by_ripgrep is not None and len(by_ripgrep.lines["a.py"]) == 2


def test_odd_files(tmp_path: Path) -> None:
    strange = os.fsdecode(b"caf\xe9.py")
    wide = ("x" * 2_000 + " needle\n").encode("utf-16")
    make(tmp_path, {strange: b"needle\n", "wide": wide, "latin": b"needle caf\xe9\n"})
    make(tmp_path, {"late-binary": b"needle\n" * 10 + b"x" * 100_000 + b"\0", "dir/f": b"needle"})
    (tmp_path / "link").symlink_to("latin")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dir" / "up").symlink_to("..")
    (tmp_path / "large").write_bytes(b"needle\n" + b"x" * 10_000_000)
    os.mkfifo(tmp_path / "pipe")
    by_ripgrep, by_scan = both(Query("needle", find_start(tmp_path)))
    assert by_ripgrep == by_scan
    assert by_ripgrep is not None
    assert set(by_ripgrep.lines) == {strange, "wide", "latin", "dir/f"}
    assert by_ripgrep.lines["wide"][0].text.endswith(" needle")
    one = Query("needle", find_start(tmp_path), single="large")
    by_ripgrep, by_scan = both(one)
    assert by_ripgrep == by_scan
    assert by_ripgrep is not None and len(by_ripgrep.lines["large"]) == 1


def test_where_a_search_takes_long_files_are_asked_for_their_size_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, {"a.py": b"needle\n", "large": b"needle\n" + b"x" * 10_000_000})
    commands: list[list[str]] = []
    run = ripgrep.process.collect

    async def collect(argv: Sequence[str], **named: Any) -> process.Collected | Refusal:
        commands.append(list(argv))
        if named["timeout"] == ripgrep.QUICK_SECONDS:
            return process.Collected(-9, b"", "time")
        return await run(argv, **named)

    monkeypatch.setattr(ripgrep.process, "collect", collect)
    query = Query("needle", find_start(tmp_path))
    for _time in range(2):
        found = asyncio.run(ripgrep.search(PROGRAM, query, SECONDS))
        assert found is not None
        assert list(found.lines) == ["a.py"]
    limits = [any("--max-filesize" in word for word in command) for command in commands]
    assert limits == [False, True, True]


def test_a_flood_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ripgrep, "MAX_OUTPUT_BYTES", 100_000)
    make(tmp_path, {f"{number}": b"hit\n" * 1_000 for number in range(200)})
    found = asyncio.run(ripgrep.search(PROGRAM, Query("hit", find_start(tmp_path)), SECONDS))
    assert found is not None
    assert found.stopped == "many"
    assert sum(map(len, found.lines.values())) <= 2_000


def fake(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rg").write_text("#!/bin/sh\n")
    (folder / "rg").chmod(0o755)
    return folder / "rg"


def test_the_program_is_never_taken_from_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = tmp_path / "work", tmp_path / "usr"
    monkeypatch.setattr(sys, "prefix", str(inside / "venv"))
    fake(inside / "venv" / "bin")
    fake(inside / "bin")
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "rg").symlink_to(inside / "bin" / "rg")
    (tmp_path / "door").symlink_to(inside / "bin")
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "rg").write_text("no program")
    unsafe = [str(inside / "bin"), str(linked), str(tmp_path / "door"), str(plain), "", "bin", "."]
    monkeypatch.setenv("PATH", ":".join(unsafe))
    monkeypatch.chdir(inside)
    assert ripgrep.find_ripgrep([inside]) is None
    monkeypatch.setenv("PATH", ":".join([*unsafe, str(outside)]))
    assert ripgrep.find_ripgrep([inside]) is None
    assert ripgrep.find_ripgrep([inside]) != fake(outside)
    assert ripgrep.find_ripgrep([inside]) == outside / "rg"
    assert ripgrep.find_ripgrep([tmp_path / "else"]) == inside / "venv" / "bin" / "rg"


def test_a_search_that_is_cancelled_leaves_no_process(tmp_path: Path) -> None:
    slow, told = tmp_path / "slow", tmp_path / "told"
    os.mkfifo(told)
    slow.write_text(f"#!/bin/sh\necho $$ > {told}\nexec sleep 60\n")
    slow.chmod(0o755)

    async def run() -> int:
        query = Query("a", find_start(tmp_path))
        task = asyncio.ensure_future(ripgrep.search(slow, query, SECONDS))
        number = int(await asyncio.to_thread(told.read_text))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return number

    with pytest.raises(ProcessLookupError):
        os.kill(asyncio.run(run()), 0)


@pytest.mark.parametrize(
    "pattern",
    ["a{2}", "{}", "a{,3}", "x{", r"\<b\>", "[a&&b]", "[[a]", r"\-\ \#", "(?i:a)b", "]", "}"],
)
def test_signs_are_translated(pattern: str) -> None:
    translated = rust_regex(pattern)
    assert translated is not None
    command = [str(PROGRAM), "--no-config", "-o", "--", translated]
    text = "aa {} aaa x{ <b> & [ - # Ab ] }\n"
    result = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    expected = [match[0] for match in re.finditer(pattern, text.rstrip("\n")) if match[0]]
    assert [it for it in result.stdout.split("\n") if it] == expected, result.stderr


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)",
        "(a)\\1",
        "a*+",
        "a{2}+",
        "(?>a)",
        "(?x) a",
        "\\Z",
        "\\Aa",
        "a\nb",
        "[a--b]",
        "\\0",
        "\\B",
    ],
)
def test_what_has_no_translation(pattern: str) -> None:
    assert rust_regex(pattern) is None
