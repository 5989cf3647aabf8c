"""No byte of a foreign text acts on the terminal: every widget of the UI, looked at in a pty."""

import json
import os
import sys
from pathlib import Path

import pytest
from tests.e2e.terminal import Terminal
from tests.e2e.terminal_bytes import differences, take_apart
from tests.tui.hostile_texts import ATTACKS, MARK

ROOT = Path(__file__).resolve().parents[2]
# What Textual itself writes, taken from a walk with harmless texts: pytest --update does it again.
OWN_SEQUENCES = ROOT / "tests" / "goldens" / "terminal_sequences.json"
# One-shot and the other commands colour words and rewrite one line.
COLOURS = {"\x1b[Nm", "\x1b[K"}
COMMANDS = 45
# A machine that does much else at the same time is slow.
PATIENCE_SECONDS = 280
BASE_CLASSES = {
    "inhouse.tui.screens.column.ColumnScreen",
    "inhouse.tui.blocks.block.Block",
    "inhouse.tui.blocks.flow_block.FlowBlock",
    "inhouse.tui.screens.page.Page",
}


def run_in_terminal(folder: Path, module: str, *arguments: str) -> bytes:
    """Everything that a module writes to its terminal; it has to end well."""
    paths = os.pathsep.join(str(ROOT / name) for name in ("app", "agent", "tools", "models", "."))
    variables = {"PYTHONPATH": paths, "PYTHONSAFEPATH": "1", "HOME": str(folder)}
    terminal = Terminal(ROOT, variables, 150, 40)
    terminal.start_program(sys.executable, "-m", module, *arguments)
    try:
        code = terminal.wait_for_end(seconds=PATIENCE_SECONDS)
    finally:
        terminal.close()
    assert code == 0, terminal.text
    return terminal.raw


def run_gallery(folder: Path, kind: str) -> tuple[bytes, Path]:
    """The bytes of one walk through the gallery, and its report."""
    report = folder / f"{kind}.json"
    arguments = (kind, str(folder / kind), str(report))
    return run_in_terminal(folder, "tests.tui.hostile_gallery", *arguments), report


@pytest.mark.timeout(2 * PATIENCE_SECONDS + 30)
def test_no_foreign_sequence_reaches_the_terminal(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Every widget and every source of text of the terminal UI."""
    if request.config.getoption("--update"):
        harmless, walked = run_gallery(tmp_path, "harmless")
        assert json.loads(walked.read_text("utf-8"))["finished"]
        own = json.dumps(sorted(take_apart(harmless).kinds), indent=1)
        OWN_SEQUENCES.write_text(own + "\n", encoding="utf-8")
    raw, report = run_gallery(tmp_path, "hostile")
    assert len(raw) > 200_000, "the gallery has shown too little"
    assert MARK.encode() in raw, "the hostile texts were not shown at all"
    written = take_apart(raw)
    assert written.kinds - set(json.loads(OWN_SEQUENCES.read_text("utf-8"))) == set()
    assert written.odd == set()
    told = json.loads(report.read_text("utf-8"))
    assert told["finished"], "the gallery broke off"
    unseen = set(told["all"]) - set(told["seen"]) - BASE_CLASSES
    assert not unseen, f"show these in the gallery, too: {sorted(unseen)}"


def test_no_command_lets_a_foreign_sequence_through(tmp_path: Path) -> None:
    """One-shot, plain lines, tables, progress and errors."""
    raw = run_in_terminal(tmp_path, "tests.app.hostile_cli", str(tmp_path))
    assert raw.count(b"--- step") > COMMANDS
    assert raw.count(MARK.encode()) > 200, "the hostile texts were not shown at all"
    written = take_apart(raw)
    assert written.kinds == COLOURS
    assert written.odd == set()


def test_a_naive_widget_would_let_them_through(tmp_path: Path) -> None:
    """The positive control: Textual alone does not protect the terminal."""
    naive, _report = run_gallery(tmp_path, "naive")
    gated, _report = run_gallery(tmp_path, "gated")
    found = " ".join(differences(gated, naive))
    for foreign in ("]52;c;31337", "]0;31337", "copy with", "\\u202e"):
        assert foreign in found
    behind = take_apart(gated)
    assert not behind.odd
    assert not any(MARK in one or "copy with" in one for one in behind.kinds)


def test_each_attack_is_seen_by_the_comparison() -> None:
    """What the comparison does not see would prove nothing."""
    markup = [one for one in ATTACKS if not one.startswith("[")]
    for attack in markup:
        assert list(differences(b"\x1b[1;2Hplain\x1b[0m", attack.encode())), repr(attack)
