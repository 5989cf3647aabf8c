"""Whatever comes in on the agent's input, an answer of the protocol follows, never a traceback."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.app.loaded import loaded_command

INITIALIZE: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": 1, "clientCapabilities": {}},
}


async def converse(lines: Sequence[bytes], answers: int) -> tuple[list[Any], str]:
    """So many answers to these lines, and what stood on standard error; then the input ends."""
    process = await asyncio.create_subprocess_exec(
        *loaded_command("agent"), "say",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=64 * 1024**2,
    )  # fmt: skip
    assert process.stdin and process.stdout
    for line in lines:
        process.stdin.write(line + b"\n")
    async with asyncio.timeout(60):
        await process.stdin.drain()
        got = [json.loads(await process.stdout.readline()) for _ in range(answers)]
        process.stdin.close()
        _rest, errors = await process.communicate()
    assert process.returncode == 0
    return got, errors.decode()


def message(**fields: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **fields}).encode()


BROKEN = {
    "no JSON": (b"{", -32700, None),
    "no UTF-8": (b'{"a": "\xff"}', -32700, None),
    "nested": (b"[" * 100_000, -32700, None),
    "a batch": (b"[]", -32600, None),
    "a number": (b"7", -32600, None),
    "another version": (b'{"jsonrpc": "1.0", "id": 7, "method": "initialize"}', -32600, 7),
    "no method": (message(id=7), -32600, 7),
    "a strange id": (message(id={"a": 1}, method="initialize"), -32600, None),
    "a strange method": (message(id=7, method=9), -32600, 7),
    "strange parameters": (message(id=7, method="session/new", params=[1]), -32600, 7),
    "an unknown method": (message(id=7, method="session/dance", params={}), -32601, 7),
    "missing parameters": (message(id=7, method="session/new", params={}), -32602, 7),
    "wrong parameters": (message(id=7, method="session/new", params={"cwd": 9}), -32602, 7),
    "10 MB": (
        message(id=7, method="session/prompt", params={"sessionId": "x" * 10_000_000}),
        -32602,
        7,
    ),
}


def test_broken_lines_are_answered_and_the_connection_lives_on() -> None:
    lines = [line for line, _code, _id in BROKEN.values()]
    got, errors = asyncio.run(converse([*lines, json.dumps(INITIALIZE).encode()], len(lines) + 1))
    # Requests are answered when they are done, so only those without an id keep their order.
    found = sorted((str(one.get("id")), one["error"]["code"]) for one in got if "error" in one)
    assert found == sorted((str(identifier), code) for _line, code, identifier in BROKEN.values())
    assert [one["result"]["protocolVersion"] for one in got if "result" in one] == [1]
    assert "Traceback" not in errors


@pytest.mark.parametrize("asked", [0, 1, 2, 99])
def test_another_version_of_the_protocol_is_answered_with_ours(asked: int) -> None:
    params: dict[str, Any] = {"protocolVersion": asked, "clientCapabilities": {}}
    got, errors = asyncio.run(converse([message(id=1, method="initialize", params=params)], 1))
    assert got[0]["result"]["protocolVersion"] == 1
    assert errors == ""


def test_a_closed_pipe_ends_the_agent_in_the_middle_of_a_turn(tmp_path: Path) -> None:
    async def run() -> int | None:
        process = await asyncio.create_subprocess_exec(
            *loaded_command("agent"), "slow",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin and process.stdout and process.stderr
        new = message(id=1, method="session/new", params={"cwd": str(tmp_path), "mcpServers": []})
        process.stdin.write(new + b"\n")
        async with asyncio.timeout(60):
            session = ""
            while not session:
                answer = json.loads(await process.stdout.readline())
                session = answer.get("result", {}).get("sessionId", "")
            prompt = {"sessionId": session, "prompt": [{"type": "text", "text": "slow"}]}
            process.stdin.write(message(id=2, method="session/prompt", params=prompt) + b"\n")
            await process.stdout.readline()
            process.stdin.close()
            errors = await process.stderr.read()
            assert b"Traceback" not in errors
            return await process.wait()

    assert asyncio.run(run()) == 0
