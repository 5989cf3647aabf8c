"""Whatever the umask, what we keep of a person is for that person alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("app", "agent", "tools", "models", ".")
PROGRAM = """
import json, os, stat, sys
from pathlib import Path
from tests.e2e.durability.scenarios import SCENARIOS, point_home
os.umask(0)
found = {}
for number, scenario in enumerate(SCENARIOS):
    work = Path(sys.argv[1]) / str(number)
    work.mkdir()
    point_home(work)
    scenario.prepare(work)
    scenario.act(work)
    # What a scenario lays there itself is no file of ours.
    for name in ("xdg", "state", "models"):
        for path in (work / name).rglob("*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            found[f"{scenario.name}: {path.relative_to(work)}"] = mode
json.dump(found, sys.stdout)
"""
LAID_THERE = ("config.toml", "prompts.jsonl")


def test_files_and_folders_are_closed_to_others(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in FOLDERS)},
        capture_output=True,
        text=True,
        check=True,
    )
    modes: dict[str, int] = json.loads(done.stdout)
    open_to_others = {name: oct(mode) for name, mode in modes.items() if mode & 0o077}
    assert {name for name in open_to_others if not name.endswith(LAID_THERE)} == set()
    endings = ("turns.db", "lock", "trust.jsonl", "1.json", ".gguf.json", ".torn", "sessions")
    for ending in endings:
        assert any(name.endswith(ending) for name in modes), ending
