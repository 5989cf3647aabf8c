"""What a command does not see: secrets of the person, and folders where sockets lie."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from inhouse_tools.sandbox.looking import Found, look_at

HOME_SECRETS = (
    # Keys and passwords.
    *(".ssh", ".gnupg", ".password-store", ".pki", ".local/share/keyrings"),
    *(".local/share/kwalletd", ".netrc", ".git-credentials", ".pgpass", ".my.cnf", ".vault-token"),
    *(".config/keepassxc", ".config/op", ".config/1Password", ".config/Bitwarden", ".config/sops"),
    # Clouds and registries.
    *(".aws", ".azure", ".kube", ".docker", ".boto", ".s3cfg", ".databrickscfg", ".terraformrc"),
    *(".terraform.d", ".config/gcloud", ".config/gh", ".config/glab-cli", ".config/hub"),
    *(".config/rclone", ".config/doctl", ".config/containers/auth.json", ".npmrc", ".pypirc"),
    *(".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials", ".huggingface"),
    *(".m2/settings-security.xml", ".cache/huggingface/token", ".cache/huggingface/stored_tokens"),
    # Browsers, mail and chat.
    *(".mozilla", ".thunderbird", ".config/chromium", ".config/google-chrome", ".config/vivaldi"),
    *(".config/BraveSoftware", ".config/microsoft-edge", ".config/opera", ".var/app", "snap"),
    *(".config/Signal", ".config/Slack", ".config/discord", ".local/share/TelegramDesktop"),
    # What was typed.
    *(".bash_history", ".zsh_history", ".histfile", ".local/share/fish", ".python_history"),
    *(".local/state/python_history", ".node_repl_history", ".irb_history", ".psql_history"),
    *(".mysql_history", ".sqlite_history", ".rediscli_history", ".lesshst", ".viminfo"),
    # Agents, and this one.
    *(".claude/.credentials.json", ".codex/auth.json", ".gemini/oauth_creds.json"),
    *(".config/github-copilot", ".config/inhouse", ".local/share/inhouse", ".local/state/inhouse"),
    ".cache/inhouse",
)
"""Below every home that there is."""
SYSTEM_SECRETS = ("/etc/shadow", "/etc/gshadow", "/etc/shadow-", "/etc/gshadow-")
_HOST_KEYS = Path("/etc/ssh"), "ssh_host_*_key"
SOCKET_FOLDERS = ("/tmp", "/run")  # noqa: S108 - they are hidden, not used
# A variable may name /dev/null to say that there is no such file.
_OF_THE_KERNEL = ("/dev/", "/proc/", "/sys/")
_OWN_FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
HIDDEN_PATHS = "INHOUSE_HIDDEN_PATHS"
"""Variable with more to hide: an evaluation hides its checks and results."""
_NAMED = (
    *("XDG_RUNTIME_DIR", "SSH_AUTH_SOCK", "GNUPGHOME", "DOCKER_CONFIG", "KUBECONFIG", "HISTFILE"),
    *("AWS_SHARED_CREDENTIALS_FILE", "GOOGLE_APPLICATION_CREDENTIALS", "NETRC", "PGPASSFILE"),
    *("NPM_CONFIG_USERCONFIG", "PASSWORD_STORE_DIR", "XAUTHORITY", HIDDEN_PATHS),
)
"""Variables that say where a secret or a socket lies."""


def hidden(
    writable: Sequence[Path],
    *,
    env_files: bool = False,
    looks: Mapping[Path, Found] | None = None,
) -> list[Path]:
    """Existing files and folders to hide, without symlinks, outer ones first.

    `env_files` shows the files named .env of the writable folders; `looks` is what was found in
    these, which otherwise is looked for. What lies below a hidden folder
    is only listed where a writable folder shows it again.
    """
    wanted = {path for path in _wanted() if not path.startswith(_OF_THE_KERNEL)}
    if not env_files:
        found_in = looks or {base: look_at(base) for base in writable}
        wanted.update(str(path) for look in found_in.values() for path in look.env_files)
    found: list[Path] = []
    for path in sorted({Path(os.path.realpath(entry)) for entry in wanted if _exists(entry)}):
        if path in writable:
            continue
        shown_again = any(path.is_relative_to(base) for base in writable)
        if shown_again or not any(path.is_relative_to(outer) for outer in found):
            found.append(path)
    return found


def missing_secrets(base: Path) -> list[Path]:
    """Places of secrets in a folder where nothing is yet: a key put there would be obeyed."""
    home = own_home()
    return [
        home / name
        for name in HOME_SECRETS
        if (home / name).is_relative_to(base) and not _exists(f"{home}/{name}")
    ]


def own_home() -> Path:
    """The person's home."""
    return Path(os.environ.get("HOME") or Path.home())


def _wanted() -> Iterator[str]:
    yield from (*SOCKET_FOLDERS, *SYSTEM_SECRETS)
    folder, pattern = _HOST_KEYS
    yield from _matching(folder, pattern)
    for home in dict.fromkeys((str(own_home()), "/root", *_matching(Path("/home"), "*"))):
        yield from (f"{home}/{name}" for name in HOME_SECRETS)
    for name in _OWN_FOLDERS:
        if (text := os.environ.get(name, "")).startswith("/"):
            yield f"{text}/inhouse"
    for name in _NAMED:
        parts = os.environ.get(name, "").split(":")
        yield from (text for text in parts if text.startswith("/") and len(text) > 1)


def _matching(folder: Path, pattern: str) -> list[str]:
    try:
        return [str(path) for path in folder.glob(pattern)]
    except OSError:
        return []


def _exists(path: str) -> bool:
    try:
        return os.path.exists(path)  # noqa: PTH110 - it is asked of a hundred paths for every command
    except ValueError:
        return False
