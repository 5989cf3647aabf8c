"""How a command line can go on, as the lines that a shell's script waits for."""

import os
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from inhouse.sanitise import SafeText, sanitise_line
from inhouse.shell_completion.kept_tree import load_tree
from inhouse.shell_completion.scripts import VARIABLE
from inhouse_agent.folders import state_folder

MOST_SESSIONS: Final = 50
FOLDERS: Final = frozenset({"DIR", "FOLDER", "[FOLDER]"})
FILES: Final = ("FILE", "PATH", "PROMPT", "QUESTION")


@dataclass(frozen=True, slots=True)
class Word:
    """One way to go on, and what it means."""

    text: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Words, or `files` or `folders`, which the shell itself knows best."""

    words: tuple[Word, ...] = ()
    kind: str = "words"


def answer_shell() -> None:
    """Print how the command line that the shell is at can go on."""
    shell = os.environ[VARIABLE]
    typed = _bash_words() if shell == "bash" else sys.argv[1:]
    *before, current = typed or [""]
    answer = complete(load_tree(), before, current)
    sys.stdout.write("".join(f"{line}\n" for line in _lines(answer, shell, current)))


def complete(known: dict[str, Any], before: Sequence[str], current: str) -> Answer:
    """What the word `current` can become after the words `before`, those it begins like only."""
    node, path, open_option, arguments = _walk(known["tree"], before)
    name, equals, begun = current.partition("=")
    if equals and current.startswith("--"):
        option = _find_option(node, name)
        found = _of_value(known, path, option["value"], [name], begun) if option else Answer()
        return Answer(tuple(Word(f"{name}={one.text}", one.meaning) for one in found.words))
    if open_option is not None:
        return _of_value(known, path, open_option["value"], open_option["names"], current)
    if current.startswith("-"):
        words = [Word(name, one["help"]) for one in node["options"] for name in one["names"]]
        return _begins(words, current)
    words = [Word(name, _first_line(one)) for name, one in node["commands"].items()]
    found = _begins(words, current)
    if words and not arguments and (found.words or not node["arguments"]):
        return found
    place = min(arguments, len(node["arguments"]) - 1)
    if place < 0:
        return Answer(kind="files") if not path else Answer()
    return _of_value(known, path, node["arguments"][place]["value"], [], current)


def _walk(
    node: dict[str, Any], before: Iterable[str]
) -> tuple[dict[str, Any], list[str], dict[str, Any] | None, int]:
    """The command that these words lead to, its path, the option that waits for its value, and
    how many arguments there are already."""
    path: list[str] = []
    waiting: dict[str, Any] | None = None
    arguments = 0
    for word in before:
        if waiting is not None:
            waiting = None
        elif word.startswith("-") and word != "-":
            option = _find_option(node, word)
            waiting = option if option and option["value"] else None
        elif word in node["commands"] and not arguments:
            node = node["commands"][word]
            path.append(word)
        else:
            arguments += 1
    return node, path, waiting, arguments


def _find_option(node: dict[str, Any], name: str) -> dict[str, Any] | None:
    return next((one for one in node["options"] if name in one["names"]), None)


def _of_value(
    known: dict[str, Any], path: Sequence[str], value: str, names: Sequence[str], current: str
) -> Answer:
    """The values of an option, or of an argument when there are no `names`."""
    plain = value.rpartition(" <")[0] or value
    if "<" in value and "|" in value:
        choices = value[value.index("<") + 1 : value.rindex(">")].split("|")
        return _begins(map(Word, choices), current)
    if "--model" in names or (path[:1] == ["models"] and not names and plain in ("NAME", "MODEL")):
        offered = known["catalogue"] if path[-1:] == ["pull"] else models_here()
        found = _begins(map(Word, offered), current)
        return found if found.words or "--model" not in names else Answer(kind="files")
    if "ID" in plain and ("--resume" in names or path[:1] == ["sessions"]):
        return _begins(sessions_here(), current)
    if plain == "KEY":
        return _begins(map(Word, known["keys"]), current)
    if plain in FOLDERS:
        return Answer(kind="folders")
    return Answer(kind="files") if any(word in plain for word in FILES) else Answer()


def models_here() -> list[str]:
    """The names of the models on this machine. Not by the store, which takes long to load."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    names = (path.stem for path in Path(data, "inhouse", "models").glob("*.gguf"))
    # Of a model in several files, NAME-00001-of-00003, every name is the same.
    whole = {re.sub(r"-\d{5}-of-\d{5}$", "", name) for name in names}
    return sorted(name for name in whole if not name.endswith("mmproj"))


def sessions_here() -> list[Word]:
    """The newest sessions, that of now first."""
    found: list[tuple[float, str]] = []
    for path in (state_folder() / "sessions").glob("*.jsonl"):
        try:
            found.append((path.stat().st_mtime, path.stem))
        except OSError:
            continue
    return [Word(name) for _time, name in sorted(found, reverse=True)[:MOST_SESSIONS]]


def _begins(words: Iterable[Word], current: str) -> Answer:
    return Answer(tuple(word for word in words if word.text.startswith(current)))


def _first_line(node: dict[str, Any]) -> str:
    return str(node["text"]).partition("\n\n")[0].replace("\n", " ").rstrip(".")


def _lines(answer: Answer, shell: str, current: str) -> list[str]:
    """The answer in the form that the script of this shell reads."""
    # A word that has to be changed to be shown would not be what it names.
    words = [one for one in answer.words if sanitise_line(one.text) == one.text]
    kind = sanitise_line(answer.kind)
    if shell == "bash":
        # It replaces what stands behind the last = or : only.
        kept = len(current) - len(os.environ.get("COMP_CUR", current).lstrip("=:"))
        return [kind, *(sanitise_line(one.text[max(0, kept) :]) for one in words)]
    if shell == "fish":
        return [kind, *(f"{sanitise_line(one.text)}\t{_line(one.meaning)}" for one in words)]
    return [kind, *(f"{_escape_colons(one.text)}:{_line(one.meaning)}" for one in words)]


def _escape_colons(text: str) -> SafeText:
    return sanitise_line(text.replace(":", chr(92) + ":"))


def _line(text: str) -> SafeText:
    return sanitise_line(text.replace("\n", " "))


def _bash_words() -> list[str]:
    """The words up to the cursor without the program's, the last one empty behind a space."""
    line = os.environ.get("COMP_LINE", "")
    for closing in ("", '"', "'"):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        return [*words[1:], ""] if line[-1:].isspace() and not closing else words[1:]
    return line.split()[1:]
