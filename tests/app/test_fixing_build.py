"""`inhouse doctor --fix-build`: shows, asks, runs a pip of our own, and says what came of it."""

import shlex
import sys
from pathlib import Path

import pytest
import typer
from tests.app.conftest import Run

from inhouse.cli.fixing_build import mend
from inhouse.doctor import check_build
from inhouse.exit_codes import ExitCode
from inhouse.llama_build import BuildLook, show_commands
from inhouse_models.backends.decision import Decision, Way
from inhouse_models.backends.hardware import Hardware
from inhouse_models.backends.installed import Backend, Installed, InstalledFault
from inhouse_models.backends.rebuilding import Rebuild

CARD = Hardware(card="NVIDIA GeForce RTX 4090", maker="nvidia")
CPU = Installed("0.3.36", False, ("CPU",))
LACKING = "built for CPU only, so NVIDIA GeForce RTX 4090 is not used: inhouse doctor --fix-build"


def look_of(tmp_path: Path, backend: Backend, program: str) -> BuildLook:
    """A machine that lacks a backend; `program` takes the place of pip."""
    way = Way(backend, cmake="-DGGML_CUDA=on")
    decision = Decision(good=False, text=LACKING, way=way)
    touch = f"open({str(tmp_path / 'ran')!r}, 'w').close(); {program}"
    return BuildLook(CPU, CARD, decision, Rebuild(way, ((sys.executable, "-c", touch),)))


def ending(look: BuildLook, *, agreed: bool) -> int:
    with pytest.raises(typer.Exit) as ended:
        mend(look, agreed=agreed)
    return ended.value.exit_code


def test_a_build_that_suits_is_left_alone(inhouse: Run) -> None:
    done = inhouse("doctor", "--fix-build")
    assert (done.returncode, done.stdout) == (0, "There is nothing to mend.\n")


def test_the_command_is_shown_and_not_run_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    look = look_of(tmp_path, "cpu", "pass")
    assert ending(look, agreed=False) == ExitCode.BLOCKED
    shown = capsys.readouterr()
    assert shown.out.startswith("CMAKE_ARGS=-DGGML_CUDA=on ")
    assert "--yes" in shown.err
    assert not (tmp_path / "ran").exists()


def test_it_runs_and_looks_afterwards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Asked is the llama.cpp that is installed here, which every machine has for its processor.
    mend(look_of(tmp_path, "cpu", "print('[1/2] compiling')"), agreed=True)
    shown = capsys.readouterr()
    assert "is built for" in shown.out
    assert "inhouse engine stop" in shown.err
    assert "[1/2] compiling" in shown.err
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("backend", "program", "words"),
    [
        ("cpu", "import sys; sys.exit('error: no matching wheel')", "no matching wheel"),
        ("sycl", "pass", "has no sycl either"),
    ],
)
def test_what_went_wrong_is_told_with_the_way_back(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    backend: Backend,
    program: str,
    words: str,
) -> None:
    assert ending(look_of(tmp_path, backend, program), agreed=True) == ExitCode.ENGINE
    shown = capsys.readouterr().err
    assert words in shown
    assert "put the plain build back with" in shown


def test_offline_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INHOUSE_OFFLINE", "true")
    assert ending(look_of(tmp_path, "cpu", "pass"), agreed=True) == ExitCode.ENGINE
    assert "offline is set" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()


def test_an_obstacle_is_said_instead_of_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    decision = Decision(good=False, text=LACKING, obstacle="install g++, then again")
    look = BuildLook(CPU, CARD, decision, obstacle=decision.obstacle)
    assert ending(look, agreed=True) == ExitCode.ENGINE
    assert "install g++" in capsys.readouterr().err
    assert [check.text for check in check_build(look)] == [LACKING, "install g++, then again"]
    assert look.encode()["obstacle"] == "install g++, then again"


def test_the_doctor_shows_the_exact_command(tmp_path: Path) -> None:
    look = look_of(tmp_path, "cuda", "pass")
    assert look.planned is not None
    [command] = show_commands(look.planned)
    assert shlex.split(command)[1:] == list(look.planned.commands[0])
    checks = check_build(look)
    assert [check.state for check in checks] == ["warning", "warning"]
    assert [check.text for check in checks] == [LACKING, command]
    assert look.encode()["commands"] == [command]


def test_a_build_that_does_not_load_is_a_warning_with_the_way_back() -> None:
    look = BuildLook(InstalledFault("llama.cpp cannot be loaded: libcudart"), CARD, obstacle="pip")
    assert [check.text for check in check_build(look)] == [look.text, "pip"]
    assert not look.good
    assert look.encode()["commands"] == []
