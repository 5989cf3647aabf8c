"""What a large model's calls may name: everything that exists, and what it has read."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.agent.kits import Bench, scripted

from inhouse_agent.choices import MAX_PATH_CHOICES, MAX_SOURCES, MAX_SYMBOL_CHOICES, free_choices
from inhouse_agent.context import build_request
from inhouse_agent.kit import Options
from inhouse_agent.profile import LARGE_PROFILE
from inhouse_models.chat import MOST_SOURCE_BYTES, Choices, Source
from inhouse_tools.writing.files import digest


def bench_with(folder: Path, files: Mapping[str, str | bytes], *, seen: bool = True) -> Bench:
    """A bench of the large profile over these files."""
    bench = scripted(folder)
    bench.kit.profile = LARGE_PROFILE
    for name, content in files.items():
        raw = content.encode() if isinstance(content, str) else content
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
        if seen:
            bench.kit.workspace.seen[name] = digest(raw)
    return bench


def choices_of(bench: Bench) -> Choices:
    return asyncio.run(build_request(bench.kit, [])).choices


def test_what_exists_can_be_read(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, {"a.py": "x = 1\n", "src/deep/b.py": ""}, seen=False)
    handle = bench.kit.workspace.handles.keep("long output")
    choices = choices_of(bench)
    assert choices.paths == ("a.py", "src/deep/b.py")
    assert choices.readable == (".", "src", "src/deep", handle)
    assert not choices.sources
    assert not choices.symbols


def test_what_was_read_is_known_by_its_text_and_symbols(tmp_path: Path) -> None:
    code = "def f():\r\n    return 'é'\r\n"
    bench = bench_with(tmp_path, {"a.py": code, "b.json": '{"a": 1}\n', "c.bin": b"\0"})
    choices = choices_of(bench)
    assert choices.sources == (
        Source.of("b.json", '{"a": 1}\n'),
        Source.of("a.py", code.replace("\r\n", "\n")),
    )
    assert choices.symbols == {"a.py": ("f",)}


def test_a_file_that_has_changed_since_is_not_known(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, {"a.py": "x = 1\n", "b.py": "y = 1\n", "c.py": "z = 1\n"})
    (tmp_path / "a.py").write_text("x = 2\n")
    (tmp_path / "b.py").unlink()
    choices = choices_of(bench)
    assert [source.name for source in choices.sources] == ["c.py"]
    assert choices.paths == ("a.py", "c.py")


def test_the_last_read_files_come_first_and_are_bounded(tmp_path: Path) -> None:
    files = {f"{number:02}.txt": f"{number}\n" for number in range(MAX_SOURCES + 1)}
    names = [source.name for source in choices_of(bench_with(tmp_path, files)).sources]
    assert names == sorted(files, reverse=True)[:MAX_SOURCES]


def test_large_files_leave_room_for_others(tmp_path: Path) -> None:
    half = "x" * (MOST_SOURCE_BYTES // 2)
    files = {"d.txt": "d\n", "c.txt": half, "b.txt": f"{half}\n", "a.txt": f"{half}{half}\n"}
    assert [s.name for s in choices_of(bench_with(tmp_path, files)).sources] == [
        "b.txt",
        "d.txt",
    ]


def test_a_file_of_very_many_symbols_leaves_them_free(tmp_path: Path) -> None:
    many = "".join(f"def f{number}(): pass\n" for number in range(MAX_SYMBOL_CHOICES + 1))
    assert not choices_of(bench_with(tmp_path, {"a.py": many})).symbols


def test_of_too_many_files_those_that_were_read_are_known(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, {"a.py": "x = 1\n"})
    for number in range(MAX_PATH_CHOICES):
        (tmp_path / str(number)).touch()
    choices = choices_of(bench)
    assert choices.paths == choices.readable == ()
    assert [source.name for source in choices.sources] == ["a.py"]


def test_files_of_further_folders_have_whole_paths(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    for folder in (root, other):
        folder.mkdir()
        (folder / "a.py").touch()
    workspace = replace(scripted(root).kit.workspace, extra=(other,))
    assert free_choices(workspace).paths == ("a.py", f"{other}/a.py")


def test_a_model_that_writes_fenced_calls_freely_is_told_nothing(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, {"a.py": "x = 1\n"})
    bench.kit.options = Options(call_form="fenced")
    assert choices_of(bench) == Choices()
