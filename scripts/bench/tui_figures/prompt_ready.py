"""How soon after its start the program takes a key."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench_run import require
from figure import Figure, Target
from terminal import Terminal
from tui_bench import TuiBench
from vibe_install import ensure_vibe

STARTS = 9
MOST_SECONDS = 0.6
MOST_OF_OPPONENT = 0.5
KEY = "§"
PATIENCE_SECONDS = 30.0
BETWEEN_SECONDS = 0.02
PROGRAM = Path(__file__).parents[3] / ".venv" / "bin" / "inhouse"
# It would ask for a key first; none is used, since nothing is sent.
OPPONENT_ENVIRONMENT = {"MISTRAL_API_KEY": "none"}


def measure_prompt_ready(bench: TuiBench) -> list[Figure]:
    """Medians over starts in a folder with one file, after starts that warm the disk up; with an
    opponent, which is started in turn."""
    home, folder = bench.folder / "home", bench.folder / "project"
    home.mkdir()
    folder.mkdir()
    (folder / "words.py").write_text("print('words')\n")
    opponent = None if bench.quick else ensure_vibe()
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(bench.few(STARTS, 1) + 1):
        mine = seconds_until_key([str(PROGRAM)], home, folder, {})
        other = 0.0
        if opponent is not None:
            other = seconds_until_key([str(opponent)], home, folder, OPPONENT_ENVIRONMENT)
        if number:
            ours.append(mine)
            theirs.append(other)
    note = (
        "from the start of the process until a key that was pressed stands in the prompt,"
        f" median of {len(ours)} starts, {min(ours):.2f} to {max(ours):.2f} s"
    )
    target = Target("at most", MOST_SECONDS)
    figures = [Figure("prompt ready", statistics.median(ours), "s", target=target, note=note)]
    if opponent is not None:
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        figures.append(
            Figure(
                "prompt ready, beside mistral-vibe",
                statistics.median(ours),
                "s",
                "mistral-vibe",
                statistics.median(theirs),
                statistics.median(ratios),
                Target("at most", MOST_OF_OPPONENT),
                f"median of {len(ratios)} paired ratios, {min(ratios):.2f} to {max(ratios):.2f}",
            )
        )
    return figures


def seconds_until_key(
    command: Sequence[str], home: Path, folder: Path, variables: Mapping[str, str]
) -> float:
    """Start a program in a terminal, press a key again and again as soon as it has taken the
    screen, since keys that come too early are lost, and wait until one is shown."""
    environment = {"HOME": str(home), **variables}
    with Terminal(command, folder, environment) as terminal:
        # Earlier the terminal itself would show the key.
        taken = terminal.wait_for(b"\x1b[?1049h", PATIENCE_SECONDS)
        require(taken is not None, f"{Path(command[0]).name} never took the screen")
        shown = None
        for _press in range(round(PATIENCE_SECONDS / BETWEEN_SECONDS)):
            terminal.press(KEY)
            shown = terminal.wait_for(KEY.encode(), BETWEEN_SECONDS)
            if shown is not None or terminal.ended:
                break
        require(shown is not None, f"{Path(command[0]).name} never showed the key")
        return shown or 0.0
