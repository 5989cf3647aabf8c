"""How soon after its start the program takes a key."""

import statistics
from pathlib import Path

from figure import Figure, Target
from terminal import Terminal
from tui_bench import TuiBench, require

STARTS = 7
MOST_SECONDS = 0.6
KEY = "§"
PATIENCE_SECONDS = 30.0
PROGRAM = Path(__file__).parents[3] / ".venv" / "bin" / "inhouse"


def measure_prompt_ready(bench: TuiBench) -> list[Figure]:
    """The median over starts in a folder with one file, after a start that warms the disk up."""
    home, folder = bench.folder / "home", bench.folder / "project"
    home.mkdir()
    folder.mkdir()
    (folder / "words.py").write_text("print('words')\n")
    command = [str(PROGRAM)]
    seconds_until_key(command, home, folder)
    times = [seconds_until_key(command, home, folder) for _ in range(bench.few(STARTS, 1))]
    return [
        Figure(
            "prompt ready",
            statistics.median(times),
            "s",
            target=Target("at most", MOST_SECONDS),
            note="from the start of the process until a key that was pressed stands in the prompt,"
            f" median of {len(times)} starts, {min(times):.2f} to {max(times):.2f} s",
        )
    ]


def seconds_until_key(command: list[str], home: Path, folder: Path) -> float:
    """Start a program in a terminal, press a key as soon as it has taken the screen, and wait
    until the key is shown."""
    environment = {"HOME": str(home)}
    with Terminal(command, folder, environment) as terminal:
        # Earlier the terminal itself would show the key.
        taken = terminal.wait_for(b"\x1b[?1049h", PATIENCE_SECONDS)
        require(taken is not None, "it never took the screen")
        terminal.press(KEY)
        shown = terminal.wait_for(KEY.encode(), PATIENCE_SECONDS)
        require(shown is not None, "the key was never shown")
        return shown or 0.0
