"""The store finds models by every name people use, and never hands out a changed one."""

import asyncio
import hashlib
import json
import os
from pathlib import Path

import pytest
from tests.models.gguf_files import make_gguf

from inhouse_models import catalogue
from inhouse_models import store as store_module
from inhouse_models.catalogue import CatalogueEntry, find_entry, read_catalogue
from inhouse_models.store import ModelFile, Store, StoreFault, models_folder

WHOLE = make_gguf()
OTHER = make_gguf({"general.name": "othr"})


def entries_of(data: bytes) -> tuple[CatalogueEntry, ...]:
    return read_catalogue(f"""
[[model]]
name = "tiny-model"
aliases = ["first"]
title = "Tiny"
repository = "owner/tiny-GGUF"
file = "Tiny.gguf"
size = {len(data)}
sha256 = "{hashlib.sha256(data).hexdigest()}"
licence = "MIT"
family = "qwen2.5"
profile = "small"
context = 512
sampling = {{ temperature = 0.0 }}
needs_gib = 0.1
projector = {{ repository = "owner/tiny-GGUF", file = "mmproj-F16.gguf" }}
""")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    entries = entries_of(WHOLE)
    for module in (catalogue, store_module):
        monkeypatch.setattr(module, "load_catalogue", lambda: entries)
    folder = models_folder()
    folder.mkdir(parents=True)
    return Store()


def put(store: Store, name: str, data: bytes = WHOLE) -> Path:
    file = store.folder / f"{name}.gguf"
    file.write_bytes(data)
    return file


def prepare(store: Store, wanted: str) -> ModelFile:
    result = asyncio.run(store.prepare(wanted))
    assert isinstance(result, ModelFile), result
    return result


def refusal(store: Store, wanted: str) -> StoreFault:
    result = asyncio.run(store.prepare(wanted))
    assert isinstance(result, StoreFault), result
    return result


def test_lies_in_the_data_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert models_folder() == home / ".local/share/inhouse/models"
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert models_folder() == Path("/data/inhouse/models")


@pytest.mark.parametrize("wanted", ["tiny-model", "FIRST", "tiny-model.gguf", "tin", "Tiny-M"])
def test_finds_a_model_by_its_names(store: Store, wanted: str) -> None:
    file = put(store, "tiny-model")
    put(store, "another", OTHER)
    model = prepare(store, wanted)
    assert (model.path, model.entry) == (file, find_entry("first"))


def test_says_how_to_get_what_is_not_here(store: Store) -> None:
    fault = refusal(store, "first")
    assert (fault.kind, "inhouse models pull first" in fault.text) == ("no_model", True)
    assert "inhouse models list" in refusal(store, "unheard-of").text
    assert "no model file" in refusal(store, "folder/none.gguf").text


def test_asks_for_more_when_a_start_means_two(store: Store) -> None:
    put(store, "one-a")
    put(store, "one-b")
    fault = refusal(store, "one")
    assert "one-a, one-b" in fault.text


def test_a_plain_path_needs_no_store(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(OTHER)
    model = prepare(store, str(file))
    assert (model.path, model.stored, model.name) == (file, False, "mine")
    assert store.list() == ()


def test_a_plain_path_is_known_by_its_size(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "copy.gguf"
    file.write_bytes(WHOLE)
    assert prepare(store, str(file)).entry == find_entry("tiny-model")


def test_a_truncated_file_is_refused(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "cut.gguf"
    file.write_bytes(WHOLE[:-100])
    fault = refusal(store, str(file))
    assert (fault.kind, "100 bytes of its weights are missing" in fault.text) == ("load", True)


def test_another_file_under_a_catalogued_name_is_refused(store: Store) -> None:
    put(store, "tiny-model", OTHER)
    fault = refusal(store, "first")
    assert "hash differs" in fault.text
    assert "inhouse models rm tiny-model" in fault.text


def test_a_hash_is_taken_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    file = put(store, "tiny-model")
    first = prepare(store, "first")
    assert first.record
    assert first.record.sha256 == hashlib.sha256(WHOLE).hexdigest()

    async def refuse(*_: object) -> None:
        raise AssertionError("the weights were read again")

    monkeypatch.setattr(store_module, "hash_file", refuse)
    assert prepare(store, "first").record == first.record
    os.utime(file, ns=(1, 1))
    with pytest.raises(AssertionError, match="read again"):
        prepare(store, "first")


@pytest.mark.parametrize("damage", ["not json", "[]", '{"sha256": 1}', "{}"])
def test_a_damaged_record_costs_only_a_new_hash(store: Store, damage: str) -> None:
    file = put(store, "tiny-model")
    record = file.with_name("tiny-model.gguf.json")
    record.write_text(damage)
    prepare(store, "first")
    assert json.loads(record.read_text())["sha256"] == hashlib.sha256(WHOLE).hexdigest()


def test_a_forged_record_does_not_vouch_for_other_bytes(store: Store) -> None:
    file = put(store, "tiny-model")
    prepare(store, "first")
    record = file.with_name("tiny-model.gguf.json")
    values = json.loads(record.read_text())
    file.write_bytes(OTHER)
    status = file.stat()
    values.update(size=status.st_size, mtime_ns=status.st_mtime_ns, inode=status.st_ino)
    values["sha256"] = hashlib.sha256(OTHER).hexdigest()
    record.write_text(json.dumps(values))
    assert "hash differs" in refusal(store, "first").text


def test_weights_that_changed_since_first_use_are_refused(store: Store) -> None:
    file = put(store, "own", OTHER)
    known = prepare(store, "own")
    assert known.record
    file.write_bytes(OTHER[:-4] + b"\0\0\0\1")
    os.utime(file, ns=(1, 1))
    told = refusal(store, "own").text
    assert "has changed since it was first used" in told
    assert known.record.sha256[:12] in told
    assert told.endswith("inhouse models trust own")


def test_a_change_that_hides_its_time_is_seen(store: Store) -> None:
    file = put(store, "own")
    known = prepare(store, "own")
    status = file.stat()
    file.write_bytes(WHOLE[:-4] + b"\0\0\0\1")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert isinstance(asyncio.run(store.check(known)), StoreFault)


def test_a_thorough_check_reads_the_weights(store: Store) -> None:
    put(store, "own")
    known = prepare(store, "own")
    assert known.record is not None
    read: list[str] = []
    asyncio.run(store.check(known, lambda _done, _all, step: read.append(step)))
    assert read == []
    asyncio.run(store.check(known, lambda _done, _all, step: read.append(step), thorough=True))
    assert set(read) == {"checking own"}


def test_a_plain_path_is_pinned_at_first_use(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(OTHER)
    first = prepare(store, str(file))
    assert first.record is not None
    assert first.record.sha256 == hashlib.sha256(OTHER).hexdigest()
    assert prepare(store, str(file)).record == first.record
    changed = OTHER[:-4] + b"\0\0\0\1"
    file.write_bytes(changed)
    told = refusal(store, str(file)).text
    assert f"inhouse models trust {file}" in told
    trusted = asyncio.run(store.trust(str(file)))
    assert isinstance(trusted, ModelFile)
    again = prepare(store, str(file))
    assert again.record is not None
    assert again.record.sha256 == hashlib.sha256(changed).hexdigest()


def test_what_the_catalogue_vouches_for_cannot_be_replaced(store: Store) -> None:
    put(store, "tiny-model", OTHER)
    fault = asyncio.run(store.trust("tiny-model"))
    assert isinstance(fault, StoreFault)
    assert "not the file that was published" in fault.text


def test_a_damaged_file_is_not_trusted(store: Store) -> None:
    put(store, "own", WHOLE[:-100])
    fault = asyncio.run(store.trust("own"))
    assert isinstance(fault, StoreFault)
    assert "missing" in fault.text


def test_adding_keeps_the_file_where_it_is(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(OTHER)
    steps: list[tuple[int, int, str]] = []
    added = asyncio.run(
        store.add(file, lambda done, total, step: steps.append((done, total, step)))
    )
    assert isinstance(added, ModelFile)
    assert (added.path, added.reference, added.name) == (file, True, "mine")
    assert steps[-1] == (len(OTHER), len(OTHER), "hashing mine")
    assert prepare(store, "mine") == added
    assert store.list() == (added,)


def test_a_changed_reference_can_be_accepted_again(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(OTHER)
    asyncio.run(store.add(file))
    file.write_bytes(WHOLE)
    assert "inhouse models trust mine" in refusal(store, "mine").text
    asyncio.run(store.trust("mine"))
    assert prepare(store, "mine").size == len(WHOLE)


def test_a_reference_to_nothing_is_said(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(OTHER)
    asyncio.run(store.add(file))
    file.unlink()
    assert "which is gone" in refusal(store, "mine").text
    assert isinstance(store.remove("mine"), ModelFile)
    assert not list(store.folder.iterdir())


@pytest.mark.parametrize("data", [b"#!/bin/sh\n", WHOLE[:-1]])
def test_only_whole_models_are_added(store: Store, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(data)
    assert isinstance(asyncio.run(store.add(file)), StoreFault)
    assert isinstance(asyncio.run(store.add(tmp_path)), StoreFault)
    assert not store.list()


def test_a_taken_name_is_not_given_away(store: Store, tmp_path: Path) -> None:
    put(store, "mine")
    file = tmp_path / "mine.gguf"
    file.write_bytes(OTHER)
    fault = asyncio.run(store.add(file))
    assert isinstance(fault, StoreFault)
    assert "another mine.gguf" in fault.text


def test_removing_takes_what_belongs_to_the_model(store: Store, tmp_path: Path) -> None:
    put(store, "tiny-model")
    put(store, "tiny.mmproj-f16")
    prepare(store, "first")
    keep = tmp_path / "mine.gguf"
    keep.write_bytes(OTHER)
    asyncio.run(store.add(keep))
    assert [model.name for model in store.list()] == ["mine", "tiny-model"]
    assert store.list()[1].projector
    assert isinstance(store.remove("first"), ModelFile)
    assert isinstance(store.remove("mine"), ModelFile)
    assert keep.exists()
    assert not list(store.folder.iterdir())
    assert isinstance(store.remove("mine"), StoreFault)
