"""The boundary on macOS: a profile for sandbox-exec, which the kernel enforces ("Seatbelt").

Apple calls the program deprecated and documents no profiles; browsers and other agents rely on
both. Of two rules that match, the later one decides.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from inhouse_tools.sandbox.escaping import escape
from inhouse_tools.sandbox.hidden import hidden, own_home
from inhouse_tools.sandbox.limits import Limits, limits_for
from inhouse_tools.sandbox.network import Network
from inhouse_tools.sandbox.protected import protected

PROGRAM = "/usr/bin/sandbox-exec"
"""Absolute, so that no program of that name on PATH is taken for it."""
HOME_SECRETS = (
    *("Library/Keychains", "Library/Cookies", "Library/Safari", "Library/Mail", "Library/Messages"),
    *("Library/Application Support/Google/Chrome", "Library/Application Support/Chromium"),
    *("Library/Application Support/Firefox", "Library/Application Support/BraveSoftware"),
    *("Library/Application Support/Microsoft Edge", "Library/Application Support/1Password"),
    *("Library/Application Support/Slack", "Library/Application Support/Signal"),
    *("Library/Group Containers", "Library/Containers", "Library/Mobile Documents"),
)
NOT_HELD = (
    "a process that starts a session of its own can outlive the command",
    "names, arguments and sizes of files and processes outside can be seen",
)
"""What bubblewrap on Linux holds and this does not."""
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/dtracehelper")
# Who a user is, where the temporary folder lies, the log: without them hardly a program starts.
_SERVICES = (
    "com.apple.bsd.dirhelper",
    "com.apple.logd",
    "com.apple.system.logger",
    "com.apple.system.notification_center",
    "com.apple.system.opendirectoryd.libinfo",
    "com.apple.system.opendirectoryd.membership",
)
_NETWORK_SERVICES = (
    "com.apple.SystemConfiguration.DNSConfiguration",
    "com.apple.SystemConfiguration.configd",
    "com.apple.networkd",
    "com.apple.trustd.agent",
)
_NAME_SERVER = "/private/var/run/mDNSResponder"
_TEMPORARY = Path("/private/tmp")
_SCRATCH = "SCRATCH"
# The scratch folder belongs to one command; its name is known only now.
_ENTER = f"""
scratch=$(mktemp -d {_TEMPORARY}/inhouse-command.XXXXXX) || exit 126
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch XDG_CACHE_HOME=$scratch/.cache
cd -- "$1" || exit 126
{PROGRAM} -D "{_SCRATCH}=$scratch" -p "$2" "${{@:3}}"
"""
_BASH = ("/bin/bash", "--noprofile", "--norc", "-c")


def wrap(
    writable: Sequence[Path],
    argv: Sequence[str],
    network: Network | None = None,
    limits: Limits | None = None,
    readable: Sequence[Path] = (),
) -> tuple[str, ...]:
    """The command that runs `argv` under a profile, in the first readable or else writable folder.

    `readable` folders can be read even where everything around them is hidden.
    """
    text = profile(
        writable,
        [*hidden((*writable, *readable)), *(own_home().resolve() / name for name in HOME_SECRETS)],
        [path for base in writable for path in protected(base)],
        network or Network.none(),
        readable,
    )
    script = f"{(limits or limits_for()).as_shell()}{_ENTER}"
    return (*_BASH, script, "inhouse", str((*readable, *writable)[0]), text, *argv)


async def why_not(writable: Sequence[Path]) -> str:
    """Why this boundary does not hold here, found by trying to get out of it; "" when it holds."""
    if sys.platform != "darwin":
        return "only macOS has it"
    if not Path(PROGRAM).exists():  # noqa: ASYNC240 - one look, before anything runs
        return f"{PROGRAM} is missing"
    return await escape(lambda argv: wrap(writable, argv), writable)


def profile(
    writable: Sequence[Path],
    concealed: Sequence[Path],
    guarded: Sequence[Path],
    network: Network,
    readable: Sequence[Path] = (),
) -> str:
    """The rules as text. All paths are absolute and hold no symlink: /tmp is /private/tmp.

    `concealed` can be neither read nor written, `guarded` not be written; both need not exist. A
    host or loopback alone cannot be granted: there is no network, or all of it.
    """
    seen = (*readable, *writable)
    outer = [path for path in concealed if not _within(path, seen)]
    inner = [path for path in concealed if _within(path, seen)]
    rules = [
        "(version 1)",
        "(deny default)",
        "(allow process-exec)",
        "(allow process-fork)",
        "(allow process-info* (target same-sandbox))",
        "(allow signal (target same-sandbox))",
        "(allow sysctl-read)",
        "(allow ipc-posix-sem)",
        _rule("allow", "mach-lookup", (f"(global-name {quoted(name)})" for name in _SERVICES)),
        "(allow file-read*)",
        _rule("allow", "file-write-data file-ioctl", map(_literal, _DEVICES)),
        _rule("deny", "file-read* file-write*", map(_subpath, outer)),
        # Programs look at every folder above the one where they are.
        _rule("allow", "file-read-metadata", map(_literal, _above(seen))),
        _rule("allow", "file-read*", map(_subpath, readable)),
        _rule("allow", "file-read* file-write*", map(_subpath, writable)),
        _rule("deny", "file-read* file-write*", map(_subpath, inner)),
        _rule("deny", "file-write*", (f for path in guarded for f in _in_any_case(path, writable))),
        # What cannot be renamed cannot be put out of the way together with what lies in it.
        _rule("deny", "file-write-unlink", map(_literal, _between(writable, [*guarded, *inner]))),
        f'(allow file-read* file-write* (subpath (param "{_SCRATCH}")))',
        *(_network() if network.reach == "all" else ()),
    ]
    return "\n".join(rule for rule in rules if rule) + "\n"


def quoted(text: str) -> str:
    """A string as a profile writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _rule(verdict: str, operations: str, filters: Iterable[str]) -> str:
    """One rule over all filters, "" when there are none: a rule without one is for everything."""
    lines = "".join(f"\n  {text}" for text in filters)
    return f"({verdict} {operations}{lines})" if lines else ""


def _literal(path: Path | str) -> str:
    return f"(literal {quoted(str(path))})"


def _subpath(path: Path) -> str:
    return f"(subpath {quoted(str(path))})"


def _in_any_case(path: Path, writable: Sequence[Path]) -> tuple[str, ...]:
    """A path and all below it, also spelt in other letters: most disks here take .GIT for .git."""
    base = next((base for base in writable if path.is_relative_to(base)), None)
    if base is None or '"' in str(path):
        return (_subpath(path),)
    start = "".join(_verbatim(letter) for letter in f"{base}/")
    rest = "".join(_either(letter) for letter in path.relative_to(base).as_posix())
    return (_subpath(path), f'(regex #"^{start}{rest}(/|$)")')


def _either(letter: str) -> str:
    small, large = letter.lower(), letter.upper()
    return f"[{small}{large}]" if small != large and len(small + large) == 2 else _verbatim(letter)


def _verbatim(letter: str) -> str:
    return f"\\{letter}" if letter in "\\.^$*+?()[]{}|" else letter


def _within(path: Path, writable: Sequence[Path]) -> bool:
    return any(path != base and path.is_relative_to(base) for base in writable)


def _above(writable: Sequence[Path]) -> list[Path]:
    """All folders above the writable ones and the scratch folder."""
    return sorted({_TEMPORARY, *(parent for base in writable for parent in base.parents)})


def _between(writable: Sequence[Path], paths: Sequence[Path]) -> list[Path]:
    """The writable folders and all folders on the way from them to these paths."""
    found = set(writable)
    for path in paths:
        found.update(parent for parent in path.parents if _within(parent, writable))
    return sorted(found)


def _network() -> tuple[str, ...]:
    """Internet sockets and the service that looks up names; Unix sockets of others stay closed."""
    return (
        "(allow system-socket)",
        '(allow network-outbound (remote ip "*:*"))',
        '(allow network-bind network-inbound (local ip "*:*"))',
        f"(allow network-outbound {_literal(_NAME_SERVER)})",
        _rule("allow", "mach-lookup", (f"(global-name {quoted(n)})" for n in _NETWORK_SERVICES)),
    )
