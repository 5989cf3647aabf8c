"""What git does without running a program, writing, or leaving the repository."""

import itertools
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from inhouse_tools.places.paths import git_folders
from inhouse_tools.shell.harmless import Reader, sort_words
from inhouse_tools.shell.words import Word

MOST_CONFIG: Final = 100_000
GLOBAL: Final = frozenset({"--no-pager", "-P", "--no-optional-locks", "--literal-pathspecs"})
VALUED: Final = frozenset({"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path",
                           "--config-env", "--super-prefix", "--attr-source"})  # fmt: skip
FOLDERS: Final = frozenset({"-C", "--git-dir", "--work-tree"})
HARMLESS_SETTING: Final = re.compile(
    r"(?:user\.(?:name|email)|color\..+|core\.(?:quotepath|autocrlf|safecrlf)|advice\..+"
    r"|init\.defaultbranch|commit\.gpgsign|tag\.gpgsign|log\.date|diff\.(?:renames|context))"
    r"(?:=[\w.@ <>+-]*)?",
    re.IGNORECASE,
)
PLAIN_KEYS: Final = re.compile(
    r"(?:core\.(?:repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|symlinks"
    r"|precomposeunicode|autocrlf|eol|safecrlf|whitespace|abbrev|quotepath|compression|protectntfs"
    r"|protecthfs|untrackedcache|preloadindex|fscache|longpaths|commentchar)"
    r"|remote\..+\.(?:url|pushurl|fetch|push|tagopt|prune|gh-resolved)|branch\..+|user\.(?:name"
    r"|email)|submodule\.(?:.+\.)?(?:url|active|update)|(?:color|advice|pull|push|init|gc|rebase"
    r"|merge|receive|rerere|fetch|status|maintenance)\.[a-z.]+|log\.(?:date|decorate|follow)"
    r"|extensions\.(?:worktreeconfig|objectformat|refstorage)|lfs\..+\.access"
    r"|diff\.(?:renames|context|algorithm|colormoved|mnemonicprefix|renamelimit|noprefix))"
)
SECTION: Final = re.compile(r'\[\s*([\w.-]+)(?:\s+"((?:[^"\\\n]|\\.)*)")?\s*\]')
KEY: Final = re.compile(r"([A-Za-z][\w-]*)\s*(?:=\s*([^\\\n]*))?")
NOT_REBASE: Final = frozenset({"update", "driver", "tool", "recentobjectshook"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LOOKS: Final = _words(
    """--stat --stat= --shortstat --numstat --dirstat --summary --name-only --name-status --patch
    --no-patch --raw --color --color= --no-color --word-diff --word-diff= --ignore-all-space
    --ignore-space-change --ignore-blank-lines --ignore-space-at-eol --unified= --minimal
    --patience --histogram --diff-algorithm= --diff-filter= --find-renames --find-renames=
    --no-renames --no-ext-diff --no-textconv --relative --exit-code --quiet --check --abbrev
    --abbrev= --full-index --text --function-context --inter-hunk-context= --color-words
    --merge-base --cached --staged --compact-summary"""
)
HISTORY: Final = _words(
    """--oneline --graph --all --branches --tags --remotes --decorate --decorate= --no-decorate
    --pretty= --format= --date= --abbrev-commit --max-count= --skip= --since= --after= --until=
    --before= --author= --committer= --grep= --all-match --invert-grep --regexp-ignore-case
    --merges --no-merges --first-parent --reverse --follow --no-walk --topo-order --date-order
    --left-right --cherry-pick --full-history --simplify-by-decoration --source --parents
    --children --reflog --walk-reflogs --cc --no-notes --no-show-signature --no-mailmap"""
)
READS: Final[Mapping[str, Reader]] = {
    "status": Reader(
        "sbvuz", "",
        _words("--short --branch --porcelain --porcelain= --long --verbose --untracked-files "
        "--untracked-files= --ignored --ignored= --ahead-behind --show-stash --no-renames"),
    ),
    "diff": Reader("pusbwaRzMCD", "UGS", LOOKS),
    "log": Reader("pusbwaRzMCgimLcE", "nUGSL", LOOKS | HISTORY, number=True),
    "show": Reader("pusbwaRzMC", "nUGS", LOOKS | HISTORY, number=True),
    "shortlog": Reader("nsec", "", _words("--numbered --summary --email") | HISTORY),
    "rev-parse": Reader(
        "", "",
        _words("--abbrev-ref --short --short= --show-toplevel --git-dir --is-inside-work-tree "
        "--verify --quiet --show-prefix --show-cdup --symbolic-full-name --absolute-git-dir"),
    ),
    "rev-list": Reader("", "n", _words("--count") | HISTORY),
    "ls-files": Reader(
        "cdmokszt", "x", _words("--cached --deleted --modified --others --stage --full-name "
        "--exclude-standard --error-unmatch --ignored --eol --directory"),
    ),
    "ls-tree": Reader("rtdlz", "", _words("--name-only --full-tree --full-name --long")),
    "blame": Reader("lstwfencMC", "L", _words("--show-name --line-porcelain --porcelain")),
    "describe": Reader("", "", _words("--tags --all --always --long --dirty --abbrev= --match= "
                       "--exact-match --contains")),
    "merge-base": Reader("a", "", _words("--all --is-ancestor")),
    "name-rev": Reader("", "", _words("--name-only --tags --always")),
    "cat-file": Reader("tspe"),
    "count-objects": Reader("vH"),
    "grep": Reader("iInwvhHlLcoEFPqz", "ABCem", _words("--line-number --count --name-only --cached "
                   "--ignore-case --word-regexp --heading --break --show-function"), first=1,
                   patterns="e"),
    "version": Reader(operands="none"),
}  # fmt: skip
LISTS: Final[Mapping[str, Reader]] = {
    "branch": Reader("avr", "", _words("--all --list --remotes --verbose --show-current --merged "
                     "--no-merged --no-color --color --sort= --format=")),
    "tag": Reader("ln", "", _words("--list --sort= --format= --merged --no-merged")),
    "remote": Reader("v", "", _words("--verbose")),
    "stash": Reader(),
    "worktree": Reader(),
    "reflog": Reader("", "n", HISTORY),
}  # fmt: skip
"""These change things when they are given a name: they may only list."""


def split_git(words: tuple[Word, ...]) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """The options between `git` and its command, and the command with what follows it."""
    at = 1
    while at < len(words) and words[at].text.startswith("-"):
        at += 2 if words[at].text in VALUED else 1
    return words[1:at], words[at:]


def command_of_git(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command of git and what follows it, without the options before it."""
    at = 1
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in VALUED else 1
    return words[at:]


def odd_options_of_git(options: tuple[Word, ...]) -> tuple[str, ...]:
    """The options before git's command that do more than to change how it looks."""
    return tuple(word.raw for word in options if word.text not in GLOBAL)


def places_of_git(options: tuple[Word, ...]) -> tuple[str, ...]:
    """The folders that the options before git's command name."""
    texts = [word.text for word in options]
    apart = [after for text, after in itertools.pairwise(texts) if text in FOLDERS]
    joined = [text.partition("=")[2] for text in texts if text.partition("=")[0] in FOLDERS]
    return tuple(one for one in (*apart, *joined) if one)


def trap_of_git(options: tuple[Word, ...]) -> str:
    """Why the options before git's command may run a program, or nothing."""
    texts = [word.text for word in options]
    for place, text in enumerate(texts):
        setting = ""
        if text == "-c":
            setting = texts[place + 1] if place + 1 < len(texts) else ""
        elif text.startswith("-c") and not text.startswith("--"):
            setting = text[2:]
        elif text.startswith(("--config-env", "--exec-path=", "--super-prefix")):
            return f"{text} may make git run another program"
        if setting and (not HARMLESS_SETTING.fullmatch(setting)):
            return f"{setting} may make git run another program"
        if text.startswith("-c") and any(not word.known for word in options):
            return "a setting of git in it is not known before it runs"
    return ""


def odd_in_git(words: tuple[Word, ...]) -> tuple[tuple[Word, ...], tuple[str, ...]]:
    """The operands of a command of git that may name files, and what is not on the list.

    A format that shows signatures runs the program that checks them.
    """
    command = words[0].text if words else ""
    rest = words
    listing = LISTS.get(command)
    if command in {"stash", "worktree", "reflog"}:
        second = words[1].text if len(words) > 1 else ""
        if second not in {"list", "show"} or (command == "stash" and second == "show"):
            return (), (command,)
        rest = words[1:]
    reader = listing or READS.get(command)
    if reader is None:
        return (), (command or "git",)
    found = sort_words(reader, rest)
    if listing is not None and found.operands:
        lists = {"-l", "--list", "--merged", "--no-merged"} & set(found.options)
        if command not in {"branch", "tag"} or not lists:
            return (), tuple(word.raw for word in found.operands)
    first = 0 if "-e" in found.options else reader.first
    checking = tuple(one for one in found.options if "%G" in one or "signature" in one)
    return found.operands[first:], (*found.odd, *checking)


def repository_is_plain(root: Path, subcommand: str) -> str:
    """Why git may run a program of this repository when it only reads, or nothing."""
    top = next((one for one in (root, *root.parents) if (one / ".git").exists()), None)
    if (root / "HEAD").exists() and (root / "objects").exists():
        return "the folder is itself a bare repository"
    if top is None:
        return ""
    if subcommand in {"status", "diff"} and (top / ".gitmodules").exists():
        return "its submodules have configurations of their own"
    folders = git_folders(top)
    if not folders:
        return "where the repository keeps its configuration is not clear"
    for folder in folders:
        if (folder / "hooks" / "post-index-change").exists():
            return "the repository has a hook that git may run"
        for name in ("config", "config.worktree"):
            problem = _problem_of_config(folder / name)
            if problem:
                return problem
    return ""


def _problem_of_config(file: Path) -> str:
    try:
        facts = file.stat()
    except FileNotFoundError:
        return ""
    except OSError:
        return f"{file.name} of the repository cannot be read"
    return _read_config(file, facts.st_mtime_ns, facts.st_size, facts.st_ino)


@lru_cache(maxsize=16)
def _read_config(file: Path, _changed: int, size: int, _inode: int) -> str:
    """Why a configuration is not plain; read again only when the file is another one."""
    if size > MOST_CONFIG:
        return f"{file.name} of the repository is too large"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return f"{file.name} of the repository cannot be read"
    section = ""
    lines = (line.strip() for line in text.split("\n"))
    for line in (line for line in lines if line and line[0] not in "#;"):
        head = SECTION.fullmatch(line)
        if head is not None:
            section = ".".join(part for part in (head[1].casefold(), head[2]) if part)
            continue
        key = KEY.fullmatch(line)
        name = f"{section}.{key[1].casefold()}" if key else line
        if key is None or not PLAIN_KEYS.fullmatch(name) or key[1].casefold() in NOT_REBASE:
            return f"{name} in the repository's configuration may make git run a program"
    return ""
