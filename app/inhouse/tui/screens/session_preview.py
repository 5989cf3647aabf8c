"""The last messages of a session, for who has to recognise it."""

from typing import Final

from textual.content import Content

from inhouse.export.document import Answer, Call, Document, Notice, Part, Prompt
from inhouse.tui.text import join, line, lines

LAST_PARTS: Final = 24
PROMPT_LINES: Final = 6
ANSWER_LINES: Final = 12


def draw_preview(document: Document) -> Content:
    """Title, place and the end of the conversation."""
    head = [
        line(document.title, "bold"),
        line(f"{document.root}  {document.id}", "$text-muted"),
    ]
    shown = [part for part in document.parts if isinstance(part, (Prompt, Answer, Call, Notice))]
    last = shown[-LAST_PARTS:]
    rows: list[Content] = []
    for place, part in enumerate(last):
        if place and not (isinstance(part, Call) and isinstance(last[place - 1], Call)):
            rows.append(Content(""))
        rows.append(_draw(part))
    if len(shown) > len(last):
        rows.insert(0, line("…", "$text-muted"))
    if not rows:
        rows = [line("Nothing was said in it yet.", "$text-muted")]
    return Content("\n").join([*head, Content(""), *rows])


def _draw(part: Part) -> Content:
    match part:
        case Prompt(text):
            return join(line("> ", "$primary"), _begin(text, PROMPT_LINES, "bold"))
        case Answer(text):
            return _begin(text, ANSWER_LINES)
        case Call():
            failed = part.failed or not part.ended
            mark = line("✗ " if failed else "● ", "$text-error" if failed else "$text-success")
            return join(mark, line(part.title, "$text-muted"))
        case Notice(text):
            return _begin(text, 2, "$text-muted")
        case _:
            return Content("")


def _begin(text: str, most: int, style: str = "") -> Content:
    """The first lines of a text."""
    rows = text.strip().splitlines()
    more = ["…"] if len(rows) > most else []
    return lines("\n".join([*rows[:most], *more]), style)
