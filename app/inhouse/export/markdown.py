"""A session as Markdown."""

import re

from inhouse.export.document import (
    Answer,
    Call,
    Document,
    Ended,
    Notice,
    Part,
    Plan,
    Prompt,
    Thinking,
    Told,
)
from inhouse.export.words import facts_of, figures_of, say_time, state_of
from inhouse.sanitise import sanitise, sanitise_line

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def to_markdown(document: Document) -> str:
    """The document; tool outputs and other texts that are no Markdown stand as code."""
    facts = "\n".join(f"- {name}: {_line(value)}" for name, value in facts_of(document) if value)
    blocks = [f"# {_line(document.title)}", facts, *(_part(part) for part in document.parts)]
    return "\n\n".join(blocks) + "\n"


def _part(part: Part) -> str:
    match part:
        case Prompt(text, at):
            time = f" ({say_time(at)})" if at else ""
            return f"---\n\n## Prompt{time}\n\n{_quote(text)}"
        case Told(text):
            return f"Said to the model meanwhile:\n\n{_quote(text)}"
        case Thinking(text):
            return _fold("Thinking", _code(text))
        case Answer(text) | Plan(text):
            return sanitise(text).strip("\n")
        case Call():
            return _call(part)
        case Notice(text):
            return f"*Note:* {_line(text)}"
        case Ended():
            return _ended(part)


def _call(call: Call) -> str:
    title = f"{_line(call.title)} ({_line(state_of(call))})"
    if call.diff:
        return f"**{title}**\n\n{_code(call.diff, 'diff')}"
    parts = [_code(call.arguments, "json")] if call.arguments.strip("{} \n") else []
    parts += [_code(call.output)] if call.output.strip() else []
    return _fold(title, "\n\n".join(parts))


def _ended(ended: Ended) -> str:
    lines = [_line(ended.text), ""] if ended.text.strip() else []
    lines.append(f"*{figures_of(ended)}*")
    if ended.files:
        lines += ["", f"*Changed: {', '.join(_line(path) for path in ended.files)}*"]
    return "\n".join(lines)


def _fold(title: str, text: str) -> str:
    """A part that viewers of Markdown fold."""
    return f"<details>\n<summary>{title}</summary>\n\n{text}\n\n</details>"


def _quote(text: str) -> str:
    """Text as it was written, line by line in a quotation."""
    rows = sanitise(text).strip("\n").split("\n")
    return "\n".join(f"> {_escape(row)}\\" if row else ">" for row in rows).removesuffix("\\")


def _code(text: str, language: str = "") -> str:
    """A block of code whose fence is longer than any run of its own."""
    text = sanitise(text).strip("\n")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _line(text: str) -> str:
    """Any text in one line, none of which means anything to Markdown."""
    return _escape(" ".join(sanitise_line(" ".join(text.split())).split()))


def _escape(text: str) -> str:
    return SPECIAL.sub(r"\\\1", text.replace("&", "&amp;"))
