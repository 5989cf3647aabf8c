"""docs/fine-tuning.md: our commands parse, and its scripts read what we export."""

import json
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import typer
from tests.app.training.test_accepted_turns import session_of, turn

from inhouse.cli import USAGE_ERROR, app
from inhouse.export.training.collecting import Collected, Wanted, collect
from inhouse.export.training.writing import write_folder
from inhouse_agent.events import MessageAdded
from inhouse_models.chat import Message, ToolCall

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "fine-tuning.md"
TEXT = DOCUMENT.read_text("utf-8")
SCRIPTS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def commands() -> list[str]:
    """Every command of ours in an indented block, without what a shell would take away."""
    joined = TEXT.replace("\\\n", " ")
    lines = re.findall(r"(?m)^    ((?:[A-Z_]+=\S+ )?inhouse .*)$", joined)
    return [re.sub(r"^[A-Z_]+=\S+ ", "", re.split(r" +[#>]", f"{line} #")[0]) for line in lines]


def parse(words: list[str]) -> str:
    """The command that takes these words, which are all understood; nothing is run.

    The contexts are of a class that typer keeps private, hence Any.
    """
    command: Any = typer.main.get_command(app)
    context = command.make_context("inhouse", words)
    path: list[str] = []
    while hasattr(command, "resolve_command"):
        left = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, left)
        path.append(name)
        context = command.make_context(name, rest, parent=context)
    return " ".join(path)


@pytest.mark.parametrize("line", commands())
def test_our_commands_parse(line: str) -> None:
    assert parse(shlex.split(line)[1:])


def test_the_parser_knows_commands() -> None:
    assert parse(["sessions", "export", "--format", "sft", "-o", "data"]) == "sessions export"


def test_a_wrong_command_does_not_parse() -> None:
    assert len(commands()) >= 15
    with pytest.raises(USAGE_ERROR):
        parse(shlex.split("sessions export --formats sft"))
    with pytest.raises(USAGE_ERROR):
        parse(shlex.split("eval report"))


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with data/, where a script of the document is run."""
    calling = Message("assistant", calls=(ToolCall("x", "read", '{"file_path": "a.py"}'),))
    steps = [MessageAdded(one) for one in (calling, Message("tool", "1", answers="x"))]
    for number in range(4):
        session_of(tmp_path, *turn(f"a{number}", *steps))
    collected = collect(Wanted(validation=0.25))
    assert isinstance(collected, Collected)
    assert write_folder(collected, tmp_path / "data") is None
    monkeypatch.chdir(tmp_path)
    return tmp_path


def module(monkeypatch: pytest.MonkeyPatch, name: str, **members: object) -> None:
    """A stand-in for a library that is not installed here."""
    made = ModuleType(name)
    vars(made).update(members)
    monkeypatch.setitem(sys.modules, name, made)


def test_the_script_for_trl_reads_our_files(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    class Dataset:
        @staticmethod
        def from_list(rows: list[object], on_mixed_types: str) -> list[object]:
            assert on_mixed_types == "use_json"
            return rows

    class Trainer:
        def __init__(self, **options: object) -> None:
            given.update(options)

        def train(self) -> None:
            given["trained"] = True

    module(monkeypatch, "datasets", Dataset=Dataset)
    module(monkeypatch, "peft", LoraConfig=dict)
    module(monkeypatch, "trl", SFTConfig=dict, SFTTrainer=Trainer)
    exec(compile(SCRIPTS[0], str(DOCUMENT), "exec"), {})
    assert given["trained"]
    assert (len(given["train_dataset"]), len(given["eval_dataset"])) == (3, 1)
    row = given["train_dataset"][0]
    assert row["messages"][1]["tool_calls"][0]["function"]["arguments"] == {"file_path": "a.py"}
    assert not any("train" in one for one in row["messages"])
    assert row["tools"][0]["type"] == "function"


def test_an_adapter_of_mlx_becomes_one_of_peft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = np.random.default_rng(0)
    into, out = source.standard_normal((6, 2)), source.standard_normal((2, 5))
    module_name = "model.layers.0.self_attn.q_proj"
    written: dict[str, Any] = {}
    tensors = {f"{module_name}.lora_a": into, f"{module_name}.lora_b": out}
    module(monkeypatch, "safetensors")

    def load_file(path: Path) -> dict[str, Any]:
        return tensors

    def save_file(made: dict[str, Any], path: Path) -> None:
        written.update(made)

    module(monkeypatch, "safetensors.numpy", load_file=load_file, save_file=save_file)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "adapters").mkdir()
    settings = {"lora_parameters": {"rank": 2, "scale": 20.0, "dropout": 0.0}}
    (tmp_path / "adapters" / "adapter_config.json").write_text(json.dumps(settings))
    exec(compile(SCRIPTS[2], str(DOCUMENT), "exec"), {})
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert config["target_modules"] == ["q_proj"]
    scale = config["lora_alpha"] / config["r"]
    name = f"base_model.model.{module_name}"
    product = scale * written[f"{name}.lora_B.weight"] @ written[f"{name}.lora_A.weight"]
    # MLX: y = x W + scale * (x a) b, PEFT: W x + alpha / r * B A x.
    assert np.allclose(product, 20.0 * (into @ out).T)


def test_every_script_is_python() -> None:
    assert len(SCRIPTS) == 3
    for script in SCRIPTS:
        compile(script, str(DOCUMENT), "exec")
