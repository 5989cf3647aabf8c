"""What is kept of a fault of our own: where it happened, and nothing of the person's work."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from inhouse import __version__
from inhouse.live.crash_report import (
    MOST_KEPT,
    TellingCrashes,
    describe_fault,
    place_of,
    write_report,
)
from inhouse.sanitise import sanitise
from inhouse_agent.folders import state_folder

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECRET = "the words of a prompt"


def fail(text: str) -> None:
    """Fails with a message that holds what a person wrote."""
    prompt = text
    raise ValueError(f"cannot draw {prompt!r}")


def caught(text: str = SECRET) -> Exception:
    try:
        fail(text)
    except ValueError as fault:
        return fault
    raise AssertionError


def chained() -> Exception:
    try:
        try:
            fail(SECRET)
        except ValueError as fault:
            raise OSError(28, "No space left on device", f"/home/me/{SECRET}") from fault
    except OSError as fault:
        return fault
    raise AssertionError


def test_a_report_tells_where_and_not_what() -> None:
    text = describe_fault(caught(), "terminal UI", NOW)
    assert f"inhouse: {__version__}" in text
    assert "part: terminal UI" in text
    assert "time: 2026-01-02T03:04:05+00:00" in text
    assert "in fail\n" in text
    assert 'raise ValueError(f"cannot draw {prompt!r}")' in text
    assert "builtins.ValueError (its message is left out)" in text
    assert SECRET not in text


def test_messages_that_name_only_code_stay() -> None:
    fault = AttributeError("'str' object has no attribute 'nothing_like_it'")
    text = describe_fault(fault, "terminal UI", NOW)
    assert "'str' object has no attribute 'nothing_like_it'" in text


def test_causes_and_groups_are_told_without_names_of_files() -> None:
    group = ExceptionGroup(SECRET, [chained(), caught()])
    text = describe_fault(group, "terminal UI", NOW)
    assert "builtins.ExceptionGroup (its message is left out)" in text
    assert "builtins.OSError: No space left on device" in text
    assert text.count("builtins.ValueError") == 2
    assert SECRET not in text


def test_a_fault_that_causes_itself_is_told_once() -> None:
    fault = caught()
    fault.__cause__ = fault
    assert describe_fault(fault, "x", NOW).count("builtins.ValueError") == 1


def test_paths_of_this_machine_are_left_out() -> None:
    text = describe_fault(caught(), "x", NOW)
    assert str(Path(__file__).parent) not in text
    assert Path(__file__).name in text
    assert place_of(caught()).startswith("ValueError in ")


def test_a_report_is_for_the_persons_eyes_only() -> None:
    path = write_report(caught(), "terminal UI")
    assert path is not None
    assert path.parent == state_folder() / "crashes"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert sanitise(path.read_text("utf-8")) == path.read_text("utf-8")


def test_only_the_newest_reports_are_kept() -> None:
    folder = state_folder() / "crashes"
    folder.mkdir(parents=True)
    for number in range(MOST_KEPT + 5):
        (folder / f"20200101-0000{number:02}-abcdef.txt").write_text("old", "ascii")
    path = write_report(caught(), "terminal UI")
    left = sorted(folder.iterdir())
    assert len(left) == MOST_KEPT
    assert left[-1] == path


def test_a_full_disk_is_no_further_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "ascii")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert write_report(caught(), "terminal UI") is None


def test_a_crash_is_told_and_goes_no_further(capsys: pytest.CaptureFixture[str]) -> None:
    with TellingCrashes("plain mode"):
        fail(SECRET)
    told = capsys.readouterr().err
    assert "inhouse has stopped because of a fault of its own: ValueError in " in told
    assert "Go on with: inhouse -c" in told
    assert "A report without your prompts and files is in " in told
    assert SECRET not in told


@pytest.mark.parametrize("end", [KeyboardInterrupt(), BrokenPipeError(), OSError(28, "full")])
def test_who_leaves_is_no_crash(end: BaseException) -> None:
    with pytest.raises(type(end)), TellingCrashes("plain mode"):
        raise end
