"""What a person should notice about a call before saying yes, in words and in place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from inhouse_tools.tool import Access

BEGINNING: Final = r"(?:^|[\s;&|(`{!])(?:\S*/)?"
"""Where the name of a program stands in a command line, perhaps with its folder."""
COMMANDS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "Runs what it is given",
        re.compile(r"(?P<found>\|\s*(?:sudo )?(?:\S*/)?(?:(?:ba|z|da|k|fi)?sh|python3?|perl))\b"),
    ),
    *(
        (words, re.compile(BEGINNING + rf"(?P<found>{pattern})"))
        for words, pattern in (
            ("Acts as another user", r"(?:sudo|doas|su)\b(?!-)"),
            ("Deletes", r"(?:rm|rmdir|shred|unlink|truncate)\b(?: +-\S+)*"),
            ("Deletes", r"find\b.*? -delete\b"),
            (
                "Throws work away",
                r"git (?:reset --hard|clean|checkout (?:--|\.)|restore|stash drop)",
            ),
            ("Rewrites what others have", r"git push\b.*?(?:--force\S*| -f\b| \+\S+)"),
            (
                "Uses the network",
                r"(?:curl|wget|ssh|scp|sftp|rsync|telnet|ftp|nc|ncat|socat)\b(?!-)",
            ),
            ("Uses the network", r"git (?:push|pull|fetch|clone|ls-remote)\b"),
            (
                "Uses the network",
                r"(?:pip3?|uv pip|uv|npm|pnpm|yarn|bun|cargo|gem|brew|apt|apt-get|dnf|go) "
                r"(?:install|add|sync|ci|publish|get|update|upgrade)\b",
            ),
            ("Uses the network", r"(?:npx|bunx|uvx|pipx)\b"),
            ("Runs what it is given", r"(?:eval|xargs)\b"),
            ("Changes who may do what", r"(?:chmod|chown|chgrp)\b(?: +-\S+)*"),
            ("Writes to a disk itself", r"(?:mkfs\S*|fdisk|parted)\b|dd\b.*? of="),
            ("Ends programs", r"(?:kill|killall|pkill|shutdown|reboot)\b(?: +-\S+)*"),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Danger:
    """`words` say what may happen, `found` is the text that means it, from `start` in the
    command; a danger of a file has no place."""

    words: str
    found: str
    start: int | None = None


def dangers_of(accesses: Sequence["Access"]) -> tuple[Danger, ...]:
    """What is dangerous about a call, in the order of its text. No reading of a shell's text is
    complete: nothing found means nothing."""
    found: list[Danger] = []
    for access in accesses:
        if access.kind == "run":
            found += dangers_of_command(access.target)
            continue
        if access.protected:
            found.append(Danger("Protected", access.target))
        if access.outside:
            found.append(Danger("Outside the folder", access.target))
    return tuple(dict.fromkeys(found))


def dangers_of_command(command: str) -> tuple[Danger, ...]:
    """Every dangerous part of a command line, first to last, none of them inside another."""
    found: list[Danger] = []
    for words, pattern in COMMANDS:
        for match in pattern.finditer(command):
            start, end = match.span("found")
            inside = any(
                one.start is not None and one.start <= start < one.start + len(one.found)
                for one in found
            )
            if not inside:
                found.append(Danger(words, command[start:end].strip(), start))
    return tuple(sorted(found, key=lambda one: one.start or 0))
