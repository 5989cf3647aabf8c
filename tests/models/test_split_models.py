"""Models in several files: read as one, loaded by llama.cpp, kept, pulled, pinned and deleted."""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from split_gguf import split_gguf
from tests.models.gguf_files import make_gguf
from tests.models.hub_server import Hub, serve
from tiny_models import write_tiny_model

from inhouse_models.download import PullFault, pull
from inhouse_models.engine.weights import Weights
from inhouse_models.gguf import GgufFault, GgufHeader, read_header
from inhouse_models.parts import describe_missing, files_of, missing_files, read_part_name
from inhouse_models.record import read_record, record_path
from inhouse_models.store import ModelFile, Store, StoreFault

COUNT = 3
NAMES = [f"Big-Q8_0-0000{number}-of-00003.gguf" for number in (1, 2, 3)]


def part(number: int, **changes: int) -> bytes:
    """One file of a model of three, from 0; of another model with `changes`."""
    place = {"split.no": number, "split.count": COUNT, "split.tensors.count": COUNT}
    return make_gguf({**place, **{key.replace("_", "."): value for key, value in changes.items()}})


def put(folder: Path, names: list[str] = NAMES) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / name for name in names]
    for number, file in enumerate(files):
        file.write_bytes(part(number))
    return files


def read(path: Path) -> GgufHeader:
    header = read_header(path)
    assert isinstance(header, GgufHeader), header
    return header


def fault(path: Path) -> str:
    header = read_header(path)
    assert isinstance(header, GgufFault)
    return header.text


def prepare(wanted: str) -> ModelFile:
    found = asyncio.run(Store().prepare(wanted))
    assert isinstance(found, ModelFile), found
    return found


def refuse(wanted: str) -> str:
    found = asyncio.run(Store().prepare(wanted))
    assert isinstance(found, StoreFault), found
    return found.text


def test_names() -> None:
    name = read_part_name("a-b-00002-of-00012.gguf")
    assert name
    assert (name.stem, name.number, name.count) == ("a-b", 2, 12)
    assert name.names[11] == "a-b-00012-of-00012.gguf"
    for other in ("a.gguf", "a-00001-of-00001.gguf", "a-00003-of-00002.gguf", "a-1-of-2.gguf"):
        assert read_part_name(other) is None
        assert files_of(Path(other)) == (Path(other),)
    assert missing_files(Path("/nowhere/a-00001-of-00002.gguf"))
    five = tuple(Path(f"{number}.gguf") for number in range(5))
    assert describe_missing(five) == "0.gguf, 1.gguf, 2.gguf and 2 more are missing"


def test_the_header_is_that_of_all_files(tmp_path: Path) -> None:
    files = put(tmp_path)
    for file in files:
        header = read(file)
        assert (header.parts, header.tensor_count, header.parameters) == (3, 3, 3 * 64)
        assert (header.data_bytes, len(header.tensors)) == (3 * 256, 3)


def test_what_does_not_belong_together_is_told(tmp_path: Path) -> None:
    files = put(tmp_path)
    files[1].rename(tmp_path / "away")
    assert "Big-Q8_0-00002-of-00003.gguf is missing" in fault(files[0])
    files[1].write_bytes(part(2))
    assert "its header says 3 of 3" in fault(files[0])
    files[1].write_bytes(make_gguf())
    assert "is not file 2 of 3" in fault(files[0])
    files[1].write_bytes(b"GGUF")
    assert "cut short" in fault(files[0])
    files[1].write_bytes(part(1))
    files[0].write_bytes(part(0, split_tensors_count=4))
    assert "weights are missing" in fault(files[0])
    alone = tmp_path / "renamed.gguf"
    alone.write_bytes(part(0))
    assert "give all of them the names that they had" in fault(alone)


@pytest.mark.model
def test_llama_cpp_loads_what_we_keep(small_model: Path, tmp_path: Path, home: Path) -> None:
    whole = tmp_path / "tiny.gguf"
    write_tiny_model("qwen35", small_model, whole)
    apart = tmp_path / "apart"
    apart.mkdir()
    files = split_gguf(whole, apart, "Tiny", COUNT)
    assert read(files[0]).tensors == read(whole).tensors
    added = asyncio.run(Store().add(files[0]))
    assert isinstance(added, ModelFile), added
    assert (added.name, added.reference) == ("Tiny", True)
    model = prepare("Tiny")
    assert model.path.parent == Store().folder.resolve()
    weights, one = Weights(model.path, 0), Weights(whole, 0)
    assert weights.parameter_count == one.parameter_count > 0
    first = weights.fingerprint
    assert first != one.fingerprint
    weights.close()
    one.close()
    # Another third file is another model.
    content = bytearray(files[2].read_bytes())
    content[-1] ^= 1
    files[2].write_bytes(content)
    changed = Weights(model.path, 0)
    assert changed.fingerprint != first
    changed.close()


def test_every_file_is_pinned_and_can_be_trusted_again(tmp_path: Path, home: Path) -> None:
    files = put(tmp_path)
    assert isinstance(asyncio.run(Store().add(files[1])), ModelFile)
    assert prepare("big-q8_0").size == sum(file.stat().st_size for file in files)
    for file in files:
        before = file.read_bytes()
        file.write_bytes(before[:-1] + b"x")
        assert f"{file.stem}" in refuse("Big-Q8_0")
        assert isinstance(asyncio.run(Store().trust("Big-Q8_0")), ModelFile)
        prepare("Big-Q8_0")


def test_a_path_means_all_files_and_pins_them(tmp_path: Path, home: Path) -> None:
    files = put(tmp_path)
    (tmp_path / "links").mkdir()
    links = [tmp_path / "links" / name for name in NAMES]
    for number, (link, file) in enumerate(zip(links, files, strict=True)):
        # As in the Hugging Face cache: only the links have the names.
        link.symlink_to(file.rename(tmp_path / f"blob{number}"))
    model = prepare(str(links[2]))
    assert (model.name, model.path, model.stored) == ("Big-Q8_0", links[0], False)
    assert model.record
    (tmp_path / "blob1").write_bytes(part(1)[:-1] + b"x")
    assert "has changed since it was first used" in refuse(str(links[0]))


def test_files_put_into_the_store_are_one_model(home: Path) -> None:
    put(Store().folder)
    [model] = Store().list()
    assert (model.name, model.reference, len(model.files)) == ("Big-Q8_0", False, 3)
    assert prepare("Big-Q8_0").record
    model.files[2].unlink()
    found = Store().find("Big-Q8_0")
    assert isinstance(found, StoreFault)
    assert "00003-of-00003.gguf is missing" in found.text
    model.files[0].unlink()
    # Also what is left of a model can be deleted.
    removed = Store().remove("Big-Q8_0")
    assert isinstance(removed, ModelFile)
    assert list(Store().folder.iterdir()) == []


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    files = {f"owner/big-GGUF/Q8/{name}": part(number) for number, name in enumerate(NAMES)}
    with serve(Hub(files)) as offered:
        monkeypatch.setenv("HF_ENDPOINT", offered.address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield offered


@pytest.mark.parametrize("wanted", ["owner/big-GGUF:Q8_0", f"owner/big-GGUF/Q8/{NAMES[1]}"])
def test_all_files_are_pulled(hub: Hub, home: Path, wanted: str) -> None:
    steps: list[str] = []
    pulled = asyncio.run(pull(wanted, lambda _done, _total, step: steps.append(step)))
    assert isinstance(pulled, ModelFile), pulled
    assert pulled.name == "owner--big-GGUF--Q8--Big-Q8_0"
    assert [file.read_bytes() for file in pulled.files] == [part(number) for number in range(3)]
    for number, file in enumerate(pulled.files):
        record = read_record(record_path(file))
        assert record
        assert record.sha256 == hashlib.sha256(part(number)).hexdigest()
    assert any(step.startswith("file 3 of 3: ") for step in steps)
    assert len(hub.downloads) == 3
    again = asyncio.run(pull(wanted))
    assert isinstance(again, ModelFile)
    assert len(hub.downloads) == 3
    assert isinstance(Store().remove(pulled.name), ModelFile)
    assert not list(Store().folder.glob("owner*"))


def test_a_pull_goes_on_with_the_file_that_is_missing(hub: Hub, home: Path) -> None:
    last = f"owner/big-GGUF/Q8/{NAMES[2]}"
    content = hub.files.pop(last)
    failed = asyncio.run(pull("owner/big-GGUF:Q8_0"))
    assert isinstance(failed, PullFault)
    assert NAMES[2] in str(failed)
    assert len(hub.downloads) == 2
    hub.files[last] = content
    assert isinstance(asyncio.run(pull("owner/big-GGUF:Q8_0")), ModelFile)
    assert len(hub.downloads) == 3


def test_files_that_are_no_model_do_not_stay(hub: Hub, home: Path) -> None:
    hub.files[f"owner/big-GGUF/Q8/{NAMES[1]}"] = part(0)
    failed = asyncio.run(pull("owner/big-GGUF:Q8_0"))
    assert isinstance(failed, PullFault)
    assert "its header says 1 of 3" in str(failed)
    assert Store().list() == ()
