"""Requests as lines, over real pipes: every one is answered, and nothing ends it but the end."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("scripted_completer.py")


@asynccontextmanager
async def completer(root: Path, *words: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(PROGRAM), str(root), *words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def line(**fields: Any) -> bytes:
    return json.dumps(fields).encode() + b"\n"


async def answers(
    root: Path, lines: Sequence[bytes], count: int, *words: str
) -> tuple[list[Any], str]:
    """So many answers to lines, and standard error, which ends with the input."""
    async with completer(root, *words) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(b"".join(lines))
        await process.stdin.drain()
        got = [json.loads(await process.stdout.readline()) for _ in range(count)]
        process.stdin.close()
        rest, errors = await process.stdout.read(), (await process.stderr.read()).decode()
        assert rest == b""
        assert await process.wait() == 0
        return got, errors


def test_each_line_has_its_answer(tmp_path: Path) -> None:
    lines = [line(id=1, prefix="return "), line(id="two", prefix="x", n=2), line(id=3, prefix="y")]
    got, errors = asyncio.run(answers(tmp_path, lines, 3, "--each"))
    assert got[0] | {"ms": 0} == {
        "id": 1, "text": "a + b", "candidates": ["a + b"], "tokens": 2, "cached": 10, "read": 2,
        "ms": 0, "reason": "stop",
    }  # fmt: skip
    assert got[1]["candidates"] == ["a - b", "a - b2"]
    assert got[2] == {"id": 3, "error": "This model was not made to fill in."}
    assert errors == ""


def test_a_newer_request_and_a_cancel_end_the_older(tmp_path: Path) -> None:
    lines = [
        line(id=1, prefix="wait"),
        line(id=2, prefix="wait"),
        line(cancel=2),
        line(cancel="none"),
        line(id=3, prefix="go"),
    ]
    got, errors = asyncio.run(answers(tmp_path, lines, 3))
    found = {one["id"]: one["reason"] for one in got}
    assert found == {1: "cancelled", 2: "cancelled", 3: "stop"}
    assert errors == ""


BROKEN: dict[str, tuple[bytes, object]] = {
    "no JSON": (b"{", None),
    "no UTF-8": (b'{"a": "\xff"}', None),
    "nested": (b"[" * 100_000, None),
    "a list": (b"[]", None),
    "no id": (b'{"prefix": "a"}', None),
    "a strange id": (b'{"id": [1], "prefix": "a"}', None),
    "no prefix": (b'{"id": 7}', 7),
    "a strange prefix": (b'{"id": 8, "prefix": 9}', 8),
    "too many tokens": (b'{"id": 9, "prefix": "a", "max_tokens": 100000}', 9),
    "strange files": (b'{"id": 10, "prefix": "a", "files": [7]}', 10),
    "a strange cancel": (b'{"cancel": {}}', None),
    "10 MB": (line(id=11, prefix="x" * 10_000_000).rstrip(), None),
}


def test_broken_lines_are_answered_and_the_next_one_too(tmp_path: Path) -> None:
    lines = [text + b"\n" for text, _id in BROKEN.values()]
    lines.append(line(id="after", prefix="a"))
    got, errors = asyncio.run(answers(tmp_path, lines, len(lines)))
    assert [one["id"] for one in got[:-1]] == [wanted for _text, wanted in BROKEN.values()]
    assert all(one["error"] for one in got[:-1])
    assert got[-1]["id"] == "after" and got[-1]["text"]
    assert errors == ""


def test_a_closed_pipe_ends_it_quietly(tmp_path: Path) -> None:
    async def run() -> tuple[int | None, bytes]:
        async with completer(tmp_path) as process:
            assert process.stdin and process.stdout and process.stderr
            process.stdin.write(line(id=1, prefix="a"))
            await process.stdout.readline()
            # Nobody reads any more, and a request is open.
            process.stdin.write(line(id=2, prefix="wait"))
            process.stdout._transport.close()  # pyright: ignore - there is no other way to close it
            process.stdin.write(line(id=3, prefix="a") + line(id=4) * 1000)
            process.stdin.close()
            return await process.wait(), await process.stderr.read()

    assert asyncio.run(run()) == (0, b"")


@pytest.mark.parametrize("kind", ["file", "pipe"])
def test_files_serve_as_well_as_pipes(tmp_path: Path, kind: str) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(line(id=1, prefix="a"))

    async def run() -> bytes:
        with source.open("rb") as given, target.open("wb") as taken:
            out = taken if kind == "file" else asyncio.subprocess.PIPE
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, str(PROGRAM), str(tmp_path)), stdin=given, stdout=out
            )
            output, _errors = await process.communicate()
        return output or target.read_bytes()

    assert json.loads(asyncio.run(run()))["text"] == "a + b"
