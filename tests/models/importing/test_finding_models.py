"""Models of other programs are found where those keep them, whatever else lies there."""

import asyncio
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.models.gguf_files import make_gguf
from tests.models.importing.other_programs import (
    MODEL,
    OTHER,
    PROJECTOR,
    SPEAKING,
    hash_of,
    layer,
    put_in_hub_cache,
    put_in_lm_studio,
    put_in_ollama,
)

from inhouse_models.catalogue import load_catalogue
from inhouse_models.importing import walking
from inhouse_models.importing.adding import add_found, already_here
from inhouse_models.importing.finding import NamedModel, Search, search
from inhouse_models.importing.judging import Judgement, answering_architectures, judge
from inhouse_models.machine import GIB, Machine
from inhouse_models.store import ModelFile, Store, StoreFault

MACHINE = Machine(16 * GIB, 8 * GIB, 4)


def only(found: Search) -> NamedModel:
    assert len(found.models) == 1, found
    return found.models[0]


def look(one: NamedModel, machine: Machine = MACHINE) -> Judgement:
    return judge(one, machine)


def take(one: NamedModel) -> ModelFile | StoreFault:
    return asyncio.run(add_found(Store(), one, look(one)))


def test_an_empty_home_has_no_models_and_no_notes(home: Path) -> None:
    assert search({}, home) == Search((), ())


def test_hub_cache(home: Path) -> None:
    put_in_hub_cache(home, "owner/repo-GGUF", "sub/Some-Q4_K_M.gguf")
    one = only(search({}, home))
    assert one.name == "Some-Q4_K_M"
    assert one.model.title == "owner/repo-GGUF/sub/Some-Q4_K_M.gguf"
    assert one.model.sha256 == hash_of(MODEL)
    judged = look(one)
    assert (judged.architecture, judged.quantisation, judged.fits) == ("qwen2", "Q4_K_M", "yes")
    assert judged.usable


@pytest.mark.parametrize("variable", ["HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME"])
def test_hub_cache_that_was_moved(home: Path, tmp_path: Path, variable: str) -> None:
    put_in_hub_cache(tmp_path, "owner/repo", "a.gguf")
    base = tmp_path / ".cache"
    places = {
        "HF_HOME": base / "huggingface",
        "HF_HUB_CACHE": base / "huggingface/hub",
        "XDG_CACHE_HOME": base,
    }
    assert not search({}, home).models
    assert only(search({variable: str(places[variable])}, home)).name == "a"


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("qwen3", "qwen3:8b"),
        ("registry.ollama.ai/someone/qwen3", "someone/qwen3:8b"),
        ("hf.co/owner/repo", "hf.co/owner/repo:8b"),
    ],
)
def test_ollama(home: Path, path: str, title: str) -> None:
    blob = put_in_ollama(home, path, "8b")
    one = only(search({}, home))
    assert (one.model.title, one.model.path) == (title, blob)
    for wanted in (one.name, title, f"ollama:{title}"):
        assert search({}, home).find(wanted) == (one,)


def test_ollama_moved_and_with_the_older_names_of_blobs(home: Path, tmp_path: Path) -> None:
    blob = put_in_ollama(tmp_path, "qwen3", "8b", projector=PROJECTOR)
    old = blob.rename(blob.with_name(blob.name.replace("-", ":")))
    found = search({"OLLAMA_MODELS": str(tmp_path / ".ollama/models")}, home)
    one = only(found)
    assert one.model.path == old
    assert one.model.projector is not None
    assert one.model.projector.read_bytes() == PROJECTOR


def test_a_name_of_the_catalogue_is_for_the_models_of_the_catalogue(home: Path) -> None:
    put_in_ollama(home, "qwen2.5-coder", "7b")
    one = only(search({}, home))
    assert (one.name, one.entry) == ("qwen2.5-coder-7b-ollama", None)


def test_lm_studio_now_and_before_with_a_projector(home: Path) -> None:
    put_in_lm_studio(home, "maker/repo/New.gguf")
    projector = put_in_lm_studio(home, "maker/repo/mmproj-F16.gguf", PROJECTOR)
    put_in_lm_studio(home, "maker/old/Old.gguf", OTHER, base=".cache/lm-studio")
    found = search({}, home)
    assert [one.name for one in found.models] == ["New", "Old"]
    assert [one.model.projector for one in found.models] == [projector, None]


def test_lm_studio_where_its_settings_say(home: Path, tmp_path: Path) -> None:
    put_in_lm_studio(tmp_path, "maker/repo/Far.gguf")
    settings = home / ".lmstudio/settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"downloadsFolder": str(tmp_path / ".lmstudio/models")}))
    assert only(search({}, home)).name == "Far"
    settings.write_text("[" * 10_000)
    assert search({}, home) == Search((), ())


def test_llama_cpp(home: Path, tmp_path: Path) -> None:
    folder = home / ".cache/llama.cpp"
    folder.mkdir(parents=True)
    (folder / "owner_repo_file.gguf").write_bytes(MODEL)
    (folder / "half.gguf.downloadInProgress").write_bytes(MODEL)
    (tmp_path / "other.gguf").write_bytes(OTHER)
    if os.uname().sysname != "Darwin":
        assert only(search({}, home)).name == "owner_repo_file"
    assert only(search({"LLAMA_CACHE": str(tmp_path)}, home)).name == "other"


def parts_of_model() -> list[bytes]:
    """A model in three files; the first one has what a model says of itself."""
    place = {"split.count": 3, "split.tensors.count": 3}
    first = make_gguf({**SPEAKING, **place, "split.no": 0})
    return [first, *(make_gguf({**place, "split.no": number}) for number in (1, 2))]


@pytest.mark.parametrize("put", [put_in_lm_studio, put_in_hub_cache])
def test_parts_are_one_model_that_is_linked_by_all_its_names(
    home: Path, put: Callable[..., Path]
) -> None:
    folder = "a/b/" if put is put_in_lm_studio else "a/b"
    files: list[Path] = []
    for number, data in enumerate(parts_of_model(), 1):
        name = f"Big-Q8_0-0000{number}-of-00003.gguf"
        if put is put_in_lm_studio:
            files.append(put(home, folder + name, data))
        else:
            files.append(put(home, folder, name, data))
    one = only(search({}, home))
    size = sum(map(len, parts_of_model()))
    assert (one.name, one.model.parts, one.model.size) == ("Big-Q8_0", 3, size)
    assert look(one).usable, look(one)
    added = take(one)
    assert isinstance(added, ModelFile), added
    assert (added.name, added.size, added.reference) == ("Big-Q8_0", size, True)
    assert [file.resolve() for file in added.files] == [file.resolve() for file in files]
    assert already_here(one, Store().list()) == "Big-Q8_0"
    # Each file is pinned, not only the first one.
    files[1].resolve().write_bytes(parts_of_model()[1][:-1] + b"x")
    changed = asyncio.run(Store().prepare("Big-Q8_0"))
    assert isinstance(changed, StoreFault)
    assert "inhouse models trust Big-Q8_0" in changed.text
    assert "00002-of-00003" in changed.text
    files[1].resolve().unlink()
    gone = Store().find("Big-Q8_0")
    assert isinstance(gone, StoreFault)
    assert "Big-Q8_0-00002-of-00003.gguf is missing" in gone.text
    removed = Store().remove("Big-Q8_0")
    assert isinstance(removed, ModelFile)
    assert removed.path == files[0].resolve()
    assert removed.path.exists()
    assert not list(Store().folder.glob("Big*"))


def test_a_missing_part_is_told(home: Path) -> None:
    put_in_lm_studio(home, "a/b/Big-00002-of-00003.gguf")
    problem = look(only(search({}, home))).problem
    assert "it has 3 files" in problem
    assert "Big-00001-of-00003.gguf, Big-00003-of-00003.gguf are missing" in problem
    put_in_lm_studio(home, "a/c/Huge-00001-of-00999.gguf", OTHER)
    problems = [look(one).problem for one in search({}, home).models]
    assert any("and 995 more are missing" in problem for problem in problems)


def test_a_file_counts_once_and_names_stay_apart(home: Path) -> None:
    blob = put_in_ollama(home, "qwen3", "8b")
    put_in_ollama(home, "qwen3", "latest")
    link = home / ".lmstudio/models/a/b/linked.gguf"
    link.parent.mkdir(parents=True)
    link.symlink_to(blob)
    assert len(search({}, home).models) == 1
    put_in_lm_studio(home, "a/c/Same.gguf", MODEL)
    put_in_lm_studio(home, "a/d/same.gguf", OTHER)
    names = [one.name for one in search({}, home).models]
    assert len(names) == len({name.lower() for name in names}) == 3


def test_hostile_folders_only_cost_a_note(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_lm_studio(home, "good/repo/Good.gguf")
    models = home / ".lmstudio/models"
    (models / "loop").symlink_to(models)
    (models / "circle.gguf").symlink_to("circle.gguf")
    (models / "gone.gguf").symlink_to("nowhere.gguf")
    os.mkfifo(models / "pipe.gguf")
    (models / "folder.gguf").mkdir()
    (models / "device.gguf").symlink_to("/dev/zero")
    found = search({}, home)
    assert (only(found).name, found.notes) == ("Good", ())
    monkeypatch.setattr(walking, "MOST_ENTRIES", 3)
    assert any("more than 3 entries" in note for note in search({}, home).notes)


def test_an_unreadable_folder_is_one_note(home: Path) -> None:
    put_in_lm_studio(home, "good/repo/Good.gguf")
    # No folder at all, since root may read every folder.
    (home / ".ollama/models").mkdir(parents=True)
    (home / ".ollama/models/manifests").write_bytes(b"")
    found = search({}, home)
    assert only(found).name == "Good"
    [note] = found.notes
    assert "manifests cannot be read: Not a directory" in note


BROKEN_MANIFESTS = {
    "no JSON": b"{",
    "deep": b"[" * 100_000,
    "a list": b"[]",
    "no layers": b'{"layers": {}}',
    "large": b" " * 1_000_001,
    "no text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("content", BROKEN_MANIFESTS.values(), ids=BROKEN_MANIFESTS.keys())
def test_a_broken_manifest_is_one_note(home: Path, content: bytes) -> None:
    put_in_ollama(home, "good", "1b")
    broken = home / ".ollama/models/manifests/registry.ollama.ai/library/bad/tag"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(content)
    found = search({}, home)
    assert only(found).name == "good-1b"
    assert len(found.notes) == 1
    assert str(broken) in found.notes[0]


def test_a_manifest_leads_to_blobs_only(home: Path) -> None:
    (home / "secret.gguf").write_bytes(MODEL)
    manifest = home / ".ollama/models/manifests/registry.ollama.ai/library/bad/tag"
    manifest.parent.mkdir(parents=True)
    outside = {**layer("model", MODEL), "digest": "sha256:../../../secret.gguf"}
    manifest.write_text(json.dumps({"layers": [outside, 7, {"mediaType": []}]}))
    assert search({}, home) == Search((), ())
    manifest.write_text(json.dumps({"layers": [layer("model", MODEL)]}))
    assert "is missing: ollama pull bad:tag" in look(only(search({}, home))).problem


def test_damaged_files_are_told_by_their_header(home: Path) -> None:
    bomb = b"GGUF" + struct.pack("<IQQ", 3, 1, 2**40)
    put_in_lm_studio(home, "a/b/bomb.gguf", bomb)
    put_in_lm_studio(home, "a/b/cut.gguf", MODEL[:-100])
    put_in_lm_studio(home, "a/b/empty.gguf", b"")
    strange = make_gguf({**SPEAKING, "general.architecture": "from-the-future"})
    put_in_lm_studio(home, "a/b/strange.gguf", strange)
    lora = make_gguf({"general.type": "adapter"})
    put_in_lm_studio(home, "a/b/lora.gguf", lora)
    found = {one.name: one for one in search({}, home).models}
    words = {
        "bomb": "more entries",
        "cut": "cut short",
        "empty": "GGUF",
        "strange": "from-the-future",
        "lora": "--lora",
    }
    assert found.keys() == words.keys()
    for name, word in words.items():
        assert word in look(found[name]).problem
        assert isinstance(take(found[name]), StoreFault)
    assert Store().list() == ()


def test_names_with_controls_become_plain(home: Path) -> None:
    put_in_lm_studio(home, "a/b/\x1b[31m..evil\n.gguf")
    put_in_lm_studio(home, "a/b/ü.gguf", OTHER)
    names = [one.name for one in search({}, home).models]
    assert names == ["31m..evil", "model"]


def test_what_is_taken_lies_where_it_lay_and_is_pinned(home: Path) -> None:
    blob = put_in_ollama(home, "qwen3", "8b")
    one = only(search({}, home))
    added = take(one)
    assert isinstance(added, ModelFile)
    assert (added.name, added.path, added.reference) == ("qwen3-8b", blob, True)
    assert added.record is not None
    assert (added.record.sha256, added.record.source) == (hash_of(MODEL), "ollama:qwen3:8b")
    store = Store()
    assert isinstance(store.find("ollama:qwen3:8b"), ModelFile)
    assert already_here(one, store.list()) == "qwen3-8b"
    assert "here already" in str(take(one))
    blob.write_bytes(OTHER)
    changed = asyncio.run(store.prepare("qwen3-8b"))
    assert isinstance(changed, StoreFault)
    assert "has changed since it was first used" in changed.text
    blob.unlink()
    gone = store.find("qwen3-8b")
    assert isinstance(gone, StoreFault)
    assert "which is gone" in gone.text
    assert isinstance(store.remove("qwen3-8b"), ModelFile)


def test_a_copy_of_what_is_here_is_not_taken_twice(home: Path) -> None:
    put_in_ollama(home, "qwen3", "8b")
    assert isinstance(take(only(search({}, home))), ModelFile)
    put_in_hub_cache(home, "owner/repo", "Same.gguf")
    put_in_hub_cache(home, "owner/other", "Other.gguf", OTHER)
    here = Store().list()
    known = {one.name: already_here(one, here) for one in search({}, home).models}
    assert known == {"qwen3-8b": "qwen3-8b", "Same": "qwen3-8b", "Other": ""}


def test_the_catalogue_is_known_by_hash_or_by_place(home: Path) -> None:
    entries = {entry.name: entry for entry in load_catalogue()}
    placed = next(entry for entry in entries.values() if not entry.sha256 and not entry.size)
    put_in_hub_cache(home, placed.remote.repository, placed.remote.file)
    one = only(search({}, home))
    assert (one.name, one.entry) == (placed.name, placed)
    added = take(one)
    assert isinstance(added, ModelFile)
    assert (added.name, added.entry) == (placed.name, placed)
    hashed = next(entry for entry in entries.values() if entry.sha256)
    put_in_lm_studio(home, f"{hashed.remote.repository}/{hashed.remote.file}", OTHER)
    names = {one.name: one.entry for one in search({}, home).models}
    assert names == {placed.name: placed, Path(hashed.remote.file).stem: None}


def test_a_blob_that_is_not_what_its_name_says_is_refused(home: Path) -> None:
    put_in_ollama(home, "qwen3", "8b").write_bytes(OTHER)
    fault = take(only(search({}, home)))
    assert isinstance(fault, StoreFault)
    assert "is damaged" in fault.text
    assert Store().list() == ()


def test_a_model_too_large_for_the_machine_is_told(home: Path) -> None:
    put_in_lm_studio(home, "a/b/One.gguf")
    one = only(search({}, home))
    assert look(one).fits == "yes"
    assert look(one, Machine(GIB // 100, GIB // 100, 1)).fits == "no"


def test_the_architectures_are_those_of_the_installed_llama_cpp() -> None:
    from importlib.metadata import files

    libraries = [file for file in files("llama-cpp-python") or [] if "libllama." in file.name]
    content = Path(str(libraries[0].locate())).read_bytes()
    unknown = [name for name in answering_architectures() if name.encode() + b"\0" not in content]
    assert not unknown
    assert b"from-the-future\0" not in content
