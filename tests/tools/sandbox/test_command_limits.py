"""A command cannot use up the machine; outside of the sandbox the same goes through."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from tests.tools.sandbox import boxes

from inhouse_tools.sandbox import probe
from inhouse_tools.sandbox.limits import FIRST_TO_END, GIB, limits_for

TAKE = f"{sys.executable} -I -S -c 'bytearray(1 << 27); print(\"taken\")'"
RESERVE = (
    f"{sys.executable} -I -S -c 'import mmap; mmap.mmap(-1, 1 << 36, flags=mmap.MAP_PRIVATE | "
    'mmap.MAP_ANONYMOUS | 0x4000, prot=mmap.PROT_READ); print("reserved")\''
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def test_memory_that_is_used_is_limited_but_not_what_is_reserved(root: Path) -> None:
    sandbox = asyncio.run(probe(root, memory=0.0625))
    if sandbox.kind != "bubblewrap":
        assert sys.platform != "linux", sandbox.label
        pytest.skip(sandbox.label)
    shell = boxes.inside(sandbox)
    assert "MemoryError" in shell(TAKE).text
    assert "taken" in boxes.outside(root)(TAKE).text
    assert "reserved" in shell(RESERVE).text
    assert shell("head -c 100M /dev/zero > /tmp/much").failed
    # A limit that the person has set already is the highest that there can be.
    assert "taken" in boxes.inside(boxes.boundary(root))(TAKE).text


def test_files_cores_and_who_ends_first(root: Path) -> None:
    shell = boxes.inside(boxes.boundary(root))
    assert shell("truncate -s 17G huge").failed
    assert not shell("truncate -s 15G large && rm large").failed
    assert not boxes.outside(root)("truncate -s 17G huge && rm huge").failed
    said = shell("ulimit -Hc; cat /proc/self/oom_score_adj; ulimit -Hu").text.split("\n")
    assert said[0] == "0"
    assert int(said[1]) >= FIRST_TO_END
    assert said[2] == "unlimited" or int(said[2]) <= 8192


def test_a_lower_limit_of_the_person_stays() -> None:
    script = f"ulimit -n 128\n{limits_for(1).as_shell()}\nulimit -n; ulimit -d"
    shown = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["128", str(1 << 20)]


def test_the_usual_share() -> None:
    assert limits_for(2).memory == 2 * GIB
    assert limits_for().memory > GIB // 4
