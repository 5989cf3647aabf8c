"""A compiler that makes AMX code wrongly is told to leave it out, and no other one is."""

from pathlib import Path

import pytest
from compiler import compiler_flags, compiles_amx

COPYRIGHT = "\nCopyright (C) 2022 Free Software Foundation, Inc.\n"
DEBIAN_12 = f"c++ (Debian 12.2.0-14+deb12u1) 12.2.0{COPYRIGHT}"


@pytest.mark.parametrize(
    ("description", "right"),
    [
        (DEBIAN_12, False),
        (f"g++ (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0{COPYRIGHT}", False),
        (f"g++ (GCC) 8.5.0 20210514 (Red Hat 8.5.0-26){COPYRIGHT}", False),
        (f"g++ (GCC) 13.2.0{COPYRIGHT}", False),
        (f"g++ (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0{COPYRIGHT}", True),
        (f"c++ (Debian 14.2.0-19) 14.2.0{COPYRIGHT}", True),
        ("Debian clang version 14.0.6\nTarget: x86_64-pc-linux-gnu\n", True),
        ("Apple clang version 17.0.0 (clang-1700.0.13.5)\n", True),
        ("", True),
    ],
)
def test_which_compilers_make_amx_rightly(description: str, right: bool) -> None:
    assert compiles_amx(description) == right


def test_only_a_processor_with_amx_needs_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler = tmp_path / "c++"
    compiler.write_text(f"#!/bin/sh\ncat <<'END'\n{DEBIAN_12}END\n")
    compiler.chmod(0o755)
    monkeypatch.delenv("CFLAGS", raising=False)
    monkeypatch.setenv("CXXFLAGS", "-O1")
    assert compiler_flags(str(compiler), "avx2 amx_tile amx_int8 fma") == {
        "CFLAGS": "-U__AMX_INT8__",
        "CXXFLAGS": "-O1 -U__AMX_INT8__",
    }
    assert compiler_flags(str(compiler), "avx2 avx512f fma") == {}
    assert compiler_flags(None, "amx_int8") == {}
