"""The token is made once, for its owner's eyes, and what is no token is refused."""

import stat
from pathlib import Path

import pytest

from inhouse.serving.access import read_token, token_path
from inhouse_tools.refusal import Refusal


def test_it_is_made_once_and_kept_private() -> None:
    path = token_path()
    made = read_token(path)
    assert isinstance(made, str) and len(made) >= 32
    assert read_token(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    assert read_token(path) != made


def test_one_of_your_own(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(f"{'x' * 40}\n", "utf-8")
    path.chmod(0o600)
    assert read_token(path) == "x" * 40


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (b"short", 0o600, "at least 32"),
        (b"", 0o600, "at least 32"),
        (b"x" * 40 + b"\n" + b"y" * 40, 0o600, "one line"),
        ("ü".encode() * 40, 0o600, "plain"),
        (b"x" * 40, 0o644, "chmod 600"),
        (b"x" * 40, 0o620, "chmod 600"),
    ],
)
def test_what_is_no_token_is_refused(tmp_path: Path, content: bytes, mode: int, said: str) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)
    path.chmod(mode)
    found = read_token(path)
    assert isinstance(found, Refusal) and said in found.text and str(path) in found.text
    assert "xxx" not in found.text


def test_a_folder_and_a_place_that_cannot_be(tmp_path: Path) -> None:
    assert isinstance(read_token(tmp_path), Refusal)
    (tmp_path / "file").write_text("")
    found = read_token(tmp_path / "file" / "token")
    assert isinstance(found, Refusal) and "cannot be used" in found.text
