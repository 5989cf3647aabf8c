"""`inhouse doctor --json` and `--report`: what a bug report needs, and nothing secret."""

import json
import os
import re
import stat
from pathlib import Path

import pytest
from tests.app.conftest import Run
from tests.models.gguf_files import make_gguf

from inhouse.bug_report import Scrubber, safe_endpoint, safe_settings
from inhouse.settings import Settings

PLANTED = {
    "OPENAI_API_KEY": "planted-in-environment-1",
    "HF_TOKEN": "hf_plantedtokenofthehub12345",
    "DATABASE_PASSWORD": "hunter2planted",
    "INHOUSE_ENDPOINT": "http://person:plantedinurl@127.0.0.1:9/plantedpath/v1?key=plantedquery",
}
CONFIG = """
verify = "deploy --token planted-in-verify"
map_tokens = 512
think = false
sandbox_env_files = true
notify = "off"

[language_servers.own]
command = ["server", "--password=planted-in-server"]
files = ["*.own"]

[rules]
deny = ["bash(curl -H planted-in-rules*)"]
"""


@pytest.fixture
def planted(home: Path) -> Path:
    """A home with secrets in every place that the report looks at."""
    config = home / ".config" / "inhouse"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(CONFIG)
    keys = config / "keys.json"
    keys.write_text(json.dumps({"http://127.0.0.1:9": "planted-in-keys"}))
    keys.chmod(0o600)
    models = home / ".local/share/inhouse/models"
    models.mkdir(parents=True)
    (models / "mine.gguf").write_bytes(make_gguf())
    return home


def test_a_report_holds_what_is_needed(inhouse: Run, planted: Path, folder: Path) -> None:
    done = inhouse("doctor", "--report", env=PLANTED)
    assert done.returncode == 0, done.stderr
    [file] = folder.glob("inhouse-report-*.md")
    assert re.fullmatch(r"inhouse-report-\d{8}-\d{6}\.md", file.name)
    assert done.stdout == f"{file}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    facts = json.loads(text.partition("```json\n")[2].partition("```")[0])
    assert facts["packages"]["llama-cpp-python"]
    assert facts["build"]["backends"]
    assert facts["machine"]["memory"] > 0
    assert [model["name"] for model in facts["models"]] == ["mine"]
    assert facts["endpoint"] == "http://127.0.0.1:9"
    assert facts["settings"] == {
        "endpoint": "(set)",
        "verify": "(set)",
        "map_tokens": 512,
        "think": False,
        "sandbox_env_files": True,
        "notify": "off",
        "language_servers": "(set)",
        "rules.deny": "(set)",
    }
    assert facts["sandbox"]
    assert "- ok: python" in text
    assert "planted" not in text
    assert str(planted) not in text
    assert "~/" in text
    assert os.uname().nodename not in text


@pytest.mark.parametrize("flag", ["--json", None])
def test_nothing_secret_is_printed_either(inhouse: Run, planted: Path, flag: str | None) -> None:
    done = inhouse("doctor", *([flag] if flag else []), env=PLANTED)
    assert "127.0.0.1:9" in done.stdout
    assert "planted" not in done.stdout + done.stderr


def test_broken_settings_are_told_without_their_secrets(inhouse: Run, planted: Path) -> None:
    (planted / ".config/inhouse/config.toml").write_text('max_turns = "password=hunter2planted"')
    done = inhouse("doctor", "--json", env={"DATABASE_PASSWORD": "hunter2planted"})
    assert "max_turns" in done.stdout
    assert "planted" not in done.stdout + done.stderr


def test_a_folder_that_takes_no_file_is_one_line(inhouse: Run, folder: Path) -> None:
    gone = inhouse("doctor", "--report", env={"HOME": str(folder / "nowhere")})
    assert gone.returncode == 0
    assert "Traceback" not in gone.stderr


def test_texts_are_scrubbed() -> None:
    scrubber = Scrubber(
        (), {"MY_TOKEN": "abcdefgh", "KEY": "us", "PLAIN": "visible"}, Path("/home/me")
    )
    told = {
        "/home/me/models and /home/me2": "~/models and /home/me2",
        "abcdefgh and visible and us": "[masked] and visible and us",
        "at https://me:word@host/path?token=1#x done": "at https://host/path done",
        "Bearer klmnopqrstuvwxyz1": "Bearer [masked]",
    }
    for before, after in told.items():
        assert scrubber.text(before) == after
    assert scrubber.value({"a": ["abcdefgh", 1, None, {"b": True}]}) == {
        "a": ["[masked]", 1, None, {"b": True}]
    }


def test_settings_and_addresses_are_told_safely() -> None:
    assert safe_settings(Settings()) == {}
    assert safe_settings(Settings(model="/home/me/secret.gguf", threads=3)) == {
        "model": "(set)",
        "threads": 3,
    }
    assert safe_endpoint("https://u:p@host/v1?k=1") == "https://host:443"
    assert safe_endpoint("host:8080") == "http://host:8080"
    assert safe_endpoint("ftp://u:p@host") == "(set)"
    assert safe_endpoint("") == ""
