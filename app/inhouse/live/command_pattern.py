"""Which commands one yes may stand for: the pattern of a rule, from one command."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from inhouse_agent.rules import SHELL_JOINTS

if TYPE_CHECKING:
    from inhouse_tools.shell import Analysis


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ONE_WORD: Final = _words(
    """basename black cat cmp column cut df diff dirname du eslint file flake8 grep head isort jest
    ls md5sum mypy nl prettier pylint pyright pytest readlink realpath rubocop ruff sha256sum
    shellcheck stat tail tree tsc uniq vitest wc which"""
)
"""Programs whose name says enough: they read, or check a project."""

GIT: Final = _words("add blame commit describe diff log ls-files rev-parse shortlog show status")
"""What git does without running another program or throwing anything away."""

WITH_MORE: Final = frozenset({"git log", "git status"})
"""Commands whose form without arguments may get some: nothing that begins so does more."""

SCRIPTS: Final = frozenset({"bun", "npm", "pnpm", "yarn"})
"""Programs whose `run NAME` is a script that the project names."""

RUNS_OTHERS: Final = _words(
    """. at awk bash builtin bunx busybox cc chmod chown chroot command crontab csh curl dash dd
    deno doas docker ed ex emacs env eval exec expect find fish flock gawk gdb helm ionice irb
    java julia kill killall ksh kubectl ln lua luajit make mawk mkfs mv nawk nc ncat nice node
    nohup npx nsenter osascript parallel perl php pipx pkill podman powershell pwsh py pypy python
    rename rm rmdir rsync ruby scp screen script sed setsid sftp sh shred socat source ssh stdbuf
    strace su sudo systemctl systemd-run tar tclsh tcsh tee telnet time timeout tmux truncate
    unshare uvx vi vim watch wget xargs xdg-open zsh"""
)
"""Programs that run others, reach the network, or destroy: nothing but the very same command."""

RUNNING_WORDS: Final = _words(
    "call develop dlx eval exec execute publish push repl run script shell start x"
)
"""Second words that run what follows them, or send it somewhere."""

PLAIN_WORD: Final = re.compile(r"[A-Za-z0-9_./+@-]+")
SUBCOMMAND: Final = re.compile(r"[a-z][a-z0-9_-]*")
SCRIPT_NAME: Final = re.compile(r"[A-Za-z][\w.:-]*")
VERSION: Final = re.compile(r"[\d.]+$")


def patterns_of(command: str, analysis: "Analysis") -> Iterator[str]:
    """The patterns that may stand for a command, the narrowest that makes sense first: its first
    words, then all of it as it stands.

    There is none where all of it is wanted and holds a `*`, which would mean any text.
    """
    command = command.strip()
    outer = [one for one in analysis.commands if not one.inner]
    joined = not analysis.listed or len(outer) != 1 or not outer[0].plain
    words = command.split(" ")
    count = 0 if joined or outer[0].odd else _telling_words(words)
    first = " ".join(words[:count])
    if count and first in WITH_MORE:
        yield f"{first}*"
    elif 0 < count < len(words):
        yield f"{first} *"
    if "*" not in command or (joined and SHELL_JOINTS.search(command)):
        yield command


def _telling_words(words: list[str]) -> int:
    """How many words say what a command is; 0 when only all of them do."""
    if not PLAIN_WORD.fullmatch(words[0]):
        return 0
    program = VERSION.sub("", words[0].rpartition("/")[2].casefold())
    second = words[1] if len(words) > 1 else ""
    if program in RUNS_OTHERS:
        return 0
    if program in ONE_WORD and words[0] == program:
        return 1
    if words[0] in SCRIPTS and second == "run" and len(words) > 2:
        return 3 if SCRIPT_NAME.fullmatch(words[2]) else 0
    if not SUBCOMMAND.fullmatch(second) or second in RUNNING_WORDS:
        return 0
    return 2 if program != "git" or second in GIT else 0
