"""The measurements of scripts/bench/tui: that each runs, and notices a result that is wrong."""

import sys
from itertools import islice
from pathlib import Path

import pytest
from bench_run import BenchError
from terminal import Terminal
from tui_bench import TuiBench
from tui_figures import FIGURES
from tui_figures.prompt_ready import KEY, seconds_until_key
from tui_material import blocks

# Takes the screen, and shows what is typed from then on, as a program in raw mode does.
PROGRAM = """
import os, sys, time, tty
time.sleep(0.2)
tty.setraw(0)
os.write(1, b"\\x1b[?1049h")
while True:
    read = os.read(0, 1)
    os.write(1, read if {shows} else b".")
"""


@pytest.mark.parametrize("name", ["updates", "streaming", "memory"])
def test_it_measures(tmp_path: Path, name: str) -> None:
    figures = FIGURES[name](TuiBench(tmp_path, quick=True))
    assert figures
    assert all(figure.ours > 0 and figure.target for figure in figures)


def test_the_first_key_is_timed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM.format(shows=True)]
    assert 0.2 < seconds_until_key(command, tmp_path, tmp_path, {}) < 20


def test_a_key_that_is_not_shown_is_no_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_figures.prompt_ready.PATIENCE_SECONDS", 2.0)
    command = [sys.executable, "-c", PROGRAM.format(shows=False)]
    with pytest.raises(BenchError, match="never showed"):
        seconds_until_key(command, tmp_path, tmp_path, {})
    with pytest.raises(BenchError, match="never took the screen"):
        seconds_until_key([sys.executable, "-c", ""], tmp_path, tmp_path, {})


def test_a_terminal_ends_its_program(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(600)"]
    with Terminal(command, tmp_path, {}) as terminal:
        assert terminal.wait_for(b"begun", 20) is not None
        terminal.press(KEY)
    assert terminal.ended


def test_the_material_is_a_conversation() -> None:
    made = [type(block).__name__ for block in islice(blocks(), 16)]
    assert made[:8] == made[8:]
    assert {"PromptBlock", "AnswerBlock", "CommandBlock", "EditBlock", "TurnEndBlock"} <= set(made)
    assert all(block.finished for block in islice(blocks(), 8))
