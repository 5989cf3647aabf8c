"""`inhouse sessions export --format sft`, from real sessions, read by a strict reader."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.app.conftest import Run
from tests.app.training.strict_reader import Json, read_file, read_lines
from tests.e2e.scripted_server import Answer, call, say, serving

# Put together here, so that no scanner takes this file for a leak.
KEY = "ghp_" + "a1B2" * 9
PASSWORD = "correct-" + "horse-battery"
EDIT = {
    "file_path": "calc.py",
    "old_string": "    return a - b\n",
    "new_string": "    return a + b\n",
}
FIX = (
    call("read", '{"file_path": "calc.py"}'),
    call("edit", json.dumps(EDIT)),
    say(f"Fixed; the key {KEY} and {PASSWORD} were not needed."),
)


@pytest.fixture(autouse=True)
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INHOUSE_SANDBOX", "off")


@pytest.fixture
def project(folder: Path) -> Path:
    (folder / "calc.py").write_text("def add(a, b):\n    return a - b\n")
    (folder / ".env").write_text(f"export DB_PASSWORD={PASSWORD}\nMODE=production\n")
    return folder


def ask(inhouse: Run, prompt: str, answers: Sequence[Answer], *more: str) -> None:
    with serving(answers) as script:
        done = inhouse("-p", prompt, *more, env={"INHOUSE_ENDPOINT": script.url})
        assert not script.answers, done.stderr


def exported(inhouse: Run, *options: str) -> list[Json]:
    done = inhouse("sessions", "export", "--format", "sft", *options)
    assert done.returncode == 0, done.stderr
    return read_lines(done.stdout)


def figures(inhouse: Run, *options: str) -> Json:
    done = inhouse("sessions", "export", "--format", "sft", "--json", *options)
    return json.loads(done.stdout)


def test_a_session_becomes_a_line(inhouse: Run, project: Path) -> None:
    ask(inhouse, f"Repair add in {Path.home()}/x, not MODE=production", FIX)
    done = inhouse("sessions", "export", "--format", "sft")
    assert done.returncode == 0, done.stderr
    (line,) = read_lines(done.stdout)
    assert "1 of 1 session, 1 turn: 1 conversation, 2 answers to learn from" in done.stderr
    assert "1 answer holds a mask and should not be learned" in done.stderr
    assert "keeps its licence" in " ".join(done.stderr.split())
    system, prompt, read, result, edit, changed, answer = line["messages"]
    assert system["role"] == "system"
    assert "Repair add in ~/x, not MODE=production" in prompt["content"]
    assert json.loads(read["tool_calls"][0]["function"]["arguments"]) == {"file_path": "calc.py"}
    assert "return a - b" in result["content"]
    assert json.loads(edit["tool_calls"][0]["function"]["arguments"]) == EDIT
    assert changed["role"] == "tool"
    assert answer["content"] == "Fixed; the key ghp_[masked] and [masked] were not needed."
    # What holds a mask is no model for anything.
    assert [one["train"] for one in (read, edit, answer)] == [True, True, False]
    assert {"edit", "bash"} <= {tool["function"]["name"] for tool in line["tools"]}
    for text in (done.stdout, done.stderr):
        assert KEY not in text
        assert PASSWORD not in text
        assert str(Path.home()) not in text


def test_the_env_file_is_read_and_nothing_of_it_comes_out(inhouse: Run, project: Path) -> None:
    steps = (call("bash", '{"command": "cat .env"}'), call("read", '{"file_path": ".env"}'))
    ask(inhouse, "What is in .env?", [*steps, say("Settings of a database.")], "--yolo")
    (project / ".env").unlink()
    (line,) = exported(inhouse)
    text = json.dumps(line, ensure_ascii=False)
    assert "DB_PASSWORD=[masked]" in text
    assert PASSWORD not in text
    assert "production" not in text


def test_what_was_not_accepted_is_left_out(inhouse: Run, project: Path) -> None:
    ask(inhouse, "Repair add", FIX)
    ask(inhouse, "And now?", [say("FAILED: I cannot do that.")], "-c")
    ask(inhouse, "Thanks", [say("You are welcome.")], "-c")
    (line,) = exported(inhouse)
    assert len(line["messages"]) == 7
    found = figures(inhouse)
    assert found["turns"]["used"] == 1
    assert found["turns"]["left_out"] == {"after one that was not accepted": 1, "failed": 1}
    (whole,) = exported(inhouse, "--unaccepted")
    assert [one["train"] for one in whole["messages"] if one["role"] == "assistant"] == [
        *(True, True, False),
        *(False, True),
    ]
    refused = inhouse("sessions", "export", "--format", "sft", "--min-turns", "2")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "nothing to learn from" in refused.stderr


def test_what_was_undone_is_left_out(inhouse: Run, project: Path) -> None:
    ask(inhouse, "Repair add", FIX)
    assert figures(inhouse)["turns"]["used"] == 1
    assert inhouse("undo").returncode == 0
    assert figures(inhouse)["turns"] == {"used": 0, "left_out": {"taken back": 1}}
    assert inhouse("undo", "--redo").returncode == 0
    assert figures(inhouse)["turns"]["used"] == 1


def test_a_folder_with_a_part_for_validation(inhouse: Run, project: Path, tmp_path: Path) -> None:
    for number in range(4):
        ask(inhouse, f"Say {number}", [say(f"It is {number}.")])
    target = tmp_path / "data"
    options = ("--validation", "0.25", "-o", str(target))
    done = inhouse("sessions", "export", "--format", "sft", *options)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert target.stat().st_mode & 0o777 == 0o700
    train, valid = read_file(target / "train.jsonl"), read_file(target / "valid.jsonl")
    assert (len(train), len(valid)) == (3, 1)
    assert {one["session"] for one in train}.isdisjoint(one["session"] for one in valid)
    assert "licence" in (target / "NOTICE.md").read_text()
    assert json.loads((target / "figures.json").read_text())["conversations"]["train"] == 3
    described = json.loads((target / "dataset_info.json").read_text())
    assert described["inhouse_train"]["file_name"] == "train.jsonl"
    again = inhouse("sessions", "export", "--format", "sft", *options)
    assert again.returncode == 1
    assert "exists already" in again.stderr
    second = (*options[:-1], str(tmp_path / "second"))
    assert inhouse("sessions", "export", "--format", "sft", *second).returncode == 0
    for name in ("train.jsonl", "valid.jsonl"):
        assert (target / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"data", "second", project.name}


def test_other_shapes(inhouse: Run, project: Path) -> None:
    ask(inhouse, "Repair add", FIX)
    (line,) = exported(inhouse, "--arguments", "object")
    calls = [call["function"] for one in line["messages"] for call in one.get("tool_calls", [])]
    assert calls[1]["arguments"] == EDIT
    (line,) = exported(inhouse, "--calls", "fenced")
    assert "tools" not in line
    assert "# Tools\n- read(" in line["messages"][0]["content"]
    assert line["messages"][2]["content"].startswith('<tool_call>\n{"name": "read"')
    assert line["messages"][3]["role"] == "tool"


def test_which_sessions(inhouse: Run, project: Path, tmp_path: Path) -> None:
    ask(inhouse, "Say it", [say("It.")])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert figures(inhouse, "--project", str(elsewhere))["sessions"]["read"] == 0
    assert len(exported(inhouse, "--project", str(project), "--project", str(elsewhere))) == 1
    assert len(exported(inhouse, "--all", "--since", "1d")) == 1
    assert figures(inhouse, "--since", "2999-01-01")["sessions"] == {"read": 1, "used": 0}
    identifier = exported(inhouse)[0]["session"]
    assert len(exported(inhouse, identifier[:6])) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--min-turns", "2"), "--min-turns is for --format sft"),
        (("--format", "html", "--thinking", "drop"), "--thinking is for --format sft"),
        (("--all",), "--all is for --format sft"),
        (("--format", "sft", "--validation", "0.1"), "name a folder"),
        (("--format", "sft", "--since", "yesterday"), "2026-01-31"),
        (("--format", "sft", "ffff"), "no session ffff"),
        (("--format", "sft", "ffff", "--all"), "leave out --all"),
    ],
)
def test_what_cannot_be(inhouse: Run, project: Path, options: tuple[str, ...], said: str) -> None:
    done = inhouse("sessions", "export", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
