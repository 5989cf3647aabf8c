"""GGUF headers: read rightly, and never harmful however they are damaged."""

import struct
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.models.gguf_files import make_gguf, pack_text

from inhouse_models.gguf import GgufFault, GgufHeader, read_header

WHOLE = make_gguf()
HEADER_LENGTH = len(WHOLE) - 64 * 4
QUIET = settings(
    max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(folder: Path, data: bytes) -> GgufHeader | GgufFault:
    file = folder / "model.gguf"
    file.write_bytes(data)
    return read_header(file)


def fault(folder: Path, data: bytes) -> str:
    result = read(folder, data)
    assert isinstance(result, GgufFault), result
    assert "model.gguf" in result.text
    return result.text


def test_reads_what_a_model_says_of_itself(tmp_path: Path) -> None:
    metadata = {"qwen2.attention.head_count_kv": [0, 2, 0, 1], "general.flag": True}
    header = read(tmp_path, make_gguf(metadata))
    assert isinstance(header, GgufHeader)
    assert (header.architecture, header.name, header.quantisation) == ("qwen2", "tiny", "Q4_K_M")
    assert (header.context_length, header.block_count, header.head_count) == (512, 2, 4)
    assert header.head_count_kv == 2
    assert header.metadata["qwen2.attention.head_count_kv"] == (0, 2, 0, 1)
    assert header.metadata["general.flag"] is True
    assert (header.vocabulary_size, header.tokenizer) == (1200, "gpt2")
    assert "tokenizer.ggml.tokens" not in header.metadata
    assert (header.parameters, header.data_bytes) == (64, 256)


def test_names_every_chat_template(tmp_path: Path) -> None:
    header = read(tmp_path, make_gguf({"tokenizer.chat_template.tool_use": "T"}))
    assert isinstance(header, GgufHeader)
    assert header.chat_templates == {"default": "{{ messages }}", "tool_use": "T"}


def test_values_of_the_wrong_type_are_as_if_missing(tmp_path: Path) -> None:
    header = read(tmp_path, make_gguf({"general.name": 3, "qwen2.block_count": "many"}))
    assert isinstance(header, GgufHeader)
    assert (header.name, header.block_count, header.embedding_length) == ("", 0, 0)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not a GGUF"),
        (b"PK\x03\x04" + bytes(100), "not a GGUF"),
        (b"GGUF", "cut short"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
        (make_gguf(version=1), "version 1"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**63, 1), "more entries"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**40), "more entries"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**62), "a text of"),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + pack_text("a") + struct.pack("<IIQ", 9, 9, 1),
            "lists of lists",
        ),
        (
            b"GGUF"
            + struct.pack("<IQQ", 3, 0, 1)
            + pack_text("a")
            + struct.pack("<IIQ", 9, 0, 2**61),
            "longer than any",
        ),
        (WHOLE[:-1], "1 bytes of its weights are missing"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, data: bytes, word: str) -> None:
    assert word in fault(tmp_path, data)


def test_says_that_a_file_is_missing(tmp_path: Path) -> None:
    result = read_header(tmp_path / "none.gguf")
    assert isinstance(result, GgufFault)
    assert "cannot be read" in result.text


@QUIET
@given(length=st.integers(0, len(WHOLE) - 1))
def test_every_truncation_is_seen(tmp_path: Path, length: int) -> None:
    fault(tmp_path, WHOLE[:length])


@QUIET
@given(
    place=st.integers(0, HEADER_LENGTH - 1), value=st.integers(0, 255), more=st.binary(max_size=8)
)
def test_no_damage_harms_the_reader(tmp_path: Path, place: int, value: int, more: bytes) -> None:
    data = bytearray(WHOLE)
    data[place : place + 1 + len(more)] = bytes([value]) + more
    tracemalloc.start()
    result = read(tmp_path, bytes(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(result, GgufHeader | GgufFault)
    assert peak < 8 * 1024 * 1024
