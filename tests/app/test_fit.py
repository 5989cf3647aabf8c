"""`inhouse models fit` as a process of its own: models here, by path, and not here yet."""

import json
from pathlib import Path
from typing import Any

from tests.app.conftest import Run
from tests.models.gguf_files import make_gguf

TINY = {"qwen2.embedding_length": 64, "qwen2.feed_forward_length": 128}
VAST = {**TINY, "qwen2.context_length": 2**30, "qwen2.attention.head_count_kv": 4}


def plan_of(text: str) -> dict[str, Any]:
    return json.loads(text)["plan"]


def test_says_how_a_file_fits_and_why(inhouse: Run, folder: Path) -> None:
    (folder / "tiny.gguf").write_bytes(make_gguf(TINY))
    done = inhouse("models", "fit", "./tiny.gguf", "--gpu-layers", "0")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tiny fits\n")
    for what in ("layers", "context", "kv", "flash attention", "prefix store", "MEMORY"):
        assert f"\n{what}" in done.stdout
    assert "all that the model was trained for" in done.stdout


def test_flags_are_wishes(inhouse: Run, folder: Path, home: Path) -> None:
    store = home / ".local" / "share" / "inhouse" / "models"
    store.mkdir(parents=True)
    (store / "mine.gguf").write_bytes(make_gguf(TINY))
    flags = ("--context", "256", "--kv", "q8_0", "--conversations", "2", "--gpu-layers", "0")
    done = inhouse("models", "fit", "mine", *flags, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["here"], report["fits"]) == (0, True, True)
    plan = plan_of(done.stdout)
    assert (plan["context"], plan["cells"], plan["sequences"]) == (256, 512, 3)
    # Heads of 16 numbers do not divide into the blocks of q8_0.
    assert plan["key_type"] == "f16"
    assert plan["load"]["total"] == sum(use["load"]["total"] for use in plan["uses"])
    assert {"what", "text", "warning"} == set(plan["reasons"][0])


def test_a_model_that_is_not_here_is_planned_by_what_is_known(inhouse: Run) -> None:
    done = inhouse("models", "fit", "starter-small")
    assert done.returncode == 0, done.stderr
    assert "it is not here: inhouse models pull starter-small" in done.stdout
    assert json.loads(inhouse("models", "fit", "starter-small", "--json").stdout)["here"] is False


def test_what_is_unknown_says_what_there_is(inhouse: Run) -> None:
    nothing = inhouse("models", "fit", "no-such-model")
    assert nothing.returncode == 5
    assert "inhouse models list" in nothing.stderr


def test_what_does_not_fit_is_refused_with_the_nearest_plan(inhouse: Run, folder: Path) -> None:
    (folder / "vast.gguf").write_bytes(make_gguf(VAST))
    wish = ("models", "fit", "./vast.gguf", "--context", str(2**30), "--gpu-layers", "0")
    done = inhouse(*wish)
    assert done.returncode == 5
    assert "It fits with --context" in done.stderr
    assert done.stdout.startswith("The nearest plan that fits")
    machine = inhouse(*wish, "--json")
    assert machine.returncode == 5
    report = json.loads(machine.stdout)
    assert report["fits"] is False
    assert f"--context {report['plan']['context']}" in report["fault"]
    again = inhouse(*wish[:4], str(report["plan"]["context"] // 2), *wish[5:])
    assert again.returncode == 0, again.stderr


def test_a_damaged_file_and_a_wrong_flag_are_explained(inhouse: Run, folder: Path) -> None:
    (folder / "torn.gguf").write_bytes(make_gguf(TINY)[:200])
    torn = inhouse("models", "fit", "./torn.gguf")
    assert torn.returncode == 5
    assert "cut short" in torn.stderr
    (folder / "bare.gguf").write_bytes(make_gguf())
    bare = inhouse("models", "fit", "./bare.gguf")
    assert bare.returncode == 5
    assert "qwen2.embedding_length" in bare.stderr
    assert inhouse("models", "fit", "starter", "--kv", "q2").returncode == 2
    assert inhouse("models", "fit", "starter", "--context", "0").returncode == 2
