"""Asks in words whether a folder is trusted, before anything of it is obeyed."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inhouse.plain.printer import Printer
from inhouse.trust.question import REPLIES, Reply, TrustQuestion, question_for, reply
from inhouse.trust.words import BESIDES, MEANING, head_of, lines_of

if TYPE_CHECKING:
    from inhouse.build import BuildProblem, Wish

Read = Callable[[str], str]
ASK: Final = "1 to 4, else not now: "
NOT_NOW: Final[Reply] = "not now"
OBEYING: Final[tuple[Reply, ...]] = ("trust", "once")


def ask_for_trust(
    root: Path, printer: Printer, read: Read, *, wanted: bool = False
) -> Reply | None:
    """Show what the folder brings along, if there is anything to decide, and keep the answer.

    `read` shows its text and gives a line; EOFError and KeyboardInterrupt are no answer. With
    `wanted` the person asked for the question. Returns what was said, None when nothing was asked.
    """
    question = question_for(root, wanted=wanted)
    if question is None:
        return None
    printer.say("\n".join(_lines(question)))
    try:
        said = read(ASK).strip()
    except (EOFError, KeyboardInterrupt):
        said = ""
    known: dict[str, Reply] = {str(at): name for at, (name, _words) in enumerate(REPLIES, 1)}
    meant = known.get(said, NOT_NOW)
    problem = reply(question, meant)
    if problem:
        printer.say(problem)
    return meant


def ask_again(
    root: Path, make_wish: "Callable[[], Wish | BuildProblem]", printer: Printer, read: Read
) -> "tuple[Wish, Wish] | None":
    """Show what holds for the folder and ask what may still be asked.

    Gives what the sources say without the folder and with it, when it is obeyed from now on.
    """
    from inhouse.build import BuildProblem
    from inhouse.trust.report import report_on

    printer.say(report_on(root))
    before = make_wish()
    if ask_for_trust(root, printer, read, wanted=True) not in OBEYING:
        return None
    after = make_wish()
    if isinstance(after, BuildProblem):
        printer.say(after.text)
        return None
    return None if isinstance(before, BuildProblem) else (before, after)


def _lines(question: TrustQuestion) -> list[str]:
    told = [BESIDES, *lines_of(question.told)] if question.told else []
    answers = [f"{at} {words}" for at, (_name, words) in enumerate(REPLIES, 1)]
    head = head_of(question, str(question.project))
    return [head, *lines_of(question.asked), *told, MEANING, *answers]
