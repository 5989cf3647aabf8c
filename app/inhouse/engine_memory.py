"""The engine's memory in a person's words: pausing it, resuming it, and what of it is away."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inhouse.times import DAY, HOUR, MINUTE, describe_duration

if TYPE_CHECKING:
    from inhouse_models.host.control import EngineStatus, Obeyed

TIME: Final = re.compile(
    r"(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?:in)?)?(?:(\d+)s)?", re.IGNORECASE | re.ASCII
)
UNITS: Final = (DAY, HOUR, MINUTE, 1)
MOST: Final = 366 * DAY
MOST_CHARACTERS: Final = 32
MIB: Final = 1024**2
AWAY: Final = ("paused", "lent", "unloaded")
NEXT_LOADS: Final = "The next prompt loads it."
NONE_RUNS: Final = "No engine runs, so no model is in memory. The next prompt loads one."
USAGE: Final = "/engine alone shows its memory; with pause, pause 30m or resume it is changed."


async def obey(words: str) -> str:
    """Do what stands behind `/engine`; what came of it, in lines."""
    from inhouse_models.host.control import engine_status, pause_engines, resume_engines

    match words.split():
        case []:
            found = [line for one in await engine_status() for line in (_in_memory(one),
                     *describe_memory(one))]  # fmt: skip
        case ["pause"]:
            found = [describe_pause(one) for one in await pause_engines()]
        case ["pause", text] if (seconds := parse_duration(text)) is not None:
            found = [describe_pause(one) for one in await pause_engines(seconds)]
        case ["resume"]:
            found = [describe_resume(one) for one in await resume_engines()]
        case _:
            return USAGE
    return "\n".join(found) or NONE_RUNS


def parse_duration(text: str) -> float | None:
    """The seconds that a text such as `90s`, `30m` or `1h30m` means; None for no such text, and
    for more than a year."""
    match = TIME.fullmatch("".join(text.split())) if len(text) <= MOST_CHARACTERS else None
    numbers = match.groups() if match else ()
    seconds = sum(int(number or 0) * unit for number, unit in zip(numbers, UNITS, strict=False))
    return float(seconds) if 0 < seconds <= MOST else None


def describe_pause(one: "Obeyed") -> str:
    """What a paused host has given back and kept."""
    if one.fault:
        return f"{_name(one.status)}: {one.fault}"
    told = one.answer
    freed = f"{int(told.get('freed_bytes', 0)) / MIB:,.0f} MiB"
    text = f"{_name(one.status)} is paused: {freed} are free again"
    text += f", {_saved(int(told.get('saved_tokens', 0)))}"
    if lost := int(told.get("lost_tokens", 0)):
        text += f", {lost:,} are lost and will be read again"
    if memory := int(told.get("memory_bytes", 0)):
        text += f" ({memory / MIB:,.0f} MiB of it in memory alone: they end with the engine)"
    return f"{text}. To go on: inhouse engine resume, or /engine resume"


def describe_resume(one: "Obeyed") -> str:
    """What became of a host that was resumed."""
    if one.fault:
        return f"{_name(one.status)}: {one.fault}"
    if not one.answer.get("resumed"):
        return f"{_name(one.status)} was not paused; the model is in memory."
    seconds = describe_duration(float(one.answer.get("seconds", 0)))
    return f"{_name(one.status)} is in memory again, after {seconds}."


def describe_memory(one: "EngineStatus") -> list[str]:
    """What of a host's memory was released or will be, in lines for a person."""
    name = _name(one)
    lines: list[str] = []
    if one.state in AWAY:
        freed = f"{one.freed_bytes / MIB:,.0f} MiB are free again"
        lines.append(f"{name}: {freed}, {_saved(one.saved_tokens)}. {one.held or NEXT_LOADS}")
    if one.state in AWAY and one.waiting:
        lines.append(f"{name}: {one.waiting} wait for it.")
    if one.unload_seconds is not None:
        left = describe_duration(one.unload_seconds)
        lines.append(f"{name}: without work its memory is released in {left}.")
    return lines


def _saved(tokens: int) -> str:
    """What was not saved before."""
    return f"{tokens:,} tokens of conversations are saved" if tokens else "all states are saved"


def _in_memory(one: "EngineStatus") -> str:
    state = f"{_name(one)} is {one.state}"
    return f"{state}: its process has {one.resident_bytes / MIB:,.0f} MiB of memory."


def _name(one: "EngineStatus") -> str:
    return Path(one.model).stem
