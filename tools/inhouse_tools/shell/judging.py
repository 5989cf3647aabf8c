"""Judges one simple command: whether it only reads, does more, or is a trap."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from inhouse_tools.shell.analysis import Grade
from inhouse_tools.shell.commands import Command, Redirect
from inhouse_tools.shell.harmless import (
    FIND,
    HELP,
    READERS,
    SAYING,
    SHELL_OWN,
    VERSIONED,
    Reader,
    Sorted,
    odd_in_find,
    recurses,
    sort_words,
    told_operands,
)
from inhouse_tools.shell.harmless_git import (
    odd_in_git,
    odd_options_of_git,
    places_of_git,
    repository_is_plain,
    split_git,
    trap_of_git,
)
from inhouse_tools.shell.places import Ground, is_protected, is_secret
from inhouse_tools.shell.programs import (
    MOVING,
    SHELL_BUILTINS,
    UNCLEAR_BUILTINS,
    is_trap_variable,
)
from inhouse_tools.shell.words import Word

STRENGTH: Final[dict[Grade, int]] = {"reads": 0, "runs": 1, "unclear": 2}
QUIET_TARGETS: Final = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr"})
SOCKETS: Final = ("/dev/tcp/", "/dev/udp/")
MOST_WORD: Final = 200
INDEXED: Final = re.compile(r"\w\[.*[$`]")
"""A variable with an index that is evaluated, whatever it holds."""


@dataclass(slots=True)
class Judged:
    """The grade so far with its first reason; `odd` and `dynamic` as in SimpleCommand."""

    grade: Grade = "reads"
    reason: str = ""
    odd: tuple[str, ...] = ()
    plain: bool = True
    dynamic: bool = False
    notes: list[str] = field(default_factory=list[str])

    def raise_to(self, grade: Grade, reason: str) -> None:
        """It is at least this; the reason for the highest grade stays."""
        if STRENGTH[grade] > STRENGTH[self.grade]:
            self.grade, self.reason = grade, reason


def judge(command: Command, ground: Ground) -> Judged:
    """How far a simple command goes where it stands; what it runs within itself is not seen."""
    judged = Judged()
    for name, _value in command.assigned:
        judged.plain = False
        trap = is_trap_variable(name)
        judged.raise_to("unclear" if trap else "runs", f"it sets the variable {name}")
    for redirect in command.redirects:
        _judge_redirect(redirect, ground, judged)
    if command.words:
        _judge_words(command.words, ground, judged)
    return judged


def _judge_redirect(redirect: Redirect, ground: Ground, judged: Judged) -> None:
    target, operator = redirect.target, redirect.operator
    if target is None:
        if operator.endswith(("<<<", "<<")):
            judged.plain = False
            judged.raise_to("runs", "text is put into it")
        return
    if operator.endswith("&") and (target.text.isdigit() or target.text == "-"):
        return
    if target.known and target.text in QUIET_TARGETS and not target.strange:
        return
    judged.plain = False
    if target.text.startswith(SOCKETS):
        judged.raise_to("unclear", f"{target.text} is a connection")
    elif operator.endswith("<"):
        problem = ground.problem_of_operand(target, contents=True)
        judged.raise_to("runs", problem) if problem else None
        _judge_reach(target, ground, judged)
    else:
        judged.raise_to("runs", f"it writes to {target.raw}")
        _judge_reach(target, ground, judged)
        path = ground.path_of(target.text) if target.known else None
        if path is not None and is_protected(path, ground.root):
            judged.raise_to("unclear", f"it writes to {target.text}, which is protected")
        elif path is not None and ground.standing(path) == "outside":
            judged.raise_to("unclear", f"it writes to {target.text}, which is outside the folder")


def _judge_words(words: tuple[Word, ...], ground: Ground, judged: Judged) -> None:
    first = words[0]
    if any(not word.known for word in words):
        judged.plain = False
    if not first.known or first.pattern or not first.text:
        judged.dynamic = True
        judged.raise_to("unclear", f"which program `{first.raw}` is cannot be told before it runs")
        return
    if first.strange or not first.text.isascii():
        judged.raise_to("unclear", f"the name of the program {first.text} is written to be missed")
    _judge_program_by_name(first.text, words, ground, judged)
    if judged.grade != "reads":
        for word in _reaching(words, judged):
            _judge_reach(word, ground, judged)


def _judge_program_by_name(
    program: str, words: tuple[Word, ...], ground: Ground, judged: Judged
) -> None:
    """By what is known of a program; of most nothing is."""
    if program in UNCLEAR_BUILTINS:
        judged.dynamic = program in {"eval", "alias", "trap"}
        judged.raise_to("unclear", f"`{program}` changes what the shell does")
    elif program in MOVING:
        _judge_move(words, ground, judged)
    elif program in SHELL_BUILTINS or program == "test":
        _judge_declaration(words, judged)
    elif program == "git":
        _judge_git(words, ground, judged)
    elif program == "find" or program in READERS:
        _judge_reading(program, words, ground, judged)
    elif program in VERSIONED and len(words) == 2 and words[1].raw in HELP:
        _judge_program(program, ground, judged)
    else:
        judged.raise_to("runs", f"{program[:MOST_WORD]} is not known to only read")


def _reaching(words: tuple[Word, ...], judged: Judged) -> tuple[Word, ...]:
    """The words that may be files; what a program only says is none."""
    program = words[0].text
    if program in SHELL_BUILTINS and program not in {"source", ".", "exec", "builtin", "command"}:
        return ()
    reader = READERS.get(program)
    if reader is None or judged.odd:
        return words
    if reader.operands in {"text", "none"}:
        return ()
    return sort_words(reader, words).operands[reader.first :]


def _judge_reading(program: str, words: tuple[Word, ...], ground: Ground, judged: Judged) -> None:
    """A program of the list, by its options and what it would read."""
    reader = READERS.get(program, FIND)
    if program == "find":
        folders, odd = odd_in_find(words)
        found = Sorted((), folders, odd)
    else:
        found = Sorted((), words[1:], ()) if program in SAYING else sort_words(reader, words)
    judged.odd = found.odd
    if found.odd:
        judged.raise_to("runs", f"{program} with {found.odd[0][:MOST_WORD]} may do more than read")
    if program not in SHELL_OWN:
        _judge_program(program, ground, judged)
    if reader.operands == "none" and found.operands:
        word = found.operands[0].raw[:MOST_WORD]
        judged.raise_to("runs", f"{program} with {word} may change things")
    for word in found.operands:
        if not word.known or word.strange or word.expanded:
            judged.raise_to("runs", f"what `{word.raw[:MOST_WORD]}` stands for is not plain")
    told = len(found.operands) if reader.operands == "text" else told_operands(reader, found)
    _check_program(reader, found.operands[:told], program, judged)
    _judge_files(reader, found, found.operands[told:], ground, judged)


def _judge_files(
    reader: Reader, found: Sorted, files: tuple[Word, ...], ground: Ground, judged: Judged
) -> None:
    """The files that it would read, and the folders that it goes through."""
    if len(files) > reader.most:
        judged.raise_to("runs", "it writes to its second file")
    for word in files:
        problem = ground.problem_of_operand(word, contents=reader.operands == "contents")
        if problem:
            judged.raise_to("runs", problem)
    if judged.grade == "reads" and recurses(reader, found):
        for folder in [word.text for word in files] or ["."]:
            if ground.holds_secrets(folder):
                judged.raise_to("runs", f"a file in {folder} may hold secrets")


def _check_program(
    reader: Reader, operands: tuple[Word, ...], program: str, judged: Judged
) -> None:
    """What a program is told to do, such as the script of sed, must be of a form that is known."""
    for word in operands:
        if word.pattern and reader.operands != "text":
            judged.raise_to("runs", f"what `{word.raw[:MOST_WORD]}` stands for is not plain")
        if reader.program is not None and not reader.program.fullmatch(word.text):
            judged.raise_to("runs", f"{program} may do more than read")


def _judge_program(program: str, ground: Ground, judged: Judged) -> None:
    """The program that would be found must not be one that the workspace brings along."""
    found = _found_on_path(program, ground) if judged.grade == "reads" else None
    if found is not None and ground.standing(found) == "inside":
        judged.raise_to("runs", f"{program} is a program of this folder")


def _found_on_path(program: str, ground: Ground) -> Path | None:
    """Where a program is found now; an entry of PATH that is no absolute folder means the
    workspace."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        place = folder if folder.startswith("/") else f"{ground.root}/{folder}"
        if os.access(f"{place}/{program}", os.X_OK):
            return Path(place, program).resolve()
    return None


def _judge_move(words: tuple[Word, ...], ground: Ground, judged: Judged) -> None:
    """`cd` into a folder of the workspace only changes where the rest reads."""
    program = words[0].text
    target = words[1] if len(words) > 1 else None
    plain = target is not None and target.known and not target.pattern and len(words) == 2
    if target is None or not plain or target.text.startswith("-") or program != "cd":
        judged.raise_to("runs", "it is not known in which folder it goes on")
    path = ground.path_of(target.text) if target is not None and target.known else None
    if target is None or (path is not None and ground.standing(path) != "inside"):
        judged.raise_to("unclear", "it leaves the folder")
    elif path is None or not path.is_dir() or os.environ.get("CDPATH"):
        judged.raise_to("runs", "it is not known in which folder it goes on")


def _judge_declaration(words: tuple[Word, ...], judged: Judged) -> None:
    changes = "changes what the shell does" if words[0].text != "test" else "tests a condition"
    judged.raise_to("runs", f"`{words[0].text}` {changes}")
    for word in words[1:]:
        if INDEXED.search(word.text):
            judged.raise_to("unclear", f"an index in `{word.raw[:MOST_WORD]}` may run a command")
        name = word.text.partition("=")[0].rstrip("+")
        if words[0].text not in {"source", "."} and is_trap_variable(name):
            judged.raise_to("unclear", f"it sets the variable {name}")


def _judge_git(words: tuple[Word, ...], ground: Ground, judged: Judged) -> None:
    options, rest = split_git(words)
    trap = trap_of_git(options)
    if trap:
        judged.raise_to("unclear", trap)
    for word in places_of_git(options):
        path = ground.path_of(word)
        if path is None or ground.standing(path) != "inside":
            judged.raise_to("unclear", f"git would obey the repository in {word[:MOST_WORD]}")
    files, odd = odd_in_git(rest)
    judged.odd = (*odd_options_of_git(options), *odd)
    if judged.odd:
        judged.raise_to("runs", f"git with {judged.odd[0][:MOST_WORD]} may do more than read")
        return
    _judge_program("git", ground, judged)
    for word in files:
        parts = word.text.rpartition(":")
        for text in (word.text, parts[2]):
            piece = Word(text, text, word.known, word.pattern, word.home, word.bare, word.strange)
            problem = ground.problem_of_operand(piece, contents=True) if text else ""
            if problem:
                judged.raise_to("runs", problem)
    if judged.grade == "reads" and ground.current != ground.root:
        judged.raise_to("runs", "git may find another repository there")
    subcommand = next((word.text for word in rest), "")
    problem = repository_is_plain(ground.root, subcommand) if judged.grade == "reads" else ""
    if problem:
        judged.raise_to("runs", problem)


def _judge_reach(word: Word, ground: Ground, judged: Judged) -> None:
    """A word that means a secret, or a file outside that is there, asks in every mode."""
    text = word.text
    if text.startswith("-") and "=" in text:
        text = text.partition("=")[2]
    elif text.startswith("-") and len(text) > 2 and text[2] in "/~.":
        text = text[2:]
    if "://" in text or not text:
        return
    path = ground.path_of(text) if word.known else None
    if path is None:
        if text.startswith("~") or (not word.known and text.startswith(("/", "$HOME", "${HOME"))):
            judged.raise_to("unclear", f"{word.raw[:MOST_WORD]} is outside the folder")
        return
    standing = ground.standing(path)
    leaves = text.startswith(("/", "~")) or ".." in text.split("/") or word.expanded
    there = (
        leaves
        and standing == "outside"
        and (path.exists() or (path.parent.exists() and path.parent.name != ""))
    )
    if there or (standing == "outside" and path.exists()):
        judged.raise_to("unclear", f"{word.raw[:MOST_WORD]} is outside the folder")
    elif is_secret(path) and (path.exists() or word.pattern):
        judged.raise_to("unclear", f"{word.raw[:MOST_WORD]} may hold secrets")
