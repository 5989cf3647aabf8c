"""The folder of the engine's sockets is the person's alone, or it is not used."""

import os
import stat
from pathlib import Path

import pytest

from inhouse_models.host import places
from inhouse_models.host.places import PlaceError, place_for, socket_folder

NOBODY = 65534


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which ours is made."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def test_it_is_made_for_the_person_alone(runtime: Path) -> None:
    before = os.umask(0)
    try:
        folder = socket_folder()
    finally:
        os.umask(before)
    assert folder == runtime / "inhouse"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert place_for(Path("model.gguf")).socket.parent == folder


def test_one_that_others_can_read_is_closed(runtime: Path) -> None:
    (runtime / "inhouse").mkdir()
    (runtime / "inhouse").chmod(0o755)
    assert stat.S_IMODE(socket_folder().stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770, 0o702])
def test_one_that_others_can_write_to_is_refused(runtime: Path, mode: int) -> None:
    (runtime / "inhouse").mkdir()
    (runtime / "inhouse").chmod(mode)
    with pytest.raises(PlaceError, match="Others can write"):
        socket_folder()


def test_a_link_is_refused(runtime: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (runtime / "inhouse").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PlaceError, match="somebody else"):
        socket_folder()


def test_a_file_is_refused(runtime: Path) -> None:
    (runtime / "inhouse").write_text("")
    with pytest.raises(PlaceError, match="Cannot make"):
        socket_folder()


def test_one_that_others_can_replace_is_refused(runtime: Path) -> None:
    runtime.chmod(0o777)
    with pytest.raises(PlaceError, match="Others can replace"):
        socket_folder()
    runtime.chmod(0o1777)
    assert socket_folder().is_dir()


def test_one_of_somebody_else_is_refused(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    socket_folder()
    monkeypatch.setattr(places.os, "getuid", lambda: NOBODY)
    with pytest.raises(PlaceError, match="somebody else"):
        socket_folder()
