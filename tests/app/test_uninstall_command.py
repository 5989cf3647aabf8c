"""`inhouse uninstall`: after many features were used, not a byte of them stays, and nothing else
goes."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.app.conftest import Run
from tests.e2e.scripted_server import call, say, serving
from tests.tools.git.repositories import IDENTITY, git, repository

from inhouse.uninstalling.finding import find_all
from inhouse.uninstalling.program import Program, look_at_program
from inhouse.uninstalling.running import words_of
from inhouse.uninstalling.table import Kind
from inhouse_agent.folders import cache_folder, config_folder, state_folder
from inhouse_models.backends.installer import Place
from inhouse_models.record import Record, Stamp, record_path, write_record
from inhouse_models.store import models_folder

GGUF = b"GGUF" + bytes(60)
PARTS = ("app", "agent", "tools", "models")
WRITE = '{"file_path": "made.txt", "content": "made\\n"}'


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("INHOUSE_SANDBOX", "off")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))


@pytest.fixture
def root(folder: Path) -> Path:
    return repository(folder)


@pytest.fixture
def places(home: Path, tmp_path: Path) -> Iterator[list[Path]]:
    """Wherever inhouse could leave something, the folder it works in apart."""
    yield [home, Path(os.environ["XDG_RUNTIME_DIR"]), tmp_path / "scratch"]


def listed(places: list[Path]) -> dict[str, bytes | str]:
    """Every file with its content and every link with where it leads."""
    found: dict[str, bytes | str] = {}
    for place in places:
        for path in place.rglob("*"):
            if path.is_symlink():
                found[str(path)] = str(path.readlink())
            elif path.is_file():
                found[str(path)] = path.read_bytes()
            elif path.is_socket():
                found[str(path)] = "socket"
    return found


def found_kinds(inhouse: Run) -> set[str]:
    shown = inhouse("uninstall", "--dry-run", "--json")
    assert shown.returncode == 0, shown.stderr
    report: dict[str, Any] = json.loads(shown.stdout)
    return {kind["kind"] for kind in report["kinds"]}


def put(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def put_model(name: str, source: str) -> Path:
    path = put(models_folder() / f"{name}.gguf", GGUF)
    write_record(record_path(path), Record.new("0" * 64, Stamp.of(path), source))
    return path


def test_nothing_stays_of_what_was_used(
    inhouse: Run, root: Path, places: list[Path], home: Path, tmp_path: Path
) -> None:
    own = put(config_folder() / "AGENTS.md", b"Be brief.\n")
    put(home / ".bashrc", b"alias ll='ls -l'\n")
    weights = put(tmp_path / "elsewhere" / "mine.gguf", GGUF)
    before = listed([*places, weights.parent])
    answers = [call("write", WRITE), call("bash", '{"command": "true"}'), say("Done.")]
    with serving([*answers, say("A map."), *answers]) as server:
        variables = {"INHOUSE_ENDPOINT": server.url}
        for words in (
            ("trust", "."),
            ("config", "set", "theme", "light"),
            ("-p", "write it", "--yolo"),
            ("ask", "what is here?"),
            ("--worktree", "try", "-p", "write it", "--yolo"),
            ("undo",),
            ("map",),
            ("checks",),
            ("completion", "bash", "--install"),
            ("completion", "zsh", "--install"),
            ("completion", "fish", "--install"),
        ):
            inhouse(*words, env=variables)
    put_model("pulled", "hub:owner/model/file.gguf")
    link = models_folder() / "mine.gguf"
    link.symlink_to(weights)
    tree = next(state_folder().glob("projects/*/worktrees/try"))
    git(tree, "clean", "-fdq")
    used = {"session", "undo", "write", "worktree", "index", "trust", "setting", "completion"}
    assert used | {"model", "link", "record"} <= found_kinds(inhouse)
    done = inhouse("uninstall", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"{own}: your own instructions" in done.stdout
    assert "pip uninstall inhouse" in done.stdout
    assert listed([*places, weights.parent]) == before
    assert not state_folder().exists()
    assert not models_folder().parent.exists()
    assert config_folder().exists()
    assert git(root, "worktree", "list").count("\n") == 1
    assert git(root, "branch", "--list", "inhouse/*") == ""
    again = inhouse("uninstall", "--yes")
    assert again.returncode == 0
    assert "There is nothing" in again.stdout
    assert listed([*places, weights.parent]) == before


def test_only_listing_changes_nothing(inhouse: Run, places: list[Path]) -> None:
    put(state_folder() / "sessions" / "one.jsonl")
    before = listed(places)
    for words in (("--dry-run",), ("--dry-run", "--json"), ()):
        shown = inhouse("uninstall", *words)
        assert shown.returncode == (0 if words else 2)
        assert str(state_folder()) in shown.stdout
        assert listed(places) == before
    assert "add --yes" in inhouse("uninstall").stderr


def test_what_is_to_be_kept_stays(inhouse: Run) -> None:
    session = put(state_folder() / "sessions" / "one.jsonl")
    model = put_model("pulled", "hub:owner/model/file.gguf")
    gone = put(state_folder() / "engine.log")
    done = inhouse("uninstall", "--yes", "--keep-models", "--keep-sessions")
    assert done.returncode == 0, done.stderr
    assert session.exists()
    assert model.exists()
    assert record_path(model).exists()
    assert not gone.exists()


def test_what_a_person_has_put_there_stays_and_is_said(inhouse: Run, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    theirs = [
        put(state_folder() / "notes.txt"),
        put(config_folder() / "models.toml"),
        put(state_folder() / "sessions" / "notes.md"),
        put(state_folder() / "mine" / "deep" / "one.jsonl"),
        put(models_folder() / "mine.gguf", GGUF),
        put_model("found", "found in the store"),
        put(config_folder() / "notes" / "config.toml"),
        put(disk / "states" / "k" / "a.segment"),
    ]
    config_folder().joinpath("config.toml").symlink_to(theirs[0])
    cache_folder().parent.mkdir(parents=True)
    cache_folder().symlink_to(disk)
    unfinished = put(state_folder() / "sessions" / ".one.new")
    damaged = put(state_folder() / "trust.jsonl.bad-2")
    done = inhouse("uninstall", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    kept = {one["path"] for one in json.loads(done.stdout)["kept"]}
    assert all(path.exists() for path in theirs)
    assert {str(path) for path in (*theirs[:3], theirs[3].parent.parent, *theirs[4:6])} <= kept
    assert {str(cache_folder()), str(config_folder() / "config.toml")} <= kept
    assert not unfinished.exists()
    assert not damaged.exists()


def test_a_worktree_with_uncommitted_work_stays(inhouse: Run, root: Path) -> None:
    with serving([call("write", WRITE), say("Done.")]) as server:
        inhouse("--worktree", "try", "-p", "write it", env={"INHOUSE_ENDPOINT": server.url})
    tree = next(state_folder().glob("projects/*/worktrees/try"))
    done = inhouse("uninstall", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"{tree}: it holds 1 uncommitted change" in done.stdout
    assert (tree / "made.txt").exists()
    assert list(state_folder().rglob("*.jsonl")) == []


def test_an_open_session_is_not_taken_away(inhouse: Run) -> None:
    session = put(state_folder() / "sessions" / "one.jsonl")
    with session.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused = inhouse("uninstall", "--yes")
    assert refused.returncode == 2
    assert "the session one is open" in refused.stderr
    assert session.exists()
    assert inhouse("uninstall", "--yes").returncode == 0
    assert not session.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="strace is of Linux")
def test_killed_at_any_removal_it_can_be_repeated(
    inhouse: Run, places: list[Path], folder: Path
) -> None:
    before = listed(places)
    strace = shutil.which("strace")
    assert strace
    for number in (1, 4):
        put_model("pulled", "hub:owner/model/file.gguf")
        put(state_folder() / "sessions" / "one.jsonl")
        put(state_folder() / "trust.jsonl")
        put(cache_folder() / "projects" / "a" / "checks" / "mypy" / "x")
        kill = f"inject=unlinkat,unlink,rmdir:signal=KILL:when={number}"
        argv = [strace, "-qq", "-o", "/dev/null", "-e", kill, sys.executable]
        cut = subprocess.run(
            [*argv, "-m", "inhouse.start", "uninstall", "--yes"],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        assert cut.returncode == -9, cut.stderr
        assert inhouse("uninstall", "--yes").returncode == 0
        assert listed(places) == before


def test_the_own_way_of_each_installation_is_said(tmp_path: Path) -> None:
    prefix = tmp_path / "prefix"
    plain = Place("/usr/bin/python3", prefix)
    assert look_at_program(plain, tmp_path).command == "/usr/bin/python3 -m pip uninstall inhouse"
    put(prefix / "uv-receipt.toml")
    assert look_at_program(plain, tmp_path).command == "uv tool uninstall inhouse"
    (prefix / "uv-receipt.toml").rename(prefix / "pipx_metadata.json")
    assert look_at_program(plain, tmp_path).command == "pipx uninstall inhouse"
    whole = tmp_path / "opt/inhouse"
    put(whole / "bin/inhouse")
    opt = Place(str(whole / "python/bin/python3"), whole / "python", virtual=False)
    archive = look_at_program(opt, tmp_path)
    assert archive == Program("self-contained archive", f"rm -r {whole}")
    names = str(whole / "python").encode()
    put(tmp_path / "var/lib/dpkg/info/inhouse.list", b"/.\n/opt\n" + names + b"\n")
    assert look_at_program(opt, tmp_path).command == "sudo apt remove inhouse"
    (tmp_path / "var/lib/dpkg/info/inhouse.list").unlink()
    put(tmp_path / "var/lib/pacman/local/inhouse-0.1.0-1/files", b"%FILES%\n" + names[1:] + b"/\n")
    assert look_at_program(opt, tmp_path).command == "sudo pacman -R inhouse"
    cellar = "/usr/local/Cellar/inhouse/0.1.0/libexec"
    brewed = Place(f"{cellar}/bin/python", Path(cellar))
    assert look_at_program(brewed, tmp_path).command == "brew uninstall inhouse"


def test_processes_of_inhouse_are_told_from_others() -> None:
    assert words_of(["/usr/bin/python3.12", "/usr/bin/inhouse", "serve"]) == ("serve",)
    assert words_of(["/usr/local/inhouse/inhouse"]) == ()
    assert words_of(
        ["/usr/local/python/bin/python3", "-I", "/usr/local/python/bin/inhouse", "-p"]
    ) == ("-p",)
    assert words_of(["python", "-m", "inhouse.start", "acp"]) == ("acp",)
    assert words_of(["vim", "inhouse"]) is None
    assert words_of(["python", "-m", "inhouse_models.host"]) is None
    assert words_of([]) is None


# Modules that ask for a folder of ours. Who adds one here writes what it places into the table of
# inhouse.uninstalling, or places nothing.
ASKING = """
agent/inhouse_agent/ folders instructions journal undo
app/inhouse/ build doctor endpoint_keys sources speeds worktrees
app/inhouse/acp/ terminals
app/inhouse/cli/ checks evaluate map uninstall
app/inhouse/completing/ start
app/inhouse/evaluating/ agent_run
app/inhouse/filtering/ edit
app/inhouse/live/ crash_report
app/inhouse/proof/ proving
app/inhouse/serving/ access
app/inhouse/setting_up/ looking remembering
app/inhouse/shell_completion/ answering installing kept_tree
app/inhouse/trust/ trust_list
app/inhouse/tui/ start
app/inhouse/tui/composer/ workspace_sources
app/inhouse/uninstalling/ running table
models/inhouse_models/ own_models store transfer
models/inhouse_models/engine/drafting/ calibration
models/inhouse_models/host/ places
models/inhouse_models/importing/ folders hugging_face
models/inhouse_models/speed/ facts remembered
tools/inhouse_tools/launcher/ main
tools/inhouse_tools/sandbox/ bubblewrap hidden macos
tools/inhouse_tools/shell/ programs
"""
FOLDER = re.compile(r"(state|cache|config|models|socket|calibration)_folder\(\)|XDG_[A-Z]+_HOME")


def test_no_module_writes_to_a_place_that_is_not_in_the_table() -> None:
    lines = (line.split() for line in ASKING.strip().splitlines())
    known = {f"{folder}{name}.py" for folder, *names in lines for name in names}
    repository = Path(__file__).parents[2]
    sources = [path for part in PARTS for path in (repository / part).rglob("*.py")]
    asking = {
        path.relative_to(repository).as_posix()
        for path in sources
        if FOLDER.search(path.read_text("utf-8"))
    }
    assert len(sources) > 500
    assert asking - known == set()


def test_every_kind_stands_in_the_table() -> None:
    from inhouse.uninstalling.table import bases

    placed = {kind for base in bases() for kind in base.table.values()}
    assert placed | {Kind.LINK, Kind.UNFINISHED} == set(Kind)
    assert find_all().items == ()
