"""The measurement of scripts/bench/sandbox: that it runs."""

import asyncio
import sys
from pathlib import Path

import pytest
from sandbox_cost import FIGURES, SandboxBench, make_project

from inhouse_tools.sandbox import probe


@pytest.mark.parametrize("name", FIGURES)
def test_it_measures(tmp_path: Path, name: str) -> None:
    root = make_project(tmp_path)
    sandbox = asyncio.run(probe(root))
    if sandbox.kind != "bubblewrap":
        assert sys.platform != "linux", sandbox.label
        pytest.skip(sandbox.label)
    figures = FIGURES[name](SandboxBench(root, sandbox, quick=True))
    assert figures
    assert all(figure.ours > 0 for figure in figures)
