"""The form of a commit message: a subject in the imperative, then perhaps a body."""

import json
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, cast

from inhouse_tools.git.status import Changed

MOST_SUBJECT: Final = 72
MOST_BODY_LINES: Final = 20
LEAST_WORDS: Final = 2
FENCE: Final = re.compile(r"^\s*(?:```|~~~).*$", re.MULTILINE)
LABEL: Final = re.compile(
    r"^(?:here (?:is|'s) .{0,40}:|(?:the )?(?:commit )?(?:message|subject|title)\s*:)\s*",
    re.IGNORECASE,
)
# Where a subject that is too long may end.
SEAM: Final = re.compile(r"[,;:]? (?:and|because|by|so|when|where|which|while|with)\b|[,;] ")
LEAST_CLAUSE: Final = 20
# A model must not sign in the name of a person.
SIGNATURE: Final = re.compile(r"^[A-Z][A-Za-z-]*-by:\s", re.IGNORECASE)
PATCH: Final = ("diff --git ", "diff --cc ", "@@ ", "+++ ", "--- ", "index ")
QUOTES: Final = "\"'`* \u201c\u201d\u2018\u2019"
# Behind these words stood a noun: "Handling of errors", "Changes to the parser".
AFTER_NOUN: Final = frozenset({"by", "for", "from", "in", "of", "on", "to"})
# `feat(parser)!: ` and the like, before the words.
PREFIX: Final = re.compile(r"^[a-z]+(?:\([^)]*\))?!?: ")
VERBS: Final = re.findall(
    r"\w+",
    "add allow avoid build change check clean convert correct create delete document drop enable "
    "ensure extract fix handle implement improve include introduce keep make merge move refactor "
    "remove rename replace return revert rewrite set show simplify split stop support test "
    "update use",
)
IRREGULAR: Final = {
    "built": "build",
    "dropped": "drop",
    "dropping": "drop",
    "kept": "keep",
    "made": "make",
    "rewrote": "rewrite",
    "setting": "set",
    "splitting": "split",
    "stopped": "stop",
    "stopping": "stop",
}


@dataclass(frozen=True, slots=True)
class CommitMessage:
    """A subject of one line, and a body without it that may be empty."""

    subject: str
    body: str = ""

    @property
    def text(self) -> str:
        """The whole message as git takes it."""
        return f"{self.subject}\n\n{self.body}\n" if self.body else f"{self.subject}\n"


def _forms() -> dict[str, str]:
    """The imperative of each inflected form: added, adds, adding."""
    forms = dict(IRREGULAR)
    for verb in VERBS:
        stem = verb.removesuffix("e")
        past = f"{stem}ed" if not verb.endswith("y") else f"{verb[:-1]}ied"
        third = f"{verb}es" if verb.endswith(("s", "x", "sh", "ch")) else f"{verb}s"
        for form in (past, third, f"{stem}ing"):
            forms.setdefault(form, verb)
    return forms


FORMS: Final = _forms()


def read_message(text: str, patch: Iterable[str] = ()) -> CommitMessage:
    """The message that an answer holds, whatever it is wrapped in. Its subject may be empty.

    Lines that stand in `patch` are repeated from the diff, and left out of the body.
    """
    bare = FENCE.sub("", text).strip()
    given = _parse(bare)
    if given is None:
        lines = [line for line in bare.splitlines() if LABEL.sub("", line.strip())]
        given = (lines[0], "\n".join(bare.splitlines()[1:])) if lines else ("", "")
    subject = tidy_subject(given[0])
    body = tidy_body(given[1], patch)
    return CommitMessage(subject, "" if body.rstrip(".") == subject else body)


def _parse(text: str) -> tuple[str, str] | None:
    """Subject and body of a JSON object; None when it is none."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        data = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    values = cast("dict[str, object]", data)
    subject, body = values.get("subject", ""), values.get("body", "")
    return (str(subject or ""), str(body or ""))


def tidy_subject(text: str) -> str:
    """One line without quotes, label and full stop, beginning with an imperative."""
    line = " ".join(_plain(text).split())
    line = LABEL.sub("", line.strip(QUOTES)).strip(QUOTES)
    line = line.removesuffix(".").rstrip()
    prefix = match[0] if (match := PREFIX.match(line)) else ""
    first, gap, rest = line.removeprefix(prefix).partition(" ")
    noun = rest.partition(" ")[0].lower() in AFTER_NOUN and not first.endswith("ed")
    verb = first if noun else FORMS.get(first.lower(), first)
    if verb != first and first[:1].isupper():
        verb = verb.capitalize()
    return f"{prefix}{verb}{gap}{rest}"


def tidy_body(text: str, patch: Iterable[str] = ()) -> str:
    """The body in lines of at most 72 characters, without signatures and pieces of a diff."""
    known = {line.strip() for line in patch if line.strip()}
    kept: list[str] = []
    for raw in _plain(text).splitlines():
        line = raw.rstrip()
        repeated = line.startswith(PATCH) or line.strip() in known
        if repeated or SIGNATURE.match(line.strip()):
            continue
        hang = "  " if line.lstrip().startswith(("- ", "* ")) else ""
        kept += textwrap.wrap(
            line,
            MOST_SUBJECT,
            subsequent_indent=hang,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    lines = "\n".join(kept).strip("\n").split("\n")
    return "\n".join(lines[:MOST_BODY_LINES]).strip()


def problem_with(subject: str) -> str:
    """Why a subject cannot be used, for the model that wrote it; "" when it can."""
    if not subject:
        return "it is empty"
    if subject.startswith((*PATCH, "{", "+", "-", "<")):
        return "it repeats the diff instead of saying what it does"
    if len(PREFIX.sub("", subject).split()) < LEAST_WORDS:
        return "it says too little"
    if len(subject) > MOST_SUBJECT:
        return f"it has {len(subject)} characters, and {MOST_SUBJECT} are allowed"
    return ""


def shorten_subject(text: str) -> str:
    """As many whole words as a subject may have."""
    line = " ".join(_plain(text).split())
    if len(line) <= MOST_SUBJECT:
        return line
    return textwrap.shorten(line, MOST_SUBJECT, placeholder="…") or f"{line[: MOST_SUBJECT - 1]}…"


def first_clauses(subject: str) -> str:
    """As many whole clauses of a subject as fit, else as many words."""
    seams = [match.start() for match in SEAM.finditer(subject)]
    fitting = [place for place in seams if LEAST_CLAUSE <= place <= MOST_SUBJECT]
    whole = len(subject) <= MOST_SUBJECT or not fitting
    return shorten_subject(subject) if whole else subject[: fitting[-1]]


def plain_subject(changes: Sequence[Changed]) -> str:
    """What can be said of a change without a model: "Change 3 files in src"."""
    kinds = {change.kind for change in changes}
    verbs = {"added": "Add", "deleted": "Delete", "renamed": "Rename"}
    verb = verbs.get(next(iter(kinds)), "Change") if len(kinds) == 1 else "Change"
    paths = [PurePosixPath(change.path) for change in changes]
    if len(paths) == 1:
        whole = f"{verb} {_plain(changes[0].path)}"
        return whole if len(whole) <= MOST_SUBJECT else shorten_subject(f"{verb} {paths[0].name}")
    folder = _common_folder(paths)
    where = f" in {folder}" if folder else ""
    said = f"{verb} {len(paths)} files{where}"
    return said if len(said) <= MOST_SUBJECT else f"{verb} {len(paths)} files"


def _common_folder(paths: Sequence[PurePosixPath]) -> str:
    """The folder that holds all of them, "" for the top."""
    common = paths[0].parent if paths else PurePosixPath()
    while not all(path.is_relative_to(common) for path in paths):
        common = common.parent
    return "" if common == PurePosixPath() else _plain(str(common))


def _plain(text: str) -> str:
    """The text without what a terminal or a log could stumble over."""
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(char for char in whole if char == "\n" or char.isprintable())
