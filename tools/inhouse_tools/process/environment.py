"""The environment that programs get: ours without secrets, sockets of agents, traps for shells."""

import os
import re
from collections.abc import Mapping

_SECRET_NAME = re.compile(
    r"(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|COOKIE|API_?KEY|PRIVATE_?KEY"
    r"|ACCESS_?KEY)|(^|_)(KEY|PAT|AUTH|PASS|DSN)$|_PWD$|_KEY_|^(AWS|AZURE|GCP|GCLOUD)_",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@", re.IGNORECASE)
_AGENT_SOCKETS = frozenset(
    {"SSH_AUTH_SOCK", "SSH_AGENT_PID", "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS"}
)
_SHELL_TRAPS = frozenset({"BASH_ENV", "ENV", "PROMPT_COMMAND", "SHELLOPTS", "BASHOPTS", "CDPATH"})
_QUIET = {
    "TERM": "dumb",
    "NO_COLOR": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    # A file edited twice within a second would otherwise be run from its old bytecode.
    "PYTHONDONTWRITEBYTECODE": "1",
}


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without what looks like a secret, an agent's socket or a trap for a shell.

    PATH keeps absolute folders only, so that a program of the current folder is not picked up.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if not _SECRET_NAME.search(name)
        and not _SECRET_VALUE.search(value)
        and name not in _AGENT_SOCKETS
        and name not in _SHELL_TRAPS
        and not name.startswith("BASH_FUNC_")
    }
    folders = [part for part in kept.get("PATH", os.defpath).split(":") if part.startswith("/")]
    return {**kept, **_QUIET, "PATH": ":".join(folders)}
