"""config.toml is changed without losing a comment, and wholly or not at all."""

from pathlib import Path

import pytest

from inhouse.settings import KEYS, SettingProblem, find_key
from inhouse.settings_file import FileProblem, read_file, write_value


def test_comments_and_order_survive(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine\nmodel = 'a' # why\n\n[rules]\n# careful\ndeny = []\n", "utf-8")
    assert write_value(file, "model", "b") is None
    assert write_value(file, "rules.allow", ["bash(ls*)"]) is None
    assert file.read_text("utf-8") == (
        '# mine\nmodel = "b" # why\n\n[rules]\n# careful\ndeny = []\nallow = ["bash(ls*)"]\n'
    )


def test_a_new_file_is_the_persons_own(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    assert write_value(file, "rules.deny", ["write"]) is None
    assert read_file(file, owned=True) == {"rules": {"deny": ["write"]}}
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles.toml").write_text("model = 'a'\n", "utf-8")
    file = tmp_path / "config.toml"
    file.symlink_to("dotfiles.toml")
    assert write_value(file, "model", "b") is None
    assert file.is_symlink()
    assert (tmp_path / "dotfiles.toml").read_text("utf-8") == 'model = "b"\n'


def test_a_broken_file_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("model = \n", "utf-8")
    assert isinstance(write_value(file, "model", "b"), FileProblem)
    assert file.read_text("utf-8") == "model = \n"


def test_a_key_in_the_place_of_a_table_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("rules = 3\n", "utf-8")
    assert isinstance(write_value(file, "rules.deny", ["write"]), FileProblem)
    assert file.read_text("utf-8") == "rules = 3\n"


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a = 1\0", b"a = " + b"[" * 5000])
def test_hostile_bytes_are_a_problem(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(data)
    assert isinstance(read_file(file, owned=False), FileProblem)


def test_every_key_is_documented_and_its_default_is_valid() -> None:
    for key in KEYS.values():
        assert key.description
        assert key.check(key.default) == key.default


def test_a_mistyped_key_is_guessed() -> None:
    problem = find_key("rules.alow")
    assert isinstance(problem, SettingProblem)
    assert "rules.allow" in problem.text
