"""`acplint` finds nothing but what it gets wrong itself.

It was written for another form of the protocol than the published one
(https://agentclientprotocol.com/protocol/schema), which the package `acp` holds.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from acp.schema import (
    AgentMessageChunk,
    InitializeResponse,
    PromptRequest,
    SessionConfigOptionSelect,
)
from acplint.runner import ALL_CATEGORIES
from tests.app.loaded import loaded_command

VERSION: Final = "it wants protocolVersion as a text; the schema says an integer"
LABEL: Final = "it wants a label in config options; the schema calls it name"
CONTENT: Final = "it sends a prompt as content; the schema calls it prompt, so no turn begins"
MISTAKES: Final = {
    "initialize_v1": VERSION,
    "protocol_version_returned": VERSION,
    "schema_initialize": VERSION,
    "new_session": LABEL,
    "schema_session_new": LABEL,
    "agent_message_chunk_received": CONTENT,
    "prompt_stop_reason": CONTENT,
}


# Most categories wait for requests of a turn that acplint never begins: so they wait together.
GROUPS: Final = (
    ("file_operations",),
    ("permissions", "tool_calls"),
    ("terminals", "streaming"),
    ("plans", "authentication", "session_lifecycle", "session_modes", "config_options"),
    ("initialization", "cancel", "stress", "schema_validation"),
)


def test_acplint_finds_only_its_own_mistakes(tmp_path: Path) -> None:
    program, *words = loaded_command("agent")
    acplint = Path(sys.executable).with_name("acplint")
    common = [str(acplint), "--agent", program, f"--agent-args={' '.join(words)} say"]
    common += ["--timeout", "10", "--output", "json"]
    running: list[tuple[subprocess.Popen[bytes], Path]] = []
    for number, group in enumerate(GROUPS):
        folder = tmp_path / str(number)
        folder.mkdir()
        report = tmp_path / f"{number}.json"
        options = ["--cwd", str(folder), "--output-file", str(report), "--categories", *group]
        running.append((subprocess.Popen([*common, *options], stdout=subprocess.DEVNULL), report))
    for process, _report in running:
        process.wait(120)
    results = [one for _, report in running for one in json.loads(report.read_text())["results"]]
    found = {one["name"]: one["message"] for one in results if one["status"] != "PASS"}
    assert sorted(found) == sorted(MISTAKES), found
    assert {one["category"] for one in results} == {*ALL_CATEGORIES}
    assert {"resume_session", "close_session", "fork_session"} <= {
        one["name"] for one in results if one["status"] == "PASS"
    }


def test_the_schema_agrees_with_the_agent() -> None:
    assert InitializeResponse.model_fields["protocol_version"].annotation is int
    assert "prompt" in PromptRequest.model_fields
    assert "content" not in PromptRequest.model_fields
    assert "name" in SessionConfigOptionSelect.model_fields
    assert "label" not in SessionConfigOptionSelect.model_fields
    kind = AgentMessageChunk.model_fields["session_update"]
    assert "agent_message_chunk" in str(kind.annotation)
