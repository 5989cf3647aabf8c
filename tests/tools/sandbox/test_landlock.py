"""The launcher in front of a command: what it passes on, ends, and puts back."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inhouse_tools import process
from inhouse_tools.launcher import rules
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import Network, Sandbox, landlock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")

Shell = Callable[[str], process.Result]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def shell(root: Path) -> Shell:
    """Runs a command of bash confined, with time enough."""
    return lambda command: run(root, command)


def run(root: Path, command: str, seconds: float = 30.0) -> process.Result:
    argv = landlock.wrap((root,), ("/bin/bash", "--noprofile", "--norc", "-c", command))
    result = asyncio.run(process.run(argv, cwd=root, timeout=seconds))
    assert not isinstance(result, Refusal)
    return result


def test_it_is_proven_by_running_it(root: Path) -> None:
    assert asyncio.run(landlock.why_not((root,))) == ""


def test_it_is_not_used_where_a_command_could_change_the_launcher() -> None:
    ours = Path(landlock.__file__).parents[2]
    assert "belongs to inhouse" in asyncio.run(landlock.why_not((ours,)))


def test_output_input_and_exit_code_pass_through(shell: Shell, root: Path) -> None:
    result = shell("echo out; echo err >&2; pwd; exit 7")
    assert result.exit_code == 7
    assert result.output.split() == ["out", "err", str(root)]
    assert shell("kill -SEGV $$").exit_code == -signal.SIGSEGV
    assert shell("kill -KILL $$").exit_code == -signal.SIGKILL
    assert shell("no-such-program-of-ours").exit_code == 127


def test_a_project_can_be_worked_in(shell: Shell, root: Path) -> None:
    work = (
        "echo one > a; mkdir -p b/c; mv a b/c/d; ln -s b/c/d link; ln b/c/d hard; cat link hard;"
        'echo temporary > "$TMPDIR/x"; cat "$TMPDIR/x"; ls / > /dev/null; cat <(echo piped);'
        'truncate -s 1 hard; chmod +x hard; rm link; echo "$TMPDIR"'
    )
    result = shell(work)
    assert result.exit_code == 0
    assert result.output.split()[:4] == ["one", "one", "temporary", "piped"]
    assert (root / "hard").read_text() == "o"
    assert not Path(result.output.split()[-1]).exists()


def test_what_is_protected_is_put_back_and_nothing_is_lost(shell: Shell, root: Path) -> None:
    folder = root / ".inhouse"
    (folder / "rules").mkdir(parents=True)
    (folder / "config.toml").write_text("as it was")
    (folder / "rules" / "one").write_text("one")
    (folder / "rules" / "link").symlink_to("one")
    (folder / "config.toml").chmod(0o640)
    result = shell(
        "cd .inhouse; echo changed > config.toml; chmod 600 config.toml; rm rules/*; rmdir rules;"
        "echo file > rules; echo new > new; echo unasked > ../.gitmodules; exit 3"
    )
    assert result.exit_code == 3
    assert (folder / "config.toml").read_text() == "as it was"
    assert (folder / "config.toml").stat().st_mode & 0o777 == 0o640
    assert (folder / "rules" / "one").read_text() == "one"
    assert (folder / "rules" / "link").readlink() == Path("one")
    assert not (folder / "new").exists()
    assert not (root / ".gitmodules").exists()
    kept = {path.name: path.read_text() for path in root.rglob("*.put-aside-1")}
    assert kept == {
        "config.toml.put-aside-1": "changed\n",
        "rules.put-aside-1": "file\n",
        "new.put-aside-1": "new\n",
        ".gitmodules.put-aside-1": "unasked\n",
    }
    assert result.output.count("[inhouse: ") >= 4


def test_what_is_not_protected_is_left_alone(shell: Shell, root: Path) -> None:
    (root / ".inhouse").mkdir()
    result = shell("echo mine > file; mkdir -p sub/.inhouse; echo mine > sub/.inhouse/config.toml")
    assert (root / "sub" / ".inhouse" / "config.toml").read_text() == "mine\n"
    assert result.output == ""


@pytest.mark.parametrize("ending", ["exit 0", "sleep 60"])
def test_nothing_outlives_the_command(root: Path, ending: str) -> None:
    """Also not a daemon in a session of its own that ignores signals, nor a stopped one."""
    daemon = "setsid bash -c 'trap \"\" TERM HUP; echo $$ > pid-{0}; {1} sleep 60' &"
    started = daemon.format(1, "") + daemon.format(2, "kill -STOP $$;")
    ready = "until [ -s pid-1 ] && [ -s pid-2 ]; do read -t 0.01 < <(:); done;"
    run(root, f"{started} {ready} {ending}", seconds=3.0 if ending != "exit 0" else 30.0)
    pids = [int((root / f"pid-{number}").read_text()) for number in (1, 2)]
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_privileges_are_given_up(shell: Shell) -> None:
    status = shell("grep -E '^(CapEff|CapPrm|NoNewPrivs|Seccomp):' /proc/self/status").output
    assert status.split() == [
        *("CapPrm:", "0000000000000000", "CapEff:", "0000000000000000"),
        *("NoNewPrivs:", "1", "Seccomp:", "2"),
    ]


def test_the_whole_network_or_none(root: Path) -> None:
    """Landlock cannot tell hosts apart, so that a grant for some of them grants nothing."""
    attempt = ("/bin/bash", "-c", "exec 3<>/dev/udp/127.0.0.1/9")
    grants = (
        (Network.none(), 1),
        (Network.loopback(), 1),
        (Network.hosts(("example.org",)), 1),
        (Network.all(), 0),
    )
    for network, wanted in grants:
        argv = landlock.wrap((root,), attempt, network)
        result = asyncio.run(process.run(argv, cwd=root, timeout=30.0))
        assert not isinstance(result, Refusal)
        assert result.exit_code == wanted, network.label


def test_a_symlink_in_a_protected_place_runs_nothing(shell: Shell, root: Path) -> None:
    (root / "elsewhere").mkdir()
    (root / ".inhouse").symlink_to("elsewhere")
    result = shell("echo bad > .inhouse/config.toml")
    assert result.exit_code != 0
    assert "is a symlink" in result.output
    assert list((root / "elsewhere").iterdir()) == []


def test_what_runs_as_long_as_a_session_only_reads(root: Path, tmp_path: Path) -> None:
    """Nothing is put back after it: the person's own changes would be undone."""
    cache = tmp_path / "cache"
    cache.mkdir()
    (root / ".inhouse").mkdir()
    (root / ".inhouse" / "config.toml").write_text("before")
    command = f"pwd; cat .inhouse/config.toml; echo x > {cache}/x; echo bad > file; exit 0"
    box = Sandbox("landlock", "", writable=(root,), caches=(cache,), reading=True)
    argv = box.wrap(("/bin/bash", "-c", command))
    result = asyncio.run(process.run(argv, cwd=root, timeout=30.0))
    assert not isinstance(result, Refusal)
    assert result.output.startswith(f"{root}\nbefore")
    assert (cache / "x").exists()
    assert not (root / "file").exists()
    assert not [word for word in argv if word.startswith(f"{root}/")]


def test_trees_that_hold_everything_but_secrets(tmp_path: Path) -> None:
    for name in ("a/keys/one", "a/open/two", "b/three"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    given = set(rules.all_but([str(tmp_path / "a" / "keys")]))
    assert str(tmp_path / "a" / "open") in given
    assert str(tmp_path / "b") in given
    forbidden = {str(tmp_path / "a" / "keys"), *map(str, (tmp_path / "a" / "keys").parents)}
    assert given.isdisjoint(forbidden)
    assert os.sep not in given
    assert list(rules.all_but([])) == ["/"]
