"""A change is planned, shown, changed by the person, and carried out as one."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.installed import COMMAND, Installed
from tests.e2e.scripted_server import Answer, call, say

PLAN = {
    "goal": "Another secret",
    "steps": [
        {
            "files": ["README.md"],
            "new_files": [],
            "symbols": [],
            "intent": "Make the secret word honey",
            "verify": "grep -q honey README.md",
        }
    ],
    "verify": [],
}
PLANNING = (say("I would change the README."), say(json.dumps(PLAN)))
README = "# Greetings\n\nThe secret word is honey.\n"
CARRYING_OUT = (
    call("read", '{"file_path": "README.md"}'),
    call("write", json.dumps({"file_path": "README.md", "content": README})),
    say("It is honey now."),
)
TEXT = (
    "# Another secret\n\n1. Make the secret word honey\n   - files: `README.md`\n"
    "   - verify: `grep -q honey README.md`\n"
)


@pytest.fixture
def inhouse(repository: Path) -> Installed:
    return Installed(repository, loaded=True)


def secret(inhouse: Installed) -> str:
    return (inhouse.folder / "README.md").read_text()


def test_mode_plan_prints_a_plan_and_changes_nothing(inhouse: Installed, serve: Serve) -> None:
    script = serve(*PLANNING)
    before = secret(inhouse)
    done = inhouse.run("plan", "Change the secret word", "--endpoint", script.url).succeeded()
    assert done.out == TEXT
    assert secret(inhouse) == before


def test_a_plan_from_a_file_is_carried_out(inhouse: Installed, serve: Serve) -> None:
    script = serve(*CARRYING_OUT)
    (inhouse.folder / "plan.md").write_text(TEXT)
    done = inhouse.run(
        "run", "--plan", "plan.md", "--output-format", "json", "--endpoint", script.url
    )
    assert (done.code, secret(inhouse)) == (0, README)
    assert done.result["files_changed"] == ["README.md"]
    prompt = next(m["content"] for m in script.requests[0]["messages"] if m["role"] == "user")
    assert "Step 1 of 1 of the plan: Make the secret word honey" in prompt


def test_a_plan_from_standard_input_that_fails_leaves_nothing(
    inhouse: Installed, serve: Serve
) -> None:
    before = secret(inhouse)
    script = serve(*CARRYING_OUT, say("No idea."))
    plan = TEXT.replace("honey README", "jam README")
    done = inhouse.run("run", "--plan", "-", "--endpoint", script.url, piped=plan)
    assert done.code == 1, done
    assert "All files are as they were before" in done.out
    assert secret(inhouse) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--plan", "none.md"), ("--plan", "none.md", "No such file")),
        (("run", "--plan", "README.md"), ("--plan", "Line 3")),
        (("run", "more", "--plan", "README.md"), ("not both",)),
        (("plan", "x", "--plan", "README.md"), ("inhouse run --plan",)),
        (("plan",), ("empty",)),
    ],
)
def test_slips_are_explained(
    inhouse: Installed, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    inhouse.run(*arguments).failed(2, *words)


def at_terminal(inhouse: Installed, typed: str, *arguments: str, **variables: str) -> str:
    """What a run at a terminal says on it, when the question is answered so."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [str(COMMAND), *arguments],
        cwd=inhouse.folder,
        env={**os.environ, **variables},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        said = b""
        answers = iter(typed)
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:
                break
            said += piece
            if said.endswith(b"[n]o: "):
                os.write(ours, next(answers).encode() + b"\n")
        assert process.wait(60) == 0, said
    os.close(ours)
    return said.decode()


def answers_for(*answers: Answer) -> tuple[Answer, ...]:
    return (*PLANNING, *answers)


def test_at_a_terminal_it_is_asked_and_carried_out(inhouse: Installed, serve: Serve) -> None:
    script = serve(*answers_for(*CARRYING_OUT))
    said = at_terminal(inhouse, "y", "plan", "Change the secret word", "--endpoint", script.url)
    assert "1. Make the secret word honey" in said
    assert secret(inhouse) == README
    assert "Changed together: README.md" in said
    # The plan's conversation goes on, so nothing of it is read again.
    asked = [m["content"] for m in script.last_messages if m["role"] == "user"]
    assert "Change the secret word" in asked[0]


def test_at_a_terminal_it_can_be_declined(inhouse: Installed, serve: Serve) -> None:
    before = secret(inhouse)
    script = serve(*PLANNING)
    said = at_terminal(inhouse, "n", "plan", "Change the secret word", "--endpoint", script.url)
    assert "inhouse run --plan plan.md" in said
    assert secret(inhouse) == before


def test_at_a_terminal_it_can_be_edited_first(
    inhouse: Installed, serve: Serve, tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/Make the secret word/Let the secret be/" "$1"\n')
    editor.chmod(0o755)
    script = serve(*answers_for(*CARRYING_OUT))
    asked = ("plan", "Change the secret word", "--endpoint", script.url)
    said = at_terminal(inhouse, "ey", *asked, VISUAL=str(editor))
    assert "1. Let the secret be honey" in said
    prompts = [m["content"] for m in script.last_messages if m["role"] == "user"]
    assert any("Step 1 of 1 of the plan: Let the secret be honey" in text for text in prompts)
