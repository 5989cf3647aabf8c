"""What a repository's own configuration may not do: name programs that git would run."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Git reads these from its environment since 2.31, after every file and for submodules as well.
COUNT, KEY, VALUE = "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_{}", "GIT_CONFIG_VALUE_{}"
MOST_KEYS = 1_000
OWN_SCOPES = frozenset({"local", "worktree"})
PROOF = "safe.barerepository"
"""A key that is always set: where the listing does not show it, git is too old to be held."""

# Holds in every repository, trusted or not: our git answers, it neither talks nor tidies up.
ALWAYS: Mapping[str, str] = {
    PROOF: "explicit",
    "core.pager": "cat",
    "core.quotepath": "false",
    "diff.autorefreshindex": "false",
    "gc.auto": "0",
    "i18n.commitencoding": "UTF-8",
    "maintenance.auto": "false",
}
# Holds where the folder is not trusted, whatever its configuration says.
UNTRUSTED: Mapping[str, str] = {
    "core.askpass": "",
    "core.editor": ":",
    "core.fsmonitor": "false",
    "core.hookspath": "/dev/null",
    "credential.helper": "",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}
QUIET_ENVIRONMENT: Mapping[str, str] = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ASKPASS": "",
    "GIT_EDITOR": ":",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_SEQUENCE_EDITOR": ":",
    "GIT_SSH_COMMAND": "false",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS": "",
}
# The last part of a key that names a program, in whichever section; new ones end alike.
_PROGRAM = re.compile(
    r"(?:clean|smudge|process|textconv|difffilter|command|cmd|driver|program|helper|editor|pager|askpass"
    r"|proxy|tunnel|external|fsmonitor|hookspath|hook|vcs|uploadpack|receivepack)$"
)
# Switches that make git run one, by the end of their key.
_SWITCHES: Mapping[str, str] = {
    ".gpgsign": "false",
    ".showsignature": "false",
    ".required": "false",
    ".fsmonitor": "false",
}
# The person may sign all commits; then this is what signs.
_SIGNERS: Mapping[str, str] = {
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.ssh.program": "ssh-keygen",
    "gpg.x509.program": "gpgsm",
}
# Where a proxy is an address and no program.
_PROXIED = frozenset({"http", "https", "remote"})
# Values that switch git's own monitor or pager on or off, and name no other.
_SWITCHES_ALONE = frozenset({"true", "false", "yes", "no", "on", "off", "0", "1"})
_FILTER = re.compile(r"filter\.(.*)\.(?:clean|smudge|process)$", re.DOTALL)
_HOOK = re.compile(r"hook\.(.*)\.(?:command|event|enabled)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of git's configuration: where it stands ("local", "global"…), key and value."""

    scope: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Restraint:
    """What is set over a repository's configuration, by key.

    `filters` are the names of its filters that do not run, `hooks` says that it sets hooks of
    its own in its configuration.
    """

    overrides: Mapping[str, str]
    filters: frozenset[str] = frozenset()
    hooks: bool = False


def read_entries(listing: str) -> list[Entry]:
    """The entries of `git config --list --show-scope -z`."""
    fields = listing.split("\0")
    entries: list[Entry] = []
    for scope, line in zip(fields[::2], fields[1::2], strict=False):
        key, _, value = line.partition("\n")
        entries.append(Entry(scope, key, value))
    return entries


def restrain(entries: Iterable[Entry]) -> Restraint:
    """What has to be set so that the repository's own configuration starts no program.

    Where the person's own configuration says something of the same key, that holds instead.
    """
    entries = list(entries)
    own = [entry for entry in entries if entry.scope in OWN_SCOPES]
    persons = {
        entry.key: entry.value
        for entry in entries
        if entry.scope not in OWN_SCOPES and entry.scope != "command"
    }
    overrides: dict[str, str] = {}
    for entry in own:
        neutral = _neutral(entry.key)
        if neutral is not None:
            overrides[entry.key] = persons.get(entry.key, neutral)
        if hook := _HOOK.match(entry.key):
            overrides[f"hook.{hook[1]}.enabled"] = "false"
    named = {match[1] for key in overrides if (match := _FILTER.match(key))}
    for name in named:
        # A filter that must succeed and does nothing would make git fail.
        key = f"filter.{name}.required"
        overrides.setdefault(key, persons.get(key, "false"))
    theirs = {match[1] for key in persons if (match := _FILTER.match(key))}
    hooks = any(entry.key == "core.hookspath" or _HOOK.match(entry.key) for entry in own)
    return Restraint({**overrides, **UNTRUSTED}, frozenset(named - theirs), hooks)


def for_commands(keys: Iterable[str]) -> dict[str, str]:
    """What to set for a git that a command runs, so that none of these keys' programs is started.

    Unlike ours it may store files: where a filter would have to run first, it fails instead.
    """
    overrides = {PROOF: "explicit", "core.fsmonitor": "false", "core.hookspath": "/dev/null"}
    for key in keys:
        if found := _FILTER.match(key):
            name = found[1]
            overrides |= {f"filter.{name}.{step}": "false" for step in ("clean", "smudge")}
            overrides |= {f"filter.{name}.process": "", f"filter.{name}.required": "true"}
        elif hook := _HOOK.match(key):
            overrides[f"hook.{hook[1]}.enabled"] = "false"
        else:
            overrides[key] = _neutral(key) or ""
    return overrides


def as_parameters(overrides: Mapping[str, str]) -> str:
    """The same settings as the one variable GIT_CONFIG_PARAMETERS: what `git -c` hands down."""
    return " ".join(f"{_quoted(key)}={_quoted(value)}" for key, value in overrides.items())


def _quoted(text: str) -> str:
    inner = text.replace("'", "'\\''").replace("!", "'\\!'")
    return f"'{inner}'"


def names_program(key: str, value: str) -> bool:
    """Whether git starts the program in this value, at some time, because of this key."""
    section, _, rest = key.partition(".")
    last = rest.rpartition(".")[2]
    if not value or (section in _PROXIED and last == "proxy"):
        return False
    if section == "submodule" and last == "update":
        return value.startswith("!")
    if (section == "pager" or last == "fsmonitor") and value.lower() in _SWITCHES_ALONE:
        return False
    return section == "pager" or _PROGRAM.search(last) is not None


def as_environment(overrides: Mapping[str, str]) -> dict[str, str]:
    """The variables that set these keys, for names of any characters."""
    variables = {COUNT: str(len(overrides))}
    for number, (key, value) in enumerate(overrides.items()):
        variables[KEY.format(number)] = key
        variables[VALUE.format(number)] = value
    return variables


def _neutral(key: str) -> str | None:
    """The value of a key with which no program runs; None for a key that names none."""
    if key in _SIGNERS:
        return _SIGNERS[key]
    for end, value in _SWITCHES.items():
        if key.endswith(end):
            return value
    section, _, rest = key.partition(".")
    last = rest.rpartition(".")[2]
    if section == "pager":
        return "false"
    if section == "submodule" and last == "update":
        return "checkout"
    return "" if _PROGRAM.search(last) else None
