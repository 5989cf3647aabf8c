"""One engine serves an agent, a completion and an edit at once: all finish, the completion first,
and what the agent has read stays read."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import BRIEF, engines
from tests.e2e.installed import Installed, Json, Running

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("engine")]
STORY = "Tell a story of twelve sentences about a lighthouse. Use no tools."
PROMPT = ("--output-format", "stream-json", *BRIEF)
# More than a new prompt and its frame have; much less than the conversation before it.
NEW_TOKENS = 48


@contextmanager
def completing(inhouse: Installed) -> Generator[Running]:
    """`inhouse complete` as an editor keeps it open."""
    with inhouse.start("complete", "--no-symbols", stdin=-1) as running:
        yield running


def ask(running: Running, **fields: Any) -> Json:
    """The answer to one line."""
    assert running.process.stdin and running.process.stdout
    running.process.stdin.write(json.dumps(fields) + "\n")
    running.process.stdin.flush()
    return json.loads(running.process.stdout.readline())


def place(folder: Path, name: str) -> dict[str, str]:
    """A cursor at the end of the file, in a call that is being written."""
    text = (folder / "greeting.py").read_text()
    return {"file": "greeting.py", "prefix": f"{text}\n\n{name} = gre", "suffix": "\n"}


def test_an_agent_a_completion_and_an_edit_at_once(inhouse: Installed) -> None:
    with completing(inhouse) as editor:
        ask(editor, id=1, max_tokens=8, **place(inhouse.folder, "first"))
        with (
            inhouse.start("-p", STORY, *PROMPT) as agent,
            inhouse.start("edit", "-q", "greeting.py:4-6", "say Goodbye, not Hello") as edit,
        ):
            agent.wait_for("text_arrived")
            completed = ask(editor, id=2, max_tokens=8, **place(inhouse.folder, "second"))
            assert agent.process.poll() is None, agent.end()
            assert completed["text"].startswith("et("), completed
            assert completed["reason"] in {"stop", "length"}
            assert completed["read"] < completed["cached"]
            told, edited = agent.end(), edit.end()
        assert len(engines()) == 1
    assert told.code in (0, 4) and told.errors == [], told
    assert edited.code == 0 and "Greets people." in edited.out, edited
    usage = told.result["usage"]
    assert usage["output_tokens"] > 20
    if told.code == 4:
        # It went on and on: its answer leaves no room for another one.
        return
    # Neither the completion nor the edit put the agent's state away.
    again = inhouse.run("-c", "-p", "Go on.", *PROMPT).result["usage"]
    # The end of an answer is written and not read back.
    known = usage["input_tokens"] + usage["output_tokens"] - 2
    assert known <= again["cached_input_tokens"] < again["input_tokens"] < known + NEW_TOKENS
