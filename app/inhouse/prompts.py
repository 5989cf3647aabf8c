"""What is asked: the text of the prompt, what was piped in, and the schema of the answer."""

import io
import json
import os
import select
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

MAX_STDIN_BYTES = 4_000_000
PATIENCE_SECONDS = 2.0
WAITING = "reading standard input until it ends; add </dev/null if nothing will come"


@dataclass(frozen=True, slots=True)
class PromptProblem:
    """Why there is nothing to ask, in a sentence for a person."""

    text: str


def compose_prompt(words: str, piped: str) -> str | PromptProblem:
    """The prompt, and what was piped in as a clearly marked block after it.

    `words` may be "-": then what was piped in is the prompt.
    """
    if "\0" in words or "\0" in piped:
        return PromptProblem("The prompt holds a NUL byte: is standard input a binary file?")
    asked = "" if words.strip() == "-" else words.strip()
    if not asked and not piped.strip():
        return PromptProblem('The prompt is empty. Example: inhouse -p "fix the failing test"')
    if not asked:
        return piped.strip()
    if not piped.strip():
        return asked
    end = "" if piped.endswith("\n") else "\n"
    return f"{asked}\n\n<stdin>\n{piped}{end}</stdin>"


def read_piped(stream: TextIO, say: Callable[[str], None]) -> str | PromptProblem:
    """The text that was piped in, as `read_piped_bytes` gives it."""
    data = read_piped_bytes(stream, say)
    return data if isinstance(data, PromptProblem) else data.decode("utf-8", "replace")


def read_piped_bytes(stream: TextIO, say: Callable[[str], None]) -> bytes | PromptProblem:
    """What was piped in; empty for a terminal, a closed stream and /dev/null.

    A pipe that nobody closes is waited for, so `say` is told after two seconds.
    """
    try:
        descriptor = stream.fileno()
        kind = os.fstat(descriptor).st_mode
    except (OSError, ValueError, io.UnsupportedOperation):
        return b""
    if stream.isatty() or stat.S_ISCHR(kind):
        return b""
    try:
        if not select.select([descriptor], [], [], PATIENCE_SECONDS)[0]:
            say(WAITING)
        data = _read_all(descriptor)
    except OSError:
        return b""
    if len(data) > MAX_STDIN_BYTES:
        return PromptProblem("Standard input is longer than 4 MB: name the file in the prompt.")
    return data


def _read_all(descriptor: int) -> bytes:
    data = bytearray()
    while len(data) <= MAX_STDIN_BYTES and (chunk := os.read(descriptor, 65_536)):
        data += chunk
    return bytes(data)


def read_schema(text: str) -> Mapping[str, object] | PromptProblem:
    """The JSON schema given inline, or in a file named with or without a leading @."""
    source = text.strip()
    if not source.startswith("{"):
        file = Path(source.removeprefix("@")).expanduser()
        try:
            source = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            return PromptProblem(f"--json-schema: {file} cannot be read: {problem}")
    try:
        schema = json.loads(source)
    except (ValueError, RecursionError) as problem:
        return PromptProblem(f"--json-schema is not valid JSON: {problem}")
    if not isinstance(schema, dict):
        return PromptProblem("--json-schema must be a JSON object.")
    return cast("dict[str, object]", schema)
