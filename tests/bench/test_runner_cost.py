"""The measurement of scripts/bench/runner: that it runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench" / "runner"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a runner")
def test_it_measures() -> None:
    """As a program of its own, since it forks before anything else."""
    done = subprocess.run(
        [str(SCRIPT), "--quick", "--json"], capture_output=True, text=True, check=True, timeout=120
    )
    figures = json.loads(done.stdout)["figures"]
    assert len(figures) == 4
    assert all(figure["ours"] > 0 for figure in figures)
