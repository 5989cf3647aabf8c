"""What a folder brings along is found without running it, and what changes is no longer obeyed."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.app.trust.projects_to_trust import RUFF, SETTINGS, give_away, loaded, repository, write
from tests.tools.git.repositories import git
from tests.unprivileged import bound_by_file_modes

from inhouse.settings import SettingProblem, Settings
from inhouse.sources import Resolved, project_file, resolve, user_file
from inhouse.trust import agrees_to_git, is_trusted, standing_of, trust
from inhouse.trust.finding import Finding
from inhouse.trust.found_other import find_other
from inhouse.trust.notice import held_back, notice_of
from inhouse.trust.question import question_for, reply
from inhouse.trust.survey import survey
from inhouse.wishing import Wanted, make_wish


def keys(findings: tuple[Finding, ...]) -> list[str]:
    return [one.key for one in findings]


def held(root: Path) -> list[str]:
    """What would be obeyed if the person agreed."""
    return keys(held_back(standing_of(root), survey(root)))


def settled(root: Path) -> Resolved:
    found = resolve(root, {}, {}, survey(root))
    assert isinstance(found, Resolved), found
    return found


EVERYTHING = ["settings", "check ruff", "git core.fsmonitor", "git hook pre-commit"]


def test_everything_is_listed_with_what_it_would_do(tmp_path: Path) -> None:
    found = survey(loaded(tmp_path / "repo"))
    assert keys(tuple(one for one in found if one.obeyed)) == EVERYTHING
    said = [effect for one in found for effect in one.effects]
    for wanted in (
        "check lint runs `make lint`",
        "language server py starts `pylsp -v`",
        "a task counts as done when `make check` succeeds",
        "git runs `./watch` (core.fsmonitor)",
        "runs at pre-commit when you commit through inhouse",
        "MCP server files would run `npx -y it`: not used",
    ):
        assert wanted in said, wanted
    assert any(effect.startswith("check ruff runs `ruff check") for effect in said)
    told = {one.file for one in found if one.kind == "other"}
    assert told == {".mcp.json", ".env", ".agents/skills", "AGENTS.md"}


def test_an_ordinary_project_brings_nothing_along(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    git(root, "config", "user.name", "Ada")
    git(root, "remote", "add", "origin", "https://example.org/x")
    git(root, "config", "core.fsmonitor", "true")
    write(root / ".git" / "hooks" / "pre-push.sample", "#!/bin/sh\n").chmod(0o755)
    write(root / "README.md", "# Plain\n")
    assert held(root) == []
    assert question_for(root) is None
    assert notice_of(root, survey(root)) == ""


def test_what_was_agreed_to_is_obeyed_from_every_folder_of_it(tmp_path: Path) -> None:
    root = loaded(tmp_path / "repo")
    write(root / "web" / "ruff.toml", "line-length = 80\n")
    trust(root)
    for folder in (root, root / "web", root / ".agents"):
        assert held(folder) == []
    assert settled(root / "web").settings.verify == "make check"


Change = Callable[[Path], object]
CHANGES: dict[str, tuple[str, Change]] = {
    "settings": (
        "settings",
        lambda root: write(project_file(root), SETTINGS + 'ask = ["bash(x*)"]\n'),
    ),
    "check": ("check ruff", lambda root: write(root / "pyproject.toml", "[tool.ruff]\n")),
    "new check": ("check flake8", lambda root: write(root / ".flake8", "[flake8]\n")),
    "a check's own file": ("check mypy", lambda root: write(root / "mypy.ini", "[mypy]\n")),
    "fsmonitor": (
        "git core.fsmonitor",
        lambda root: git(root, "config", "core.fsmonitor", "./other"),
    ),
    "its program": ("git core.fsmonitor", lambda root: write(root / "watch", "#!/bin/sh\nevil\n")),
    "alias of a filter": (
        "git filter.x.clean",
        lambda root: git(root, "config", "filter.x.clean", "./evil"),
    ),
    "hook": (
        "git hook pre-commit",
        lambda root: write(root / ".git" / "hooks" / "pre-commit", "#!/bin/sh\nevil\n"),
    ),
    "hook folder": (
        "git hook pre-push",
        lambda root: (
            write(root / "own" / "pre-push", "#!/bin/sh\n").chmod(0o755),
            git(root, "config", "core.hooksPath", "own"),
        ),
    ),
}


@pytest.mark.parametrize(("key", "change"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_said_and_not_obeyed_until_the_person_agrees(
    tmp_path: Path, key: str, change: Change
) -> None:
    root = loaded(tmp_path / "repo")
    trust(root)
    assert held(root) == []
    change(root)
    assert held(root) == [key]
    name = key.removeprefix("git ").removeprefix("check ")
    (said,) = settled(root).notices[:1]
    assert (name if key != "settings" else ".inhouse/config.toml") in said
    assert "changed since you trusted" in said
    assert is_trusted(root)
    trust(root)
    assert held(root) == []
    assert not any("changed" in text for text in settled(root).notices)


def test_a_change_of_what_is_included_is_seen(tmp_path: Path) -> None:
    """Git reads a tracked file here, so a pull could add programs to it."""
    root = repository(tmp_path / "repo")
    write(root / ".gitsettings", "[user]\n\tname = Ada\n")
    git(root, "config", "include.path", "../.gitsettings")
    trust(root)
    assert held(root) == []
    write(root / ".gitsettings", "[diff]\n\texternal = ./evil\n")
    assert held(root) == ["git diff.external"]


def test_unrelated_changes_are_none(tmp_path: Path) -> None:
    root = loaded(tmp_path / "repo")
    trust(root)
    write(root / "pyproject.toml", '[project]\nname = "x"\n' + RUFF + "[tool.pytest]\n")
    git(root, "config", "branch.main.remote", "origin")
    git(root, "remote", "add", "origin", "https://example.org/x")
    write(root / "src.py", "x = 1\n")
    assert held(root) == []


def test_rules_of_a_changed_file_that_forbid_still_hold(tmp_path: Path) -> None:
    root = loaded(tmp_path / "repo")
    trust(root)
    write(project_file(root), SETTINGS + 'ask = ["bash(git push*)"]\nallow = ["bash(*)"]\n')
    now = settled(root).settings
    assert (now.verify, now.max_turns, now.rules.allow) == ("", 100, ())
    assert (now.rules.deny, now.rules.ask) == (("bash(rm*)",), ("bash(git push*)",))


def test_git_is_asked_again_when_what_it_would_start_has_changed(tmp_path: Path) -> None:
    from inhouse_tools.git.programs import GitProgram

    root = loaded(tmp_path / "repo")
    other = GitProgram("core.fsmonitor", "./watch", "another digest")
    assert not agrees_to_git(root)(())
    trust(root)
    assert agrees_to_git(root)(())
    assert not agrees_to_git(root)((other,))


def test_one_line_says_all_in_an_untrusted_folder(tmp_path: Path) -> None:
    root = loaded(tmp_path / "repo")
    found = settled(root)
    (said,) = found.notices
    assert said.startswith("This folder is not trusted, so .inhouse/config.toml, the check ruff")
    assert "inhouse trust" in said
    assert found.settings == Settings()


@pytest.mark.parametrize("said", ["trust", "once", "not now", "never"])
def test_an_answer_does_what_it_says(tmp_path: Path, said: str) -> None:
    root = loaded(tmp_path / "repo")
    question = question_for(root)
    assert question is not None
    assert keys(question.asked) == EVERYTHING
    assert not question.again
    assert reply(question, said) == ""  # pyright: ignore[reportArgumentType] - it is one of the four
    assert is_trusted(root) == (said in ("trust", "once"))
    assert (question_for(root) is None) == (said != "not now")
    assert bool(settled(root).settings.verify) == (said in ("trust", "once"))
    # After "never" nobody is asked, and what is ignored is said all the same.
    assert bool(settled(root).notices) == (said in ("not now", "never"))


def test_only_what_is_new_is_asked_about_again(tmp_path: Path) -> None:
    root = loaded(tmp_path / "repo")
    trust(root)
    write(root / ".flake8", "[flake8]\n")
    question = question_for(root)
    assert question is not None
    assert question.again
    assert keys(question.asked) == ["check flake8"]
    reply(question, "once")
    assert question_for(root) is None
    assert held(root) == []


def test_what_changed_while_the_person_was_reading_is_not_agreed_to(tmp_path: Path) -> None:
    root = loaded(tmp_path / "repo")
    question = question_for(root)
    assert question is not None
    write(project_file(root), 'verify = "evil"\n')
    reply(question, "trust")
    assert settled(root).settings.verify == ""
    assert held(root) == ["settings"]


def test_a_list_that_cannot_be_written_is_said(tmp_path: Path, home: Path) -> None:
    root = loaded(tmp_path / "repo")
    question = question_for(root)
    write(home / ".local" / "state", "a file where a folder should be")
    assert question is not None
    assert "cannot be kept" in reply(question, "trust")
    assert not is_trusted(root)


def test_odd_files_are_looked_at_without_harm(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / ".inhouse").mkdir()
    place = root / ".inhouse" / "config.toml"
    for make in (
        lambda: os.mkfifo(place),
        place.mkdir,
        lambda: place.symlink_to("config.toml"),
        lambda: place.symlink_to("/dev/zero"),
        lambda: write(place, "[" * 100_000),
        lambda: place.write_bytes(b"\xff\x00" * 400),
        lambda: write(place, "x = 1\n" * 1_000_000),
    ):
        make()
        (finding,) = survey(root)
        assert finding.key == "settings"
        assert isinstance(resolve(root, {}, {}), Resolved)
        shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
@settings(max_examples=50)
def test_any_mcp_file_is_only_told_of(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    root = tmp_path_factory.getbasetemp()
    write(root / ".mcp.json", json.dumps({"mcpServers": value}))
    (finding,) = find_other(root)
    assert not finding.obeyed


def test_the_wish_takes_the_programs_of_an_untrusted_folder_off_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "repo")
    usual = os.environ["PATH"]
    monkeypatch.setenv("PATH", os.pathsep.join([str(root / "bin"), ".", "", usual]))
    make_wish(Wanted(root, "ask"))
    assert os.environ["PATH"] == os.pathsep.join(p for p in usual.split(":") if p.startswith("/"))
    monkeypatch.setenv("PATH", os.pathsep.join([str(root / "bin"), usual]))
    trust(root)
    make_wish(Wanted(root, "ask"))
    assert os.environ["PATH"].startswith(str(root / "bin"))


@pytest.mark.parametrize(
    "text",
    [
        '[rules]\ndenny = ["bash(rm*)"]\n',
        'rules = ["bash(rm*)"]\n',
        "[rules]\ndeny = 7\n",
        "[rules\n",
    ],
)
def test_rules_that_cannot_be_read_stop_the_start(tmp_path: Path, text: str) -> None:
    write(user_file(), text)
    assert isinstance(resolve(tmp_path, {}, {}), SettingProblem)


@pytest.mark.parametrize("mode", [0o666, 0o602])
def test_of_a_file_that_everyone_may_write_only_what_forbids_holds(
    tmp_path: Path, mode: int
) -> None:
    write(user_file(), 'mode = "yolo"\n[rules]\ndeny = ["bash(rm*)"]\nallow = ["bash(*)"]\n')
    user_file().chmod(mode)
    found = settled(tmp_path)
    assert (found.settings.mode, found.settings.rules.allow) == ("", ())
    assert found.settings.rules.deny == ("bash(rm*)",)
    assert "everyone" in found.notices[0]


def test_a_file_that_may_not_be_read_stops_the_start(tmp_path: Path) -> None:
    write(user_file(), '[rules]\ndeny = ["bash(rm*)"]\n').chmod(0o000)
    with bound_by_file_modes():
        assert isinstance(resolve(tmp_path, {}, {}), SettingProblem)


def test_of_a_foreign_file_that_is_damaged_nothing_is_skipped(tmp_path: Path) -> None:
    write(user_file(), '[rules]\ndeny = ["bash(rm*)"\n')
    user_file().chmod(0o666)
    assert isinstance(resolve(tmp_path, {}, {}), SettingProblem)


def test_a_file_of_another_user_weakens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(user_file(), 'mode = "yolo"\n[rules]\nask = ["bash(git push*)"]\n')
    give_away(user_file(), monkeypatch)
    found = settled(tmp_path)
    assert found.settings.mode == ""
    assert found.settings.rules.ask == ("bash(git push*)",)
    assert "belongs to another user" in found.notices[0]


def test_a_folder_that_was_made_to_take_for_ever_does_not(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    large = "[tool.ruff]\n" + "".join(f"key{number} = {number}\n" for number in range(60_000))
    assert 800_000 < len(large) < 1_000_000
    for number in range(100):
        write(root / f"part{number}" / "pyproject.toml", large)
    started = time.process_time()
    found = survey(root)
    assert time.process_time() - started < 10
    assert 1 <= len(found) <= 3
