"""Two agents in one repository: nothing that one of them wrote is lost by the other's edit."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
EACH = 60
AGENT = """
import sys
from pathlib import Path
from inhouse_tools.writing.files import Write, digest, write_files
root, state, name, times = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
refused = 0
for number in range(times):
    while True:
        writes = []
        for path in (root / "one", root / "two"):
            raw = path.read_bytes()
            new = raw + f"{name} {number}\\n".encode()
            writes.append(Write(root, path, path.name, new, digest(raw)))
        if write_files(writes, state) is None:
            break
        refused += 1
print(refused)
"""
# What a tool without a check would do.
NAIVE = AGENT.replace(
    "if write_files(writes, state) is None:",
    "if all(write.path.write_bytes(write.raw) for write in writes):",
)


def both(tmp_path: Path, program: str) -> tuple[list[str], list[str], int]:
    """The lines of the two files after two agents have added to both, and the refusals."""
    root, state = tmp_path / "root", tmp_path / "state"
    root.mkdir(exist_ok=True)
    for name in ("one", "two"):
        (root / name).write_text("")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools")}
    agents = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(root), str(state), name, str(EACH)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("left", "right")
    ]
    refused = sum(int(agent.communicate()[0]) for agent in agents)
    one, two = ((root / name).read_text().splitlines() for name in ("one", "two"))
    assert sorted(path.name for path in root.iterdir()) == ["one", "two"]
    return one, two, refused


def test_no_update_is_lost_and_files_that_belong_together_agree(tmp_path: Path) -> None:
    one, two, refused = both(tmp_path, AGENT)
    expected = sorted(f"{name} {number}" for name in ("left", "right") for number in range(EACH))
    assert sorted(one) == expected
    assert one == two, "every change of both files was one"
    assert refused > 0, "they never met"


def test_agents_that_check_nothing_lose_updates(tmp_path: Path) -> None:
    assert any(len(both(tmp_path, NAIVE)[0]) < 2 * EACH for _ in range(10))
