"""A model that is missing or damaged: one line, code 5, and nothing is started or changed."""

import shutil
import struct
from pathlib import Path

import pytest
from tests.e2e.conftest import BRIEF, engines, kill_engines
from tests.e2e.installed import Installed
from tests.models.gguf_files import make_gguf

STORED = "qwen2.5-coder-0.5b.gguf"


@pytest.fixture
def inhouse(untouched: Path) -> Installed:
    """The command in a repository that must stay as it is."""
    return Installed(untouched, loaded=True)


@pytest.fixture
def store(home: Path) -> Path:
    """The folder of the model store of this test."""
    folder = home / ".local" / "share" / "inhouse" / "models"
    folder.mkdir(parents=True)
    return folder


def test_no_model_yet(inhouse: Installed) -> None:
    done = inhouse.run("-p", "hi").failed(5, "inhouse models pull starter")
    assert done.out == ""
    assert inhouse.ask("hi").result["error"]["kind"] == "no_model"
    # There is no session that could go on: nothing was asked.
    inhouse.run("-c", "-p", "hi").failed(2, "no session")


@pytest.mark.parametrize("wanted", ["starter-small", "missing.gguf", "/"])
def test_a_model_that_is_not_here(inhouse: Installed, wanted: str) -> None:
    inhouse.run("-p", "hi", "-m", wanted).failed(5, wanted.removesuffix("/"))
    assert engines() == []


def test_a_hash_that_is_not_the_published_one(inhouse: Installed, store: Path) -> None:
    (store / STORED).write_bytes(make_gguf())
    inhouse.run("-p", "hi").failed(5, STORED, "hash differs", "inhouse models rm")
    inhouse.run("-p", "hi", "-m", "starter-small").failed(5, "hash differs")
    assert engines() == []


def test_a_file_that_changed_since_it_was_added(inhouse: Installed, tmp_path: Path) -> None:
    model = tmp_path / "own.gguf"
    model.write_bytes(make_gguf())
    assert inhouse.run("models", "add", str(model)).code == 0
    model.write_bytes(make_gguf(weights=128))
    inhouse.run("-p", "hi", "-m", "own").failed(
        5, str(model), "changed", "inhouse models trust own"
    )
    model.unlink()
    inhouse.run("-p", "hi", "-m", "own").failed(5, str(model), "gone")


WHOLE = make_gguf()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"#!/bin/sh\n", "not a GGUF file"),
        (WHOLE[:20], "cut short"),
        (WHOLE[:-1], "cut short"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 2**60), "damaged"),
        (make_gguf(version=9), "version 9"),
    ],
    ids=["script", "counts", "last byte", "absurd", "version"],
)
def test_a_damaged_file(inhouse: Installed, tmp_path: Path, content: bytes, word: str) -> None:
    file = tmp_path / "broken.gguf"
    file.write_bytes(content)
    inhouse.run("-p", "hi", "-m", str(file)).failed(5, str(file), word)
    assert engines() == []


def test_a_damaged_file_in_the_store(inhouse: Installed, store: Path) -> None:
    (store / "broken.gguf").write_bytes(WHOLE[:-1])
    done = inhouse.ask("hi")
    assert (done.code, done.errors) == (5, [])
    assert done.result["error"]["kind"] == "load"
    assert "cut short" in done.result["result"]


def test_a_model_too_large_for_anything(inhouse: Installed, tmp_path: Path) -> None:
    file = tmp_path / "huge.gguf"
    file.write_bytes(WHOLE)
    with file.open("rb+") as opened:
        # A hole: it takes no room, and nobody could read all of it.
        opened.truncate(4 * 1024**4)
    done = inhouse.run("-p", "hi", "-m", str(file))
    done.failed(5, "huge takes 4398.0 GB", "of memory", "inhouse setup")
    assert inhouse.ask("hi", "-m", str(file)).result["error"]["kind"] == "load"
    assert engines() == []


@pytest.mark.model
def test_a_download_that_was_cut_short(
    inhouse: Installed, small_model: Path, tmp_path: Path
) -> None:
    part = tmp_path / STORED
    with small_model.open("rb") as whole:
        part.write_bytes(whole.read(20_000_000))
    inhouse.run("-p", "hi", "-m", str(part)).failed(5, str(part), "cut short", "471,400,064 bytes")


def put(model: Path, place: Path) -> None:
    """The model's bytes in this place, without a copy where that can be."""
    try:
        place.hardlink_to(model)
    except OSError:
        shutil.copyfile(model, place)


@pytest.mark.model
def test_a_file_that_only_llama_cpp_finds_damaged(
    inhouse: Installed, small_model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(make_gguf())
    try:
        inhouse.run("-p", "hi", "-m", str(file)).failed(5, str(file), "inhouse engine log")
        assert "tiny.gguf" in inhouse.run("engine", "log").out
        # A whole file in its place is loaded at once: the engine that failed does not linger.
        file.unlink()
        put(small_model, file)
        # What lies there was another file when it was first used.
        inhouse.run("-p", "hi", "-m", str(file)).failed(5, "changed", f"models trust {file}")
        assert inhouse.run("models", "trust", str(file)).code == 0
        one = inhouse.run("-p", "hi", "-m", str(file), *BRIEF)
        assert one.code in (0, 4), one
    finally:
        kill_engines()
