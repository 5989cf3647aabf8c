"""Asks in words whether a folder is trusted, before anything of it is obeyed."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from inhouse.plain.printer import Printer
from inhouse.trust.question import REPLIES, Reply, TrustQuestion, question_for, reply
from inhouse.trust.words import BESIDES, MEANING, head_of, lines_of

ASK: Final = "1 to 4, else not now: "
NOT_NOW: Final[Reply] = "not now"


def ask_for_trust(root: Path, printer: Printer, read: Callable[[str], str]) -> None:
    """Show what the folder brings along, if there is anything to decide, and keep the answer.

    `read` shows its text and gives a line; EOFError and KeyboardInterrupt are no answer.
    """
    question = question_for(root)
    if question is None:
        return
    printer.say("\n".join(_lines(question)))
    try:
        said = read(ASK).strip()
    except (EOFError, KeyboardInterrupt):
        said = ""
    known: dict[str, Reply] = {str(at): name for at, (name, _words) in enumerate(REPLIES, 1)}
    problem = reply(question, known.get(said, NOT_NOW))
    if problem:
        printer.say(problem)


def _lines(question: TrustQuestion) -> list[str]:
    told = [BESIDES, *lines_of(question.told)] if question.told else []
    answers = [f"{at} {words}" for at, (_name, words) in enumerate(REPLIES, 1)]
    head = head_of(question, str(question.project))
    return [head, *lines_of(question.asked), *told, MEANING, *answers]
