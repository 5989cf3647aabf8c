"""The profile for sandbox-exec as text; on macOS also what it does."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from inhouse_tools.sandbox import Network, macos

PROJECT = Path("/Users/ann/Code/the project")
EXTRA = Path("/private/tmp/more")
CONCEALED = [
    Path("/private/tmp"),
    Path("/Users/ann/.ssh"),
    Path("/Users/ann/Library/Application Support/Firefox"),
    PROJECT / "service" / ".env",
]
GUARDED = [PROJECT / ".git" / "config", PROJECT / ".git" / "hooks", PROJECT / ".inhouse"]


def profile(network: Network) -> str:
    return macos.profile([PROJECT, EXTRA], CONCEALED, GUARDED, network)


def test_profile_without_network(golden: Callable[[str, str], None]) -> None:
    golden("sandbox/macos-no-network.sb", profile(Network.none()))


def test_profile_with_network(golden: Callable[[str, str], None]) -> None:
    golden("sandbox/macos-network.sb", profile(Network.all()))


def test_without_a_grant_for_all_there_is_no_rule_about_the_network() -> None:
    for network in (Network.none(), Network.loopback(), Network.hosts(("example.org",))):
        assert "network" not in profile(network)
    assert "network-outbound" in profile(Network.all())


def test_later_rules_decide_so_secrets_come_after_what_is_writable() -> None:
    text = profile(Network.none())
    writable = text.index(f'(subpath "{PROJECT}")')
    assert text.index('(subpath "/private/tmp")') < writable
    assert writable < text.index(f'(subpath "{PROJECT}/service/.env")')
    assert writable < text.index(f'(subpath "{PROJECT}/.git/config")')


def test_what_is_only_read_is_not_written() -> None:
    text = macos.profile([EXTRA], CONCEALED, [], Network.none(), [PROJECT])
    readable = text.index(f'(allow file-read*\n  (subpath "{PROJECT}")')
    assert text.index('(subpath "/private/tmp")') < readable
    assert readable < text.index(f'(subpath "{PROJECT}/service/.env")')
    assert text.count(f'(subpath "{PROJECT}")') == 1


def test_folders_above_protected_ones_cannot_be_renamed() -> None:
    rule = profile(Network.none()).partition("(deny file-write-unlink")[2].partition("\n(")[0]
    for folder in (PROJECT, EXTRA, PROJECT / ".git", PROJECT / "service"):
        assert f'(literal "{folder}")' in rule


def test_paths_are_quoted() -> None:
    strange = Path('/Users/ann/a "b" \\c (d)')
    text = macos.profile([strange], [], [strange / ".git"], Network.none())
    assert '(subpath "/Users/ann/a \\"b\\" \\\\c (d)")' in text
    assert macos.quoted('x")(allow default)("') == '"x\\")(allow default)(\\""'
    # Such a name has no spelling in the syntax of patterns, so that only the exact one is named.
    assert "regex" not in text


def test_protected_names_are_meant_in_any_case() -> None:
    text = macos.profile([Path("/p.q")], [], [Path("/p.q/.git/hooks")], Network.none())
    assert '(regex #"^/p\\.q/\\.[gG][iI][tT]/[hH][oO][oO][kK][sS](/|$)")' in text


def test_a_rule_about_nothing_is_left_out() -> None:
    text = macos.profile([PROJECT], [], [], Network.none())
    assert "(deny file-read* file-write*)" not in text
    assert "(deny file-write*)" not in text


def test_the_command_gets_a_folder_of_its_own_for_what_is_temporary(tmp_path: Path) -> None:
    argv = macos.wrap((tmp_path,), ("make", "all"))
    assert argv[0] == "/bin/bash"
    assert argv[-2:] == ("make", "all")
    assert '/usr/bin/sandbox-exec -D "SCRATCH=$scratch"' in argv[argv.index("-c") + 1]
    assert '(param "SCRATCH")' in argv[-3]


def test_it_holds_on_macos_and_is_not_claimed_elsewhere(tmp_path: Path) -> None:
    reason = asyncio.run(macos.why_not((tmp_path.resolve(),)))
    assert reason == ("" if sys.platform == "darwin" else "only macOS has it")
