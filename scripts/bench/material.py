"""What the measured conversations are about: pieces of this repository, and ten tools."""

from functools import cache
from pathlib import Path

from inhouse_models.chat import Message, ToolCall, ToolSpec

ROOT = Path(__file__).resolve().parents[2]
# About 300 tokens of code.
PASSAGE_CHARACTERS = 1_050

SYSTEM = (
    "You are a careful programmer who works in a repository together with a person. Answer in"
    " plain English and in full sentences. Explain what a piece of code does before you judge it,"
    " name the functions that matter, and say what you would change and why. When nothing needs"
    " to be changed, say so, and explain how the parts fit together."
)
WORKER = (
    "You are a careful programmer who works in a repository. Every answer is a call of one tool:"
    " look at one file or one place at a time, and go on until everything was seen."
)


@cache
def passages() -> tuple[str, ...]:
    """Consecutive pieces of our own code, each of about 300 tokens."""
    files = sorted((ROOT / "models" / "inhouse_models").rglob("*.py"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    starts = range(0, len(text) - PASSAGE_CHARACTERS, PASSAGE_CHARACTERS)
    return tuple(text[start : start + PASSAGE_CHARACTERS] for start in starts)


def tools() -> tuple[ToolSpec, ...]:
    """Ten tools like those of a coding agent, with short arguments."""
    path = ("file_path", "string", "The file, relative to the root")
    symbol = ("name", "string", "A function, class or method")
    return (
        _tool("read", "Read a file from a line on.", path, ("line", "integer", "First line")),
        _tool("outline", "List the definitions in a file.", path),
        _tool("list", "List the files in a folder.", ("folder", "string", "The folder")),
        _tool("glob", "Find files by their names.", ("pattern", "string", "As in *.py")),
        _tool("grep", "Search text.", ("pattern", "string", "What to look for"), path),
        _tool("symbol", "Show one definition.", path, symbol),
        _tool("references", "Find every use of a name.", symbol),
        _tool("rename", "Rename a definition.", symbol, ("new", "string", "The new name")),
        _tool("test", "Run the tests of one file.", path, ("fast", "boolean", "Stop at once")),
        _tool("diff", "Show what was changed in a file.", path),
    )


def calls_so_far() -> list[Message]:
    """Calls and their results, the last one open: a small model goes on in the form that it
    finds."""
    files = ("README.md", "setup.py", "words/__init__.py", "words/count.py")
    messages = [Message("user", "Read every file of this repository, one after the other.")]
    for number, file in enumerate(files, start=1):
        call = ToolCall(f"call_{number}", "read", f'{{"file_path": "{file}", "line": 1}}')
        messages += [
            Message("assistant", calls=(call,)),
            Message("tool", f"{file} is empty.", answers=call.id),
        ]
    return messages[:-1]


def _tool(name: str, description: str, *parameters: tuple[str, str, str]) -> ToolSpec:
    properties = {key: {"type": kind, "description": text} for key, kind, text in parameters}
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return ToolSpec(name, description, schema | {"additionalProperties": False})
