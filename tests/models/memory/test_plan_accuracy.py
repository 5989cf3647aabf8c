"""A plan promises what the engine then takes: three architectures, three contexts, real loading."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from loaded_memory import MIB, Used, measure, read_buffers
from shaped_model import SHAPES, write_shaped_model

CONTEXTS = (2_048, 8_192, 16_384)


@pytest.mark.model
@pytest.mark.parametrize("name", ["qwen2", *SHAPES])
def test_a_plan_is_what_the_engine_takes(name: str, small_model: Path, tmp_path: Path) -> None:
    model = small_model
    if name != "qwen2":
        model = tmp_path / f"{name}.gguf"
        # Fewer layers load sooner, and the plan knows no difference.
        write_shaped_model(replace(SHAPES[name], layers=8), small_model, model)
    found = measure(model, CONTEXTS)
    assert [used.context for used in found] == list(CONTEXTS)
    for used in found:
        assert abs(used.plan - used.total) <= used.allowed, used
        # A part that is far too large must not make up for one that is far too small.
        for part in ("weights", "repacked", "kv", "recurrent", "compute", "program"):
            planned, taken = used.planned[part], getattr(used, part)
            assert abs(planned - taken) <= max(taken // 10, 40 * MIB), (part, used)
        assert used.kv >= found[0].kv
    # It is the whole process that was looked at.
    assert found[0].program > 50 * MIB


def test_what_is_allowed_is_five_per_cent_or_64_mib() -> None:
    def used(weights: int) -> Used:
        return Used(weights, 0, 0, 0, 0, 0, 0, {"weights": weights - 1})

    assert used(100 * MIB).allowed == 64 * MIB
    assert used(2000 * MIB).allowed == 100 * MIB
    assert used(100).plan == 99


def test_buffers_are_read_out_of_the_log() -> None:
    said = ["load_tensors:   CPU_Mapped model buffer size =   2.00 MiB"]
    said += ["load_tensors:   CPU_REPACK model buffer size =   1.00 MiB"]
    said += ["llama_kv_cache:        CPU KV buffer size =     0.50 MiB", "nothing of 3.00 MiB"]
    assert read_buffers(said) == {"weights": 2 * MIB, "repacked": MIB, "kv": MIB // 2}
    assert not read_buffers([re.sub("buffer", "other", line) for line in said])
