"""Turns that change files of a project, and the way back."""

from pathlib import Path
from typing import Final

from tests.e2e.durability.scenario import Scenario, require
from tests.tools.undo.undo_project import picture

from inhouse_tools.undo import History, Recorder, Store
from inhouse_tools.writing.files import Write, digest, write_files
from inhouse_tools.writing.journal import recover


def _store(work: Path) -> Store:
    return Store(work / "project", work / "state")


def _prepare_project(work: Path) -> None:
    for name in ("a", "sub/b", "sub/gone", "run"):
        path = work / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"old {name}\n")
    (work / "state").mkdir(mode=0o700)


def _writes(work: Path) -> list[Write]:
    root = work / "project"

    def one(name: str, raw: bytes | None, mode: int | None = None) -> Write:
        expected = "" if name.startswith("made") else digest(f"old {name}\n".encode())
        return Write(root, root / name, name, raw, expected, mode)

    return [
        one("a", b"new a\n"),
        one("sub/b", b"new b\n"),
        one("made/for/it", b"new\n"),
        one("sub/gone", None),
        one("run", b"old run\n", mode=0o755),
    ]


def _turn(work: Path, writes: list[Write]) -> str:
    """A turn of a session that writes."""
    store = _store(work)
    recorder = Recorder(store)
    said = [*recorder.begin("Change it."), *recorder.open([write.path for write in writes])]
    refused = write_files(writes, store.state)
    said += [refused.text] if refused else []
    said += [*recorder.close(), *recorder.end()]
    return " ".join(said)


def _look_at_project(work: Path) -> object:
    return picture(work / "project")


def _restart_project(work: Path) -> list[str]:
    return [*recover(work / "state"), *Recorder(_store(work)).begin("Next.")]


def _way_back(work: Path) -> None:
    """Whatever was written can be taken back and done again."""
    before = picture(work / "project")
    history = History(_store(work))
    for move in (history.undo, history.redo) if _changed(before) else (history.redo, history.undo):
        outcome = move()
        if outcome.moved:
            require(outcome.refusal is None, f"undo: {outcome.refusal}")
            other = picture(work / "project")
            require(_changed(other) != _changed(before), "undo did nothing")
            return
    require(not _changed(before), "what was written cannot be taken back")


def _changed(found: dict[str, tuple[str, int, bytes]]) -> bool:
    return found["a"][2] != b"old a\n"


def _move(work: Path, *, redo: bool) -> str:
    history = History(_store(work))
    outcome = history.redo() if redo else history.undo()
    said = [*outcome.notices, *(note for moved in outcome.moved for note in moved.notes)]
    return " ".join([*said, outcome.refusal.text] if outcome.refusal else said)


def _prepare_turn(work: Path) -> None:
    _prepare_project(work)
    _turn(work, _writes(work))


def _prepare_undone(work: Path) -> None:
    _prepare_turn(work)
    _move(work, redo=False)


PROJECT: Final = (_look_at_project, _restart_project, _way_back)
PROJECT_SCENARIOS: Final = (
    Scenario("edit", _prepare_project, lambda work: _turn(work, _writes(work)[:1]), *PROJECT),
    Scenario("several files", _prepare_project, lambda work: _turn(work, _writes(work)), *PROJECT),
    Scenario("undo", _prepare_turn, lambda work: _move(work, redo=False), *PROJECT),
    Scenario("redo", _prepare_undone, lambda work: _move(work, redo=True), *PROJECT),
)
