"""`inhouse models list` and `info`, for people and for programs."""

import json
from pathlib import Path
from typing import Any

from tests.app.conftest import Run
from tests.models.gguf_files import make_gguf

from inhouse_models.own_models import own_models_file
from inhouse_models.store import models_folder


def put(name: str, data: bytes) -> Path:
    folder = models_folder()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes(data)
    return file


def listed(inhouse: Run, *words: str) -> dict[str, dict[str, Any]]:
    done = inhouse("models", "list", "--json", *words)
    assert done.returncode == 0, done.stderr
    return {model["name"]: model for model in json.loads(done.stdout)["models"]}


def test_programs_get_every_model(inhouse: Run) -> None:
    for number in (1, 2):
        place = {"split.no": number - 1, "split.count": 2, "split.tensors.count": 2}
        put(f"mine-0000{number}-of-00002.gguf", make_gguf(place))
    models = listed(inhouse)
    mine, large = models["mine"], models["qwen3.6-27b"]
    assert (mine["here"], mine["files"], mine["file"]) == (True, 2, None)
    assert mine["path"].endswith("mine-00001-of-00002.gguf")
    assert (large["here"], large["exact"], large["size"]) == (False, True, 17_612_564_704)
    assert large["repository"] == "unsloth/Qwen3.6-27B-GGUF"
    assert not models["qwen3.6-27b-q3"]["exact"]
    assert set(mine) == set(large)
    said = inhouse("models", "list").stdout
    assert "about 14.5 GB" in said
    assert "mine" in said
    assert "the first of 2" in inhouse("models", "info", "mine").stdout


def test_what_fits_on_a_card(inhouse: Run) -> None:
    models = listed(inhouse, "--fits", "16")
    assert models["qwen3.6-27b-q3"]["fits"]["keys"] == "q8_0"
    assert "qwen3.6-27b" not in models
    assert "131,072" in inhouse("models", "list", "--fits", "16").stdout
    nothing = inhouse("models", "list", "--fits", "1")
    assert "No model lies whole" in nothing.stderr
    assert nothing.stdout == ""


def test_programs_get_all_that_is_known_of_one(inhouse: Run) -> None:
    done = inhouse("models", "show", "qwen3.6-27b-mtp", "--json")
    told = json.loads(done.stdout)
    assert told["sampling"]["temperature"] == 0.6
    assert told["sampling_without_thinking"] == {
        "temperature": 0.7, "top_k": 20, "top_p": 0.8, "min_p": 0.0
    }  # fmt: skip
    assert (told["cards"]["24"]["drafts"], told["cards"]["8"]) == (3, None)
    assert told["projector"] == "mmproj-F16.gguf"
    assert len(told["template_notes"]) == 4
    said = inhouse("models", "info", "qwen3.6-27b-mtp").stdout
    assert "preserve_thinking" in said
    assert "24 GB: " in said


def test_a_persons_own_models_are_listed_and_their_faults_told(inhouse: Run) -> None:
    file = own_models_file()
    file.parent.mkdir(parents=True)
    whole = '[[model]]\nname = "mine"\nrepository = "me/mine"\nfile = "a-Q4_K_M.gguf"\n'
    file.write_text(f'{whole}[[model]]\nname = "wrong"\n')
    done = inhouse("models", "list", "--json")
    models = {model["name"]: model for model in json.loads(done.stdout)["models"]}
    assert models["mine"]["own"]
    assert "wrong" not in models
    assert f"{file}: model 2 (wrong) is left out: repository is missing" in done.stderr
    assert "inhouse models pull mine" in inhouse("models", "info", "mine").stdout
