"""Tool calls with a JSON head and code raw in a fenced block, for models that escape badly."""

import re
from collections.abc import Mapping, Sequence

from inhouse_models.chat import ToolSpec
from inhouse_models.formats.call_format import CLOSE, OPEN, ParsedCall, properties_of, required_of
from inhouse_models.formats.hermes import NAME, read_head, write_head
from inhouse_models.formats.json_values import write_json

# Parameters whose value follows the head in a fenced block instead of standing in the JSON.
RAW_PARAMETERS = frozenset({"content"})
# Text in these files holds blocks of three backticks itself, so their own fence has four.
MARKDOWN_ENDINGS = ("md", "markdown", "mdx", "rst")
# What the opening fence says of the code: a small model then writes no other language.
TAGS = {
    "py": "python",
    "js": "javascript",
    "mjs": "javascript",
    "jsx": "jsx",
    "ts": "typescript",
    "tsx": "tsx",
    "go": "go",
    "rs": "rust",
    "java": "java",
    "c": "c",
    "h": "c",
    "cpp": "cpp",
    "rb": "ruby",
    "sh": "bash",
    "json": "json",
    "toml": "toml",
    "yaml": "yaml",
    "yml": "yaml",
    "html": "html",
    "css": "css",
    "sql": "sql",
    "md": "markdown",
}
OPENING = re.compile(r"\s*(?P<fence>`{3,})[^`\n]*\n")
EXAMPLES = {"file_path": "path/of/file", "content": "the whole new content\n"}


class FencedFormat:
    """The head of a call in JSON on one line, then its code between fences, as it will stand."""

    def prompt(self, tools: Sequence[ToolSpec]) -> str:
        """What the system message says of the tools, in few tokens."""
        lines = ["# Tools", *(describe(tool) for tool in tools)]
        raw = [tool for tool in tools if raw_parameter(tool)]
        plain = next((tool for tool in tools if not raw_parameter(tool)), None)
        if plain:
            lines += ["", "Tools are called in this form:"]
            lines.append(OPEN + self.write(plain.name, example(plain)) + CLOSE)
        if raw:
            names = " and ".join(tool.name for tool in raw)
            lines += ["", f"Calls of {names} carry the code in a fenced block:"]
            lines.append(OPEN + self.write(raw[0].name, example(raw[0])) + CLOSE)
        return "\n".join(lines)

    def write(self, name: str, arguments: Mapping[str, object]) -> str:
        """The text between the two marks for this call. Code gets a last newline if it has none."""
        raw = next((key for key in arguments if key in RAW_PARAMETERS), None)
        code = arguments[raw] if raw else None
        if not isinstance(code, str):
            return f"\n{write_head(name, arguments)}\n"
        fence = fence_for(arguments.get("file_path"), code)
        head = write_head(name, {key: value for key, value in arguments.items() if key != raw})
        end = "" if not code or code.endswith("\n") else "\n"
        tag = TAGS.get(str(arguments.get("file_path")).rsplit(".", 1)[-1], "")
        return f"\n{head}\n{fence}{tag}\n{code}{end}{fence}\n"

    def read(self, text: str, tools: Sequence[ToolSpec]) -> ParsedCall | None:
        """The call in the text between the two marks; None when it is not a whole call."""
        head, rest = read_head(text)
        if head is None:
            return None
        name, arguments = head
        opening = OPENING.match(rest)
        if opening:
            closing = re.compile(rf"^{opening['fence']}[ \t]*$", re.MULTILINE)
            end = closing.search(rest, opening.end())
            if end is None:
                return None
            tool = next((tool for tool in tools if tool.name == name), None)
            raw = (raw_parameter(tool) if tool else None) or "content"
            arguments = {**arguments, raw: rest[opening.end() : end.start()]}
        return ParsedCall(name, write_json(arguments))

    def name(self, text: str) -> str:
        """The tool that a broken call names, empty when it names none."""
        match = NAME.search(text)
        return match[1] if match else ""


def raw_parameter(tool: ToolSpec) -> str | None:
    """The parameter of a tool that is written as a fenced block."""
    return next((name for name in properties_of(tool) if name in RAW_PARAMETERS), None)


def fence_for(path: object, code: str) -> str:
    """The fence around code: three backticks, four in Markdown, more if the code has as many."""
    ending = path.rsplit(".", 1)[-1].lower() if isinstance(path, str) else ""
    fence = "````" if ending in MARKDOWN_ENDINGS else "```"
    while re.search(rf"^{fence}", code, re.MULTILINE):
        fence += "`"
    return fence


def describe(tool: ToolSpec) -> str:
    """One line: the signature, optional parameters marked, and what the tool does."""
    required = required_of(tool)
    names = [name if name in required else f"{name}?" for name in properties_of(tool)]
    return f"- {tool.name}({', '.join(names)}): {tool.description}"


def example(tool: ToolSpec) -> Mapping[str, object]:
    """Arguments that show the shape of a call: something for every required parameter."""
    required = required_of(tool)
    return {name: EXAMPLES.get(name, "...") for name in properties_of(tool) if name in required}
