"""A library whose AMX code was compiled wrongly is told by what its compiler left in it."""

from pathlib import Path

import pytest

from inhouse_models.chat import ModelError
from inhouse_models.engine import loading
from inhouse_models.engine.compiled_amx import read_compiler
from inhouse_models.engine.loading import EngineOptions, plan_loading

LAB = b"\x7fELF\0\0GCC: (Debian 12.2.0-14+deb12u1) 12.2.0\0.shstrtab\0"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (LAB, "GCC 12.2"),
        (b"GCC: (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0\0", "GCC 11.4"),
        (b"GCC: (GNU) 13.2.0\0", "GCC 13.2"),
        (b"GCC: (GNU) 13.3.0\0", ""),
        (b"GCC: (Debian 14.2.0-19) 14.2.0\0", ""),
        # The C library was compiled by another one.
        (LAB + b"GCC: (GNU) 14.1.0\0", ""),
        (LAB + b"Debian clang version 14.0.6\0", ""),
        (b"nothing of a compiler", ""),
        (b"GCC: (", ""),
    ],
)
def test_the_compiler_of_a_library(tmp_path: Path, content: bytes, found: str) -> None:
    library = tmp_path / "libggml-cpu.so"
    library.write_bytes(content)
    assert read_compiler(library) == found


def test_a_library_that_cannot_be_read(tmp_path: Path) -> None:
    assert read_compiler(tmp_path / "gone.so") == ""
    assert read_compiler(tmp_path) == ""


@pytest.mark.model
def test_weights_stay_in_their_order(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    options = EngineOptions(small_model, tuned=False, report=said.append)
    for compiler in ("", "GCC 12.2"):
        monkeypatch.setattr(loading, "wrong_amx", lambda compiler=compiler: compiler)
        planned = plan_loading(options)
        assert not isinstance(planned, ModelError)
        assert planned.repack == (not compiler)
    told = [line for line in said if line.startswith("AMX")]
    assert told == ["AMX: Not used, since GCC 12.2 compiled it wrongly: inhouse doctor --fix-build"]
    assert sum(line.startswith("repack") for line in said) == 1
