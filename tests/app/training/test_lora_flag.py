"""`--lora FILE` as a person types it: the engine answers with the adapter, and without it again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.app.conftest import Run
from tiny_adapter import write_tiny_adapter
from tiny_models import write_tiny_model

BEGINNING = 60
pytestmark = pytest.mark.model
ASK = ("Say something that hangs on all these words. " * 12, "--max-turns", "1", "--no-think")


@pytest.fixture
def model(small_model: Path, tmp_path: Path, inhouse: Run) -> Iterator[Path]:
    """A model that answers at once, and nothing sensible; its engine ends with the test."""
    path = tmp_path / "tiny.gguf"
    write_tiny_model("qwen2", small_model, path)
    yield path
    assert inhouse("engine", "stop").returncode == 0


def test_an_adapter_changes_the_answer_and_leaves_no_trace(
    inhouse: Run, model: Path, folder: Path
) -> None:
    write_tiny_adapter("qwen2", folder / "adapter.gguf")
    env = {"INHOUSE_CONTEXT": "4096", "INHOUSE_SANDBOX": "off", "INHOUSE_IDLE_MINUTES": "1"}

    def answer(*flags: str, **more: str) -> str:
        done = inhouse("-p", *ASK, "-m", str(model), *flags, env={**env, **more})
        assert done.returncode in (0, 3, 4), done.stderr
        # Of what follows a token may differ: a prompt that is known is read in other batches.
        return done.stdout[:BEGINNING]

    plain = answer()
    assert plain.strip()
    assert answer("--lora", "adapter.gguf") != plain
    assert answer(INHOUSE_LORA=str(folder / "adapter.gguf:0.5")) != plain
    assert answer() == plain
    for wrong, said in (("missing.gguf", "missing.gguf"), (str(model), "not a LoRA adapter")):
        done = inhouse("-p", *ASK, "-m", str(model), "--lora", wrong, env=env)
        assert (done.returncode, done.stdout) == (5, "")
        assert said in done.stderr
