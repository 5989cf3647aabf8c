"""The recorded machines, by name."""

from pathlib import Path

from inhouse_models.machine import Machine, examine_machine
from inhouse_models.machine.recording import RecordedMachine, read_recording

FOLDER = Path(__file__).with_name("recorded")
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def recording_of(name: str) -> RecordedMachine:
    """What it answers."""
    return read_recording((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def machine_of(name: str) -> Machine:
    """What is made of its answers."""
    return examine_machine(Path("/models"), recording_of(name))
