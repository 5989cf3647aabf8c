"""Commands within a command: what `sudo`, `env`, `xargs`, `sh -c` and their like run."""

import re
from dataclasses import dataclass
from typing import Final

from inhouse_tools.shell.commands import Command
from inhouse_tools.shell.programs import (
    INTERPRETERS,
    LINE_RUNNERS,
    RUNNERS,
    SHELLS,
    WRAPPERS,
)
from inhouse_tools.shell.words import Word

ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*\+?=")
VERSION: Final = re.compile(r"[\d.]+$")
SEVERAL: Final = re.compile(r"[\s;&|]")
SHELL_COMMAND: Final = re.compile(r"-[a-zA-Z]*c[a-zA-Z]*|--command(?:=.*)?|-Command")
CODE_OPTIONS: Final = ("-c", "-e", "-m", "-E", "-r", "--eval", "--print", "-p", "-f", "--version")
UNFED: Final = frozenset({"make", "gdb", "vi", "vim", "emacs", "ssh", "parallel"})


@dataclass(frozen=True, slots=True)
class Within:
    """What a command runs besides itself: `words` are commands, `lines` are texts that a shell
    reads, `unclear` says why it cannot be told."""

    words: tuple[tuple[Word, ...], ...] = ()
    lines: tuple[str, ...] = ()
    unclear: str = ""


def program_of(words: tuple[Word, ...]) -> str:
    """The name of the program, without its folder and version."""
    name = words[0].text.rpartition("/")[2].casefold()
    return VERSION.sub("", name.removesuffix(".exe")) or name


def within(command: Command) -> Within:
    """What a command runs besides itself."""
    words = command.words
    if not words or not words[0].known:
        return Within()
    program = program_of(words)
    if program in SHELLS:
        return _of_shell(command)
    if program == "eval":
        if all(word.known for word in words):
            return Within(lines=(" ".join(word.text for word in words[1:]),))
        return Within(unclear="what `eval` would run is not known")
    if program in INTERPRETERS and _reads_program(command, program):
        return Within(unclear=f"what {program} would run comes from another command")
    if program in WRAPPERS:
        return _of_wrapper(words, program)
    marks = RUNNERS.get(program)
    runs = _behind(words, marks) if marks else ()
    takes_lines = program in LINE_RUNNERS or (program == "git" and runs)
    return Within(runs, _several(words) if takes_lines else ())


def _of_shell(command: Command) -> Within:
    """`sh -c TEXT`, `sh FILE`, or a shell that reads what is put into it."""
    words = command.words
    for place, word in enumerate(words[1:], 1):
        if not word.known:
            return Within(unclear=f"what {words[0].text} would run is not known")
        if SHELL_COMMAND.fullmatch(word.text):
            given = word.text.partition("=")[2] if "=" in word.text else ""
            text = given or next((w.text for w in words[place + 1 :] if _is_text(w)), "")
            known = all(one.known for one in words[place:])
            unclear = "" if known and text else f"what {words[0].text} would run is not known"
            return Within(lines=(text,), unclear=unclear)
        if not word.text.startswith(("-", "+")):
            return Within()
    if command.feed is not None:
        return Within(lines=(command.feed,))
    if command.fed or any(one.operator.startswith("<") for one in command.redirects):
        return Within(unclear=f"what {words[0].text} would run comes from another command")
    return Within()


def _is_text(word: Word) -> bool:
    """Whether a word is what follows `-c`, not one more option."""
    return not re.fullmatch(r"[-+]\w*|--\w[\w-]*", word.text)


def _reads_program(command: Command, program: str) -> bool:
    """Whether an interpreter takes its program from what another command writes."""
    if program in UNFED or not command.fed or command.feed is not None:
        return False
    if any(one.operator.startswith("<<") for one in command.redirects):
        return False
    named = [word for word in command.words[1:] if not word.text.startswith("-")]
    coded = any(word.text.startswith(CODE_OPTIONS) for word in command.words[1:])
    return not coded and not named


def _of_wrapper(words: tuple[Word, ...], program: str) -> Within:
    lines = _several(words) if program in LINE_RUNNERS else ()
    start = _start(words, program)
    if start is None:
        unclear = f"the command that {program} would run is not known"
        return Within((), lines, unclear)
    unclear = _problem_of_xargs(words, start) if program == "xargs" else ""
    return Within((words[start:],) if start < len(words) else (), lines, unclear)


def _problem_of_xargs(words: tuple[Word, ...], start: int) -> str:
    """What it runs must not come from its input."""
    rest = words[start:]
    runs = program_of(rest) if rest else ""
    if runs in SHELLS or runs in WRAPPERS or runs in {"parallel", "eval"}:
        return f"what {runs} would run comes from another command"
    given = [word.text for word in words[1:start]]
    marks = {"{}", *(one[2:] for one in given if one.startswith("-I") and len(one) > 2)}
    marks |= {given[at + 1] for at, one in enumerate(given[:-1]) if one in {"-I", "-i"}}
    if rest and any(mark and mark in rest[0].text for mark in marks):
        return "the program that xargs would run comes from another command"
    return ""


def _start(words: tuple[Word, ...], program: str) -> int | None:
    """Where the command of a wrapper begins; its end when there is none, None when it cannot be
    told."""
    valued, operands = WRAPPERS[program]
    at = 1
    while at < len(words):
        word = words[at]
        if not word.known or word.pattern:
            return None
        text = word.text
        if text == "--":
            at += 1
            break
        if text.startswith("--"):
            at += 1
        elif text.startswith("-") and len(text) > 1:
            takes = next((place for place, one in enumerate(text[1:]) if one in valued), None)
            apart = takes is not None and takes == len(text) - 2
            if apart and at + 1 < len(words) and not words[at + 1].known:
                return None
            at += 2 if apart else 1
        elif ASSIGNMENT.match(text) and program in {"env", "sudo", "doas", "exec"}:
            at += 1
        elif operands:
            operands -= 1
            at += 1
        else:
            break
    if at < len(words) and (not words[at].known or words[at].pattern or words[at].strange):
        return None
    return at


def _behind(words: tuple[Word, ...], marks: frozenset[str]) -> tuple[tuple[Word, ...], ...]:
    """What stands behind each word that says that a command follows, without its options."""
    found: list[tuple[Word, ...]] = []
    for place, word in enumerate(words):
        if word.text in marks or (place == 0 and "" in marks):
            rest = words[place + 1 :]
            while rest and rest[0].text.startswith("-"):
                rest = rest[1:]
            found += [rest] if rest else []
    return tuple(found)


def _several(words: tuple[Word, ...]) -> tuple[str, ...]:
    """Words that may be whole command lines."""
    return tuple(word.text for word in words[1:] if word.known and SEVERAL.search(word.text))
