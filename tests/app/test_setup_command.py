"""`inhouse setup` as people and scripts use it."""

import json
import os
import statistics
from pathlib import Path

import pytest
from tests.app.conftest import Run
from tests.models.gguf_files import make_gguf
from tiny_models import write_tiny_model

from inhouse.setting_up.looking import examine
from inhouse.setting_up.remembering import remember
from inhouse.setting_up.telling import spell
from inhouse.sources import user_file
from inhouse.speeds import read_speeds
from inhouse_agent.folders import state_folder
from inhouse_models.catalogue import find_entry, load_catalogue
from inhouse_models.machine import examine_machine
from inhouse_models.machine.recording import read_recording
from inhouse_models.measuring.causes import Evidence
from inhouse_models.measuring.measured import Layout, Measured


def test_says_what_it_found_what_it_proposes_and_what_to_type(inhouse: Run) -> None:
    said = inhouse("setup")
    assert (said.returncode, said.stderr) == (0, "")
    titles = [line for line in said.stdout.splitlines() if line and not line.startswith(" ")]
    assert titles == ["Found", "Proposed", "Why", "Considered", "Next"]
    assert "GB/s read and written by" in said.stdout
    command = said.stdout.partition("\nNext\n")[2].splitlines()[0].split()
    assert command[:3] == ["inhouse", "models", "pull"]
    assert find_entry(command[3])


def test_tells_scripts_the_same_and_records_the_machine(inhouse: Run, folder: Path) -> None:
    said = inhouse("setup", "--json", "--record", "here.toml")
    assert said.returncode == 0, said.stderr
    told = json.loads(said.stdout)
    assert told["problem"] == ""
    assert told["proposed"]["commands"][0].endswith(told["proposed"]["model"])
    assert told["proposed"]["expected"]["writing"] > 0
    assert told["machine"]["bandwidth"]["bytes_per_second"] > 0
    recording = (folder / "here.toml").read_text(encoding="utf-8")
    machine = examine_machine(folder, read_recording(recording))
    assert machine.memory == told["machine"]["memory"]
    home = os.environ["HOME"]
    assert home not in recording
    again = inhouse("setup", "--record", "here.toml")
    assert again.returncode == 2
    assert "here.toml cannot be written: File exists" in again.stderr
    assert (folder / "here.toml").read_text(encoding="utf-8") == recording


def test_what_was_measured_before_stands_beside_the_proposal(inhouse: Run) -> None:
    layout = Layout("f", 16_384, 0, 25, False, "f16", "f16", False, 2, 2, 512, 630_000_000)
    evidence = Evidence(examine([]), Measured(layout, (120.0,), (12.5,)))
    for entry in load_catalogue():
        remember(entry.name, evidence)
    before, _, after = inhouse("setup").stdout.partition("\nMeasured before\n")
    assert "Proposed" in before
    assert after.startswith("  Wrote 12.5 and read 120 tokens a second")
    assert "\nNext\n" in after


@pytest.fixture(scope="module")
def tiny(small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that is measured in a moment."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.gguf"
    write_tiny_model("qwen2", small_model, path)
    return path


@pytest.mark.model
def test_goes_all_the_way_and_remembers(inhouse: Run, tiny: Path) -> None:
    env = {"INHOUSE_CONTEXT": "2048", "INHOUSE_THREADS": "1"}
    said = inhouse("setup", "--yes", "-m", str(tiny), env=env)
    assert said.returncode == 0, said.stderr
    titles = [line for line in said.stdout.splitlines() if line and not line.startswith(" ")]
    assert titles[:-1] == ["Found", "Wanted", "Measured"]
    assert titles[-1] == "tiny answers from now on: inhouse"
    assert "2,048 tokens of context, keys and values f16" in said.stdout
    assert "all layers in main memory, 1 thread, without flash attention" in said.stdout
    assert "This hardware should write" in said.stdout
    steps = ["loading tiny", "finding out", "measuring tiny"]
    assert [step for step in steps if step in said.stderr] == steps
    assert inhouse("config", "get", "model").stdout.strip() == str(tiny)
    # Once measured here, it is known; and what the picker shows is the same.
    kept = json.loads((state_folder() / "measured.json").read_text(encoding="utf-8"))
    samples = kept["models"]["tiny"]["measured"]["writing_samples"]
    assert f"Writes {spell(statistics.median(samples))} " in said.stdout
    speed = read_speeds()["tiny"]
    assert min(samples) <= speed.writing * 1.001 and speed.writing <= max(samples) * 1.001


@pytest.mark.model
def test_measuring_alone_changes_no_setting_and_ends_an_idle_engine(
    inhouse: Run, tiny: Path
) -> None:
    env = {"INHOUSE_CONTEXT": "4096", "INHOUSE_THREADS": "1", "INHOUSE_MODEL": str(tiny)}
    asked = inhouse("-p", "Hello", "--max-turns", "1", env={**env, "INHOUSE_SANDBOX": "off"})
    assert "tiny" in inhouse("engine", "status").stdout, asked
    said = inhouse("setup", "--measure", "--json", env=env)
    assert said.returncode == 0, said.stderr
    assert "No engine runs" in inhouse("engine", "status").stdout
    told = json.loads(said.stdout)
    assert told["done"] == {"name": "tiny", "path": str(tiny), "default": False}
    measured = told["measured"]
    assert measured["writing"] == statistics.median(measured["writing_samples"])
    assert measured["layout"]["context"] == 4_096
    assert measured["far_below"] == bool(measured["causes"])
    assert measured["expected_writing"] > 0 and measured["source"]
    assert not user_file().exists()
    nothing = inhouse("setup", "--measure")
    assert (nothing.returncode, nothing.stdout) == (5, "")
    assert "No model is on this machine yet" in nothing.stderr


def test_without_a_terminal_it_only_proposes(inhouse: Run) -> None:
    said = inhouse("setup", piped="y\ny\n")
    assert said.returncode == 0
    assert "Next" in said.stdout
    assert not user_file().exists()
    assert "wanted" not in json.loads(inhouse("setup", "--dry-run", "--json").stdout)
    named = json.loads(inhouse("setup", "--json", "-m", "starter").stdout)["wanted"]
    assert (named["model"], named["here"]) == ("qwen2.5-coder-1.5b", False)
    assert named["fits"] in ("fits", "slow")
    assert named["reasons"]
    for other in ("--yes", "--measure"):
        clash = inhouse("setup", "--dry-run", other)
        assert clash.returncode == 2
        assert f"--dry-run changes nothing, {other} does" in clash.stderr


def test_what_cannot_be_had_is_one_line_and_changes_nothing(inhouse: Run, tmp_path: Path) -> None:
    away = {"HF_ENDPOINT": "http://127.0.0.1:1", "INHOUSE_OFFLINE": "true"}
    torn = tmp_path / "torn.gguf"
    torn.write_bytes(make_gguf({"general.architecture": "qwen2"})[:30])
    for name, env, said in (
        ("owner/repo/file.gguf", away, "Nothing is downloaded while offline is set"),
        ("no-such-model", {}, "no-such-model"),
        (str(torn), {}, "torn.gguf"),
    ):
        done = inhouse("setup", "--yes", "-m", name, env=env)
        assert done.returncode == 5, (name, done)
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert not user_file().exists()
