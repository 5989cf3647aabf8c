"""What bash really runs is what the analysis has found, for lines that it says it understands."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from inhouse_tools.shell import Analysis, analyse

BASH = shutil.which("bash") or "/bin/bash"
PROGRAMS = ("ls", "rm", "a", "cat")
PIECES = [
    *PROGRAMS, " ", " ", " ", "\t", "'", '"', "\\", "$", "(", ")", "`", ";", "&", "|", "<", ">",
    "#", "\n", "{", "}", "!", "=", "[", "]", "<<", "EOF", "\nEOF\n", "if ", "; then ", "; fi",
    "for x in ", "; do ", "; done", "case ", "in ", "esac", "-", "$'", "$(", "${x}", "$x", "\\\n",
    "&&", "||", "2>&1", "x", "'a b'", '"a b"', "<<<", "'EOF'", ">/dev/null", "é", "$((", "))",
    "|&", "&>", ";;", "#x", "\\'", '\\"', "\\`", '$"', "{a,b}", "- ",
]  # fmt: skip
WHOLE = ["ls", "rm a", "cat x", "ls 'a;b'", 'rm "x y"', "a", "ls -l", "$x", "'ls' x"]
JOINTS = [" ; ", " && ", " || ", " | ", "\n", " & ", ";"]
LINES = 700
STUB = """#!/bin/sh
said=${{0##*/}}
for word; do said="$said\001$word"; done
printf '%s\\002' "$said" >> {log}
"""


def lines(seed: int) -> list[str]:
    """Command lines of whole commands with pieces of syntax thrown in between."""
    chosen = random.Random(seed)
    made: list[str] = []
    for _line in range(LINES):
        line = chosen.choice(WHOLE)
        for _more in range(chosen.randint(0, 3)):
            line += chosen.choice(JOINTS) + chosen.choice(WHOLE)
        letters = list(line)
        for _piece in range(chosen.randint(0, 3)):
            letters.insert(chosen.randint(0, len(letters)), chosen.choice(PIECES))
        made.append("".join(letters))
    return made


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder `ws`, and beside it programs that only write down how they were called."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "ws").mkdir()
    for name in PROGRAMS:
        stub = tmp_path / "bin" / name
        stub.write_text(STUB.format(log=tmp_path / "log"), encoding="utf-8")
        stub.chmod(0o755)
    return tmp_path


def ran(desk: Path, line: str) -> list[tuple[str, ...]]:
    """The programs that bash started for a line, with their words."""
    log = desk / "log"
    log.write_text("", encoding="utf-8")
    subprocess.run(
        [BASH, "--noprofile", "--norc", "-c", line],
        cwd=desk / "ws",
        env={"PATH": str(desk / "bin"), "HOME": "/nowhere"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
        check=False,
    )
    calls = log.read_text(encoding="utf-8", errors="replace").split("\2")[:-1]
    return [tuple(call.split("\1")) for call in calls]


def programs(analysis: Analysis) -> set[str]:
    return {one.words[0].rpartition("/")[2] for one in analysis.commands if one.words}


def test_bash_runs_nothing_that_was_not_found(desk: Path) -> None:
    understood = read = 0
    for line in lines(seed=20):
        analysis = analyse(line, desk / "ws")
        if analysis.grade == "unclear":
            continue
        understood += 1
        calls = ran(desk, line)
        assert {call[0] for call in calls} <= programs(analysis), line
        if analysis.grade == "reads":
            read += 1
            assert set(calls) <= {one.words for one in analysis.commands}, line
            assert not any((desk / "ws").iterdir()), line
        for file in (desk / "ws").iterdir():
            file.unlink()
    assert understood > LINES // 4
    assert read > 20


def test_the_stubs_say_what_they_were_called_with(desk: Path) -> None:
    assert ran(desk, "ls 'a b'; rm $'x\\ty' || a") == [("ls", "a b"), ("rm", "x\ty")]
