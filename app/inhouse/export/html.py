"""A session as one HTML file that fetches nothing and runs nothing."""

import base64
import hashlib
from html import escape
from pathlib import Path
from typing import Final

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
from inhouse.export.rich_text import render_rich_text
from inhouse.export.words import facts_of, figures_of, say_time, state_of
from inhouse.sanitise import sanitise

STYLE: Final = Path(__file__).with_name("style.css")
KINDS: Final = {"+": "added", "-": "removed", "@": "place"}
PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<dl>{facts}</dl>
</header>
<main>
{parts}
</main>
</body>
</html>
"""


def to_html(document: Document) -> str:
    """The page. No text of the session can open a tag other than those of its Markdown."""
    style = STYLE.read_text(encoding="utf-8")
    facts = (
        f"<dt>{name}</dt><dd>{_text(value)}</dd>" for name, value in facts_of(document) if value
    )
    return PAGE.format(
        policy=_policy(style),
        title=_text(document.title),
        style=style,
        facts="".join(facts),
        parts="\n".join(_part(part) for part in document.parts),
    )


def _policy(style: str) -> str:
    """Nothing is allowed but this very style."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _part(part: Part) -> str:
    match part:
        case Prompt(text, at):
            time = f"<time>{_text(say_time(at))}</time>" if at else ""
            return f'<section class="prompt">{time}<p>{_text(text)}</p></section>'
        case Told(text):
            return _fold("said to the model meanwhile", f"<pre>{_text(text)}</pre>", "told")
        case Thinking(text):
            return _fold("thinking", f"<pre>{_text(text)}</pre>", "thinking")
        case Answer(text) | Plan(text):
            return f'<section class="answer">{render_rich_text(sanitise(text))}</section>'
        case Call():
            return _call(part)
        case Notice(text):
            return f'<p class="notice">{_text(text)}</p>'
        case Ended():
            return _ended(part)


def _call(call: Call) -> str:
    kind = "failed" if call.failed or call.denied or not call.ended else "call"
    title = f"<b>{_text(call.title)}</b> <span>{_text(state_of(call))}</span>"
    parts: list[str] = []
    if call.diff:
        return _fold(title, f"<pre>{_diff(call.diff)}</pre>", kind, opened=True)
    if call.arguments.strip("{} \n"):
        parts.append(f"<pre>{_text(call.arguments)}</pre>")
    if call.output.strip():
        parts.append(f"<pre>{_text(call.output)}</pre>")
    return _fold(title, "".join(parts), kind)


def _diff(diff: str) -> str:
    rows: list[str] = []
    for row in sanitise(diff).strip("\n").split("\n"):
        heads = row.startswith(("--- ", "+++ "))
        kind = "place" if heads else KINDS.get(row[:1], "")
        rows.append(f'<span class="{kind}">{escape(row)}</span>' if kind else escape(row))
    return "\n".join(rows)


def _ended(ended: Ended) -> str:
    why = f"<p>{_text(ended.text)}</p>" if ended.text.strip() else ""
    files = f"<br>changed: {_text(', '.join(ended.files))}" if ended.files else ""
    kind = "ended" if ended.ending == "success" else "ended failed"
    return f'<footer class="{kind}">{why}<small>{_text(figures_of(ended))}{files}</small></footer>'


def _fold(title: str, text: str, kind: str, *, opened: bool = False) -> str:
    """A part that the reader folds; `title` and `text` are HTML."""
    state = " open" if opened else ""
    return f'<details class="{kind}"{state}><summary>{title}</summary>{text}</details>'


def _text(text: str) -> str:
    """Untrusted text as text and nothing else, in elements and in attributes."""
    return escape(sanitise(text), quote=True)
