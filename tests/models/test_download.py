"""Pulling models from a hub on this machine: whole, broken off, wrong, missing, offline."""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.models.gguf_files import make_gguf
from tests.models.hub_server import Hub, Reply, serve

from inhouse_models import catalogue, hub
from inhouse_models import store as store_module
from inhouse_models.catalogue import RemoteFile, read_catalogue
from inhouse_models.download import PullFault, pull
from inhouse_models.retrying import ATTEMPTS
from inhouse_models.store import ModelFile, Store
from inhouse_models.transfer import Fetched, SourceFault, ignore_progress, only_one

MODEL = make_gguf(weights=900_000)
PROJECTOR = make_gguf({"general.architecture": "clip"})
HASH = hashlib.sha256(MODEL).hexdigest()
ENTRY = f"""
[[model]]
name = "tiny-model"
aliases = ["first"]
title = "Tiny"
repository = "owner/tiny-GGUF"
file = "Tiny-Q4_K_M.gguf"
sha256 = "{HASH}"
licence = "MIT"
family = "qwen2.5"
profile = "small"
context = 512
sampling = {{ temperature = 0.0 }}
needs_gib = 0.1
projector = {{ repository = "owner/tiny-GGUF", file = "mmproj-F16.gguf" }}
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    entries = read_catalogue(ENTRY)
    for module in (catalogue, store_module):
        monkeypatch.setattr(module, "load_catalogue", lambda: entries)
    offered = Hub(
        {
            "owner/tiny-GGUF/Tiny-Q4_K_M.gguf": MODEL,
            "owner/tiny-GGUF/mmproj-F16.gguf": PROJECTOR,
            "owner/tiny-GGUF/UD/Tiny-Q8_0.gguf": MODEL,
            "owner/tiny-GGUF/Tiny-BF16-00001-of-00002.gguf": MODEL,
        }
    )
    with serve(offered):
        monkeypatch.setenv("HF_ENDPOINT", offered.address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield offered


def get(wanted: str, *, projector: bool = False) -> ModelFile:
    result = asyncio.run(pull(wanted, projector=projector))
    assert isinstance(result, ModelFile), result
    return result


def fail(wanted: str) -> str:
    result = asyncio.run(pull(wanted))
    assert isinstance(result, PullFault), result
    assert not Store().list()
    return str(result)


def fetch(folder: Path, sha256: str | None = None) -> Fetched | SourceFault:
    remote = RemoteFile("owner/tiny-GGUF", "Tiny-Q4_K_M.gguf", sha256=sha256)
    return asyncio.run(hub.fetch_from_hub(remote, folder, ignore_progress, pause=0))


def test_pulls_a_model_and_knows_it_again(server: Hub) -> None:
    steps: list[tuple[int, int, str]] = []
    pulled = asyncio.run(pull("first", lambda done, total, step: steps.append((done, total, step))))
    assert isinstance(pulled, ModelFile)
    assert pulled.path.read_bytes() == MODEL
    assert pulled.path == Store().folder / "tiny-model.gguf"
    assert pulled.record
    assert (pulled.record.sha256, pulled.record.source) == (
        HASH,
        "owner/tiny-GGUF/Tiny-Q4_K_M.gguf",
    )
    assert (len(MODEL), len(MODEL), "downloading from the hub") in steps
    # The library of the hub tells the hub more than it is asked, when it is let.
    assert [method for method, _path, _span in server.requests] == ["HEAD", "GET"]
    asked = len(server.requests)
    assert get("tiny-model") == pulled
    assert len(server.requests) == asked
    assert [item.name for item in Store().downloads.iterdir()] == ["tiny-model.lock"]


def test_pulls_the_projector_when_asked(server: Hub) -> None:
    assert get("first").projector is None
    model = get("first", projector=True)
    assert model.projector
    assert model.projector.read_bytes() == PROJECTOR
    assert len(Store().list()) == 1


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("owner/tiny-GGUF/Tiny-Q4_K_M.gguf", "owner--tiny-GGUF--Tiny-Q4_K_M"),
        ("owner/tiny-GGUF/UD/Tiny-Q8_0.gguf", "owner--tiny-GGUF--UD--Tiny-Q8_0"),
        ("owner/tiny-GGUF:q4_k_m", "owner--tiny-GGUF--Tiny-Q4_K_M"),
        ("owner/tiny-GGUF:Q8_0", "owner--tiny-GGUF--UD--Tiny-Q8_0"),
    ],
)
def test_pulls_any_file_of_the_hub(server: Hub, wanted: str, name: str) -> None:
    model = get(wanted)
    assert (model.name, model.entry) == (name, None)
    assert model.record
    assert model.record.sha256 == HASH
    assert server.downloads == [""]


def test_a_broken_connection_is_taken_up_where_it_broke(server: Hub, tmp_path: Path) -> None:
    server.cuts = [1_000_000]
    fetched = fetch(tmp_path)
    assert isinstance(fetched, Fetched)
    assert fetched.path.read_bytes() == MODEL
    assert server.downloads == ["", "bytes=1000000-"]
    assert all("/resolve/" + "c" * 40 in path for m, path, _ in server.requests if m == "GET")


def test_a_server_without_ranges_starts_again(server: Hub, tmp_path: Path) -> None:
    server.cuts = [1_000_000]
    server.with_ranges = False
    fetched = fetch(tmp_path)
    assert isinstance(fetched, Fetched)
    assert fetched.path.read_bytes() == MODEL


def test_a_dead_connection_is_given_up_and_kept(server: Hub, tmp_path: Path) -> None:
    server.cuts = [500_000, *[0] * ATTEMPTS]
    fault = fetch(tmp_path)
    assert isinstance(fault, SourceFault)
    assert "500,000 of" in fault.text
    assert isinstance(fetch(tmp_path), Fetched)
    assert server.downloads[-1] == "bytes=500000-"


def test_cancelling_keeps_what_is_there(server: Hub) -> None:
    async def cancel() -> None:
        def stop(done: int, total: int, step: str) -> None:
            del total, step
            if done >= 1_000_000:
                task.cancel()

        task = asyncio.create_task(pull("first", stop))
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert not Store().list()
    assert get("first").path.read_bytes() == MODEL
    assert server.downloads[0] == ""
    assert int(server.downloads[1].removeprefix("bytes=").rstrip("-")) >= 1_000_000


def test_a_half_that_does_not_fit_is_fetched_anew(server: Hub, tmp_path: Path) -> None:
    half = tmp_path / f"hub-{HASH[:16]}.part"
    half.write_bytes(bytes(1000))
    older = tmp_path / "hub-0123456789abcdef.part"
    older.write_bytes(MODEL)
    fetched = fetch(tmp_path)
    assert isinstance(fetched, Fetched)
    assert (fetched.path.read_bytes(), server.downloads) == (MODEL, ["bytes=1000-", ""])
    # Of the file that the hub had under this name before, nothing can be gone on with.
    assert [item.name for item in tmp_path.iterdir()] == [half.name]


def test_a_file_that_changes_on_the_way_is_asked_for_anew(server: Hub, tmp_path: Path) -> None:
    changed = make_gguf({"general.name": "changed"}, weights=900_000)
    server.cuts = [600_000]

    def change(done: int, _total: int, _step: str) -> None:
        if done:
            server.files["owner/tiny-GGUF/Tiny-Q4_K_M.gguf"] = changed

    remote = RemoteFile("owner/tiny-GGUF", "Tiny-Q4_K_M.gguf")
    fetched = asyncio.run(hub.fetch_from_hub(remote, tmp_path, change, pause=0))
    assert isinstance(fetched, Fetched), fetched
    assert fetched.path.read_bytes() == changed
    assert fetched.sha256 == hashlib.sha256(changed).hexdigest()
    assert server.downloads == ["", "bytes=600000-", "", ""]


def test_a_server_that_never_sends_the_whole_file_is_given_up(server: Hub, tmp_path: Path) -> None:
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (1000, MODEL[:1000])
    server.replies = {
        "GET": [Reply(200, {"Transfer-Encoding": "chunked"}, body), Reply(416)] * 2
        + [Reply(200, {"Transfer-Encoding": "chunked"}, body), Reply(416)]
    }
    fault = fetch(tmp_path)
    assert isinstance(fault, SourceFault)
    assert "did not send the whole file in 3 tries" in fault.text
    assert server.replies == {"GET": []}
    assert isinstance(fetch(tmp_path), Fetched)


def test_a_server_that_stays_busy_in_the_middle_keeps_what_is_there(
    server: Hub, tmp_path: Path
) -> None:
    server.cuts = [500_000]

    def stop_answering(done: int, _total: int, _step: str) -> None:
        if done and not server.replies:
            server.replies, server.stubborn = {"GET": [Reply(503)]}, True

    remote = RemoteFile("owner/tiny-GGUF", "Tiny-Q4_K_M.gguf")
    fault = asyncio.run(hub.fetch_from_hub(remote, tmp_path, stop_answering, pause=0))
    assert isinstance(fault, SourceFault)
    assert "busy (503); it stopped at 500,000 of" in fault.text
    assert len(server.downloads) == ATTEMPTS
    server.replies = {}
    assert isinstance(fetch(tmp_path), Fetched)
    assert server.downloads[-1] == "bytes=500000-"


def test_bytes_with_a_wrong_hash_are_thrown_away(server: Hub, tmp_path: Path) -> None:
    server.false_hash = "a" * 64
    fault = fetch(tmp_path)
    assert isinstance(fault, SourceFault)
    assert "wrong hash" in fault.text
    server.false_hash = ""
    assert isinstance(fetch(tmp_path), Fetched)


def test_another_file_than_the_catalogues_is_not_fetched(server: Hub) -> None:
    server.false_hash = "b" * 64
    assert "not the file of our catalogue" in fail("first")
    assert server.downloads == []


def test_a_file_without_a_hash_is_not_used(server: Hub, tmp_path: Path) -> None:
    server.false_hash = "d" * 40
    fault = fetch(tmp_path)
    assert isinstance(fault, SourceFault)
    assert "no hash" in fault.text


def test_says_when_there_is_no_room(server: Hub) -> None:
    server.claimed_size = 10**18
    text = fail("first")
    assert "1000000000.1 GB are needed" in text
    assert server.downloads == []


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ("owner/tiny-GGUF/none.gguf", "has no file owner/tiny-GGUF/none.gguf"),
        ("nobody/none/none.gguf", "has no repository"),
        ("nobody/none:Q4_K_M", "has no repository"),
        ("owner/tiny-GGUF:Q2_K", "has no file for Q2_K; it has"),
        ("just-a-name", "inhouse models list"),
    ],
)
def test_says_what_is_not_there(server: Hub, wanted: str, word: str) -> None:
    assert word in fail(wanted)


def test_a_file_that_is_no_model_is_not_kept_as_one(server: Hub) -> None:
    server.files["owner/tiny-GGUF/Tiny-Q4_0.gguf"] = b"GGUF but not really"
    assert "is no model" in fail("owner/tiny-GGUF:Q4_0")
    assert not [item for item in Store().downloads.iterdir() if item.is_dir()]


def test_offline_asks_nothing(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    get("first")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    asked = len(server.requests)
    assert get("first").name == "tiny-model"
    Store().remove("first")
    assert "HF_HUB_OFFLINE" in fail("first")
    assert "HF_HUB_OFFLINE" in fail("owner/tiny-GGUF:Q8_0")
    assert len(server.requests) == asked


def test_says_when_the_hub_cannot_be_reached(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    assert "127.0.0.1:1 cannot be reached: it refuses connections" in fail("first")


def test_a_harmed_model_is_fetched_again(server: Hub) -> None:
    model = get("first")
    model.path.write_bytes(MODEL[:-5])
    assert get("first").path.read_bytes() == MODEL


def test_two_pulls_do_not_collide(server: Hub) -> None:
    with only_one(Store().downloads / "tiny-model.lock") as alone:
        assert alone
        assert "another process" in fail("first")
    assert get("first")
