"""Reads lines of training data as a trainer does that forgives nothing."""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]
KEYS = {
    "system": {"role", "content", "train"},
    "user": {"role", "content", "train"},
    "assistant": {"role", "content", "train", "reasoning_content", "tool_calls"},
    "tool": {"role", "content", "train", "tool_call_id"},
}


def read_lines(text: str) -> list[Json]:
    """Every line of a file, each of them checked."""
    assert text == "" or text.endswith("\n")
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        check_line(line)
    return lines


def read_file(path: Path) -> list[Json]:
    """The lines of a file that is the person's alone."""
    assert path.stat().st_mode & 0o777 == 0o600
    return read_lines(path.read_text("ascii"))


def check_line(line: Json) -> None:
    """The shape of OpenAI's chat data: roles in order, every call answered, something to learn."""
    assert set(line) <= {"messages", "tools", "session", "model"}
    names = {tool["function"]["name"] for tool in line.get("tools", [])}
    assert all(set(tool) == {"type", "function"} for tool in line.get("tools", []))
    messages: list[Json] = line["messages"]
    assert [one["role"] for one in messages].count("system") <= 1
    assert messages[-1]["role"] == "assistant"
    waiting: list[str] = []
    for place, message in enumerate(messages):
        role = message["role"]
        assert set(message) <= KEYS[role], message
        assert isinstance(message["content"], str)
        assert isinstance(message["train"], bool)
        assert role == "assistant" or not message["train"]
        assert role != "system" or place == 0
        if role == "tool" and "tools" not in line:
            # Calls are text here, and their results follow.
            assert messages[place - 1]["role"] in ("assistant", "tool")
            continue
        if role == "tool":
            waiting.remove(message["tool_call_id"])
            continue
        assert not waiting, "a call has no result"
        for call in message.get("tool_calls", []):
            assert set(call) == {"id", "type", "function"}
            assert call["type"] == "function"
            assert call["function"]["name"] in names
            arguments = call["function"]["arguments"]
            assert isinstance(
                json.loads(arguments) if isinstance(arguments, str) else arguments, dict
            )
            waiting.append(call["id"])
        assert message["content"] or message.get("tool_calls") or role != "assistant"
    assert any(message["train"] for message in messages)
