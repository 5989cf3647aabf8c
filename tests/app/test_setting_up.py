"""What setting up remembers and says, and that it has the machine to itself."""

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.models.gguf_files import make_gguf

from inhouse.setting_up.looking import examine, propose_for
from inhouse.setting_up.measuring import collect_evidence, measure_here
from inhouse.setting_up.remembering import recall, remember
from inhouse.setting_up.telling import encode_evidence, tell_evidence, tell_remembered
from inhouse.settings import Settings
from inhouse.speeds import read_speeds
from inhouse_agent.folders import state_folder
from inhouse_models.catalogue import find_entry
from inhouse_models.chat import ModelError
from inhouse_models.host.places import place_for
from inhouse_models.machine import GIB, Bandwidth, Gpu, Machine, Processor
from inhouse_models.measuring.asking import ignore_steps
from inhouse_models.measuring.causes import Evidence
from inhouse_models.measuring.measured import Disturbance, Layout, Measured
from inhouse_models.store import ModelFile

CARD = Gpu("RTX 4090", 24 * GIB, 23 * GIB, maker="nvidia", bandwidth=1008 * 10**9)
MACHINE = Machine(
    64 * GIB,
    60 * GIB,
    16,
    (CARD,),
    Processor("AMD Ryzen 9 7950X 16-Core Processor", (), 16),
    bandwidth=Bandwidth(60 * 10**9, 16, 1),
)
LAYOUT = Layout("f", 65_536, 65, 65, True, "q8_0", "q8_0", True, 16, 8, 512, 27_000_000_000)
MEASURED = Measured(LAYOUT, (2_000.0, 2_100.0, 1_900.0), (45.0, 47.0, 46.0), load_seconds=4.2)
EVIDENCE = Evidence(MACHINE, MEASURED, 48.0, 2_200.0, "somebody's bench", 65, 16 * GIB)
SLOW = replace(
    EVIDENCE,
    measured=replace(
        MEASURED,
        layout=replace(LAYOUT, gpu_layers=0, offloads=False),
        reading_samples=(25.0,),
        writing_samples=(2.4,),
        disturbance=Disturbance(swapped_in=GIB),
    ),
)


def test_as_fast_as_it_should_be_needs_no_cause() -> None:
    section = tell_evidence(EVIDENCE)
    assert section.title == "Measured"
    assert section.lines == (
        "Writes 46.0 and reads 2,000 tokens a second: 128 written, 512 read, without drafts,"
        " median of 3.",
        "65,536 tokens of context, keys and values q8_0, 65 of 65 layers on the GPU, 16 threads"
        " (8 to read), with flash attention.",
        "Loaded in 4.2 s.",
        "This hardware should write 48.0 and read 2,200.",
        "By: somebody's bench.",
    )
    assert encode_evidence(EVIDENCE)["causes"] == []


def test_far_below_comes_with_the_likely_cause() -> None:
    lines = tell_evidence(SLOW).lines
    assert lines[0].endswith("without drafts, once.")
    assert lines[-3] == "That is 1 % of it. The likely cause:"
    assert lines[-2].startswith("- llama.cpp was built without support for RTX 4090")
    assert lines[-1].startswith("- 1.0 GiB came back from swap")
    told = encode_evidence(SLOW)
    assert told["far_below"] is True
    assert told["causes"] == [line.removeprefix("- ") for line in lines[-2:]]
    unknown = tell_evidence(Evidence(MACHINE, SLOW.measured)).lines
    assert unknown[-1].startswith("What this hardware should give is not known")


def test_what_was_measured_is_kept_for_this_machine() -> None:
    assert recall("a", MACHINE) is None
    remember("a", EVIDENCE)
    known = recall("a", MACHINE)
    assert known is not None
    assert (known.measured, known.writing, known.reading) == (MEASURED, 48.0, 2_200.0)
    assert "Wrote 46.0 and read 2,000" in tell_remembered(known).lines[0]
    # What is free now does not make it another machine; a card more does.
    assert recall("a", replace(MACHINE, available=GIB)) == known
    assert recall("a", replace(MACHINE, gpus=(CARD, CARD))) is None
    assert recall("b", MACHINE) is None
    remember("b", SLOW)
    assert recall("a", MACHINE) == known
    assert read_speeds()["a"].writing == pytest.approx(46.0, rel=0.01)
    assert read_speeds()["a"].reading == pytest.approx(2_000.0, rel=0.01)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": 2, "models": {}}',
        '{"version": 1, "models": 3}',
        '{"version": 1, "models": {"a": 3}}',
        '{"version": 1, "models": {"a": {"machine": 1}}}',
    ],
)
def test_a_damaged_file_is_as_good_as_none(text: str) -> None:
    remember("a", EVIDENCE)
    path = state_folder() / "measured.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert recall("a", MACHINE)
    path.write_text(text, encoding="utf-8")
    assert recall("a", MACHINE) is None
    remember("a", EVIDENCE)
    assert json.loads(path.read_text(encoding="utf-8")) == whole


def test_what_is_expected_is_what_was_proposed(tmp_path: Path) -> None:
    """By the same table: of a model that no catalogue knows by its header and its weights."""
    path = tmp_path / "mine.gguf"
    path.write_bytes(make_gguf(TINY))
    measured = replace(MEASURED, layout=replace(LAYOUT, parameters=630_000_000))
    machine = replace(MACHINE, gpus=())
    file = ModelFile("mine", path, path.stat().st_size)
    own = collect_evidence(file, 0, machine, measured)
    assert own.writing > 0 and own.source
    known = replace(file, entry=find_entry("starter-small"))
    assert collect_evidence(known, 0, machine, measured).reading == pytest.approx(own.reading)
    torn = tmp_path / "torn.gguf"
    torn.write_bytes(b"GGUF")
    nothing = collect_evidence(replace(file, path=torn), 0, machine, measured)
    assert (nothing.writing, nothing.reading, nothing.source) == (0, 0, "")


TINY = {
    "general.architecture": "qwen2",
    "qwen2.block_count": 2,
    "qwen2.context_length": 4_096,
    "qwen2.embedding_length": 64,
    "qwen2.feed_forward_length": 128,
    "qwen2.attention.head_count": 4,
    "qwen2.attention.head_count_kv": 2,
    "tokenizer.ggml.tokens": ["a", "b"],
}


def test_an_engine_of_ours_does_not_make_the_machine_smaller(tmp_path: Path) -> None:
    path = tmp_path / "loaded.gguf"
    path.write_bytes(make_gguf({**TINY, "qwen2.context_length": 32_768}))
    alone, with_engine = examine([]), examine([path])
    assert with_engine.available > alone.available - GIB // 2
    assert with_engine.memory == alone.memory
    assert propose_for(with_engine).chosen is not None


class BusyEngine:
    """A host that answers somebody just now."""

    def __init__(self, model: Path) -> None:
        self.place = place_for(model)
        self.hello: dict[str, object] = {"busy": True, "model": str(model), "pid": os.getpid()}
        self.asked: list[str] = []

    async def __aenter__(self) -> "BusyEngine":
        self._server = await asyncio.start_unix_server(self._answer, self.place.socket)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.split(b" ")[1].decode())
        body = json.dumps(self.hello).encode()
        headers = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(headers.encode() + body)
        await writer.drain()
        writer.close()


def test_an_engine_that_answers_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "loaded.gguf"
    path.write_bytes(make_gguf(TINY))
    file = ModelFile("loaded", path, path.stat().st_size)

    async def test() -> None:
        async with BusyEngine(path) as engine:
            found = await measure_here(file, 0, Settings(offline=False), ignore_steps)
            assert isinstance(found, ModelError)
            assert f"{path} answers just now" in found.text
            assert engine.asked == ["/inhouse/hello"]

    asyncio.run(test())
