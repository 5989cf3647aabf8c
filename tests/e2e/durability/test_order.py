"""A power cut tears nothing: bytes are safe before their name is, and names before anybody relies
on them."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.durability.order import replay

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("app", "agent", "tools", "models", ".")
NOT_LASTING = {"draft", "naive writer"}
TRACES = """
import json, sys
from tests.e2e.durability.scenarios import CONTROL, SCENARIOS, point_home
from tests.e2e.durability.stand import stands
traces = {}
with stands([*SCENARIOS, CONTROL]) as made:
    for stand, _points in made:
        point_home(stand.work)
        traces[stand.scenario.name] = stand.trace()
json.dump(traces, sys.stdout)
"""


def traces() -> dict[str, list[str]]:
    """The system calls of every scenario."""
    done = subprocess.run(
        [sys.executable, "-c", TRACES],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in FOLDERS)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_every_rename_comes_after_its_bytes_and_before_its_folder() -> None:
    disks = {name: replay(lines) for name, lines in traces().items()}
    faults = {name: disk.faults for name, disk in disks.items() if disk.faults}
    # Typing does not wait for the disk: that a draft is found out says that the others would be.
    assert set(faults) == {"draft"}
    assert len(faults["draft"]) == 2
    assert disks["naive writer"].unsafe
    left = {name: disk.unsafe for name, disk in disks.items() if disk.unsafe}
    assert set(left) - NOT_LASTING <= {"prompt history", "session repair"}, left
    moved = {name for name, disk in disks.items() if disk.moved}
    assert moved >= set(disks) - {"session append", "naive writer"}
    assert disks["session append"].unsafe == set()


def test_nothing_in_a_project_moves_before_its_record_and_its_way_back_are_safe() -> None:
    found = traces()
    for name in ("edit", "several files", "undo", "redo"):
        disk = replay(found[name])
        records = [at for at, target in enumerate(disk.moved) if target.endswith(".jsonl")]
        files = [at for at, target in enumerate(disk.moved) if "/project/" in target]
        assert records and files and max(records) < min(files), name
        for target, unsafe in disk.moved.items():
            # Names in the project become safe together, after the last of them.
            others = {path for path in unsafe if "/project" not in path}
            assert others == set(), (name, target)


def test_the_replay_notices_what_is_not_synced() -> None:
    lines = [
        "getppid() = 1",
        'openat(3</w>, ".new", O_WRONLY|O_CREAT, 0600) = 4</w/.new>',
        'write(4</w/.new>, "x", 1) = 1',
        "7 fsync(4</w/.new> <unfinished ...>",
        "8 close(5</w/other>) = 0",
        "7 <... fsync resumed>) = 0",
        'renameat(3</w>, ".new", 3</w>, "file") = 0',
        "fsync(3</w>) = 0",
        "getppid() = 1",
    ]
    good = replay(lines)
    assert (good.faults, list(good.moved)) == ([], ["/w/file"])
    unsynced = replay([line for line in lines if "fsync" not in line])
    assert unsynced.faults == [
        "/w/.new was renamed before its bytes were safe",
        "/w was left with names that are not safe",
    ]
    failed = [line.replace("= 0", "= -1 EIO (x)") if "resumed" in line else line for line in lines]
    assert len(replay(failed).faults) == 1
