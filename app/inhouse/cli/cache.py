"""`inhouse engine cache`: what is saved of conversations, so that none is read twice."""

import asyncio
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.project import settings_of
from inhouse.cli.say import say, say_json
from inhouse.cli.table import print_table
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inhouse.settings import Settings
    from inhouse_models.host.control import EngineStatus
    from inhouse_models.host.states import SavedStates

GIB = 1024**3
MIB = 1024**2
LIMIT_KEY = "states_disk"


def register(group: typer.Typer) -> None:
    """Add the command to `inhouse engine`."""
    group.command("cache")(manage_cache)


def manage_cache(
    *,
    clear: Annotated[bool, typer.Option("--clear", help="Delete all of it.")] = False,
    limit: Annotated[
        str, typer.Option("--limit", metavar="GIB", help="Keep at most so much on disk, from now.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show, limit or delete what is saved so that conversations go on at once."""
    settings = _read_settings()
    if limit:
        settings = settings.model_copy(update={LIMIT_KEY: _keep_limit(limit)})
        _trim(int(settings.states_disk * GIB))
    if clear:
        _clear()
    _show(settings, as_json=as_json)


def _read_settings() -> "Settings":
    resolved = settings_of(Path.cwd())
    for notice in resolved.notices:
        complain(notice)
    return resolved.settings


def _keep_limit(text: str) -> float:
    """Write the limit into the person's own settings; returns it in GiB."""
    from inhouse.settings import KEYS, SettingProblem
    from inhouse.settings_file import write_value
    from inhouse.sources import user_file

    checked = KEYS[LIMIT_KEY].check_text(text)
    if isinstance(checked, SettingProblem):
        fail(f"--limit {text} is not a size in GiB, such as 4 or 0.5.")
    problem = write_value(user_file(), LIMIT_KEY, checked)
    if problem is not None:
        fail(problem.text)
    return float(str(checked))


def _trim(limit: int) -> None:
    from inhouse_models.host.states import trim_states

    trim_states(limit)


def _clear() -> None:
    from inhouse_models.host.states import clear_states

    complain_about_keepers(asyncio.run(clear_states()))


def complain_about_keepers(engines: "Sequence[EngineStatus]") -> None:
    """Say which engines did not forget what is deleted on disk, and end with an error."""
    for engine in engines:
        complain(
            f"The engine with process id {engine.pid} did not answer and may save again what it"
            " holds. Run `inhouse engine stop`, then `inhouse engine cache --clear`."
        )
    if engines:
        raise typer.Exit(ExitCode.FAILED)


def _show(settings: "Settings", *, as_json: bool) -> None:
    from inhouse_models.host.places import states_folder
    from inhouse_models.host.states import saved_states

    found = asyncio.run(saved_states())
    disk = sum(one.disk_bytes for one in found)
    memory = sum(one.memory_bytes for one in found)
    if as_json:
        limits = {
            "disk_bytes": int(settings.states_disk * GIB),
            "memory_bytes": int(settings.states_memory * GIB) or None,
        }
        models = [{"name": one.name, **asdict(one)} for one in found]
        sums = {"disk_bytes": disk, "memory_bytes": memory}
        report = {"folder": str(states_folder()), "models": models, **sums, "limits": limits}
        say_json(report)
        return
    if found:
        _print_rows(found)
        typer.echo("")
    of_memory = f" of {settings.states_memory:g} GiB" if settings.states_memory else ""
    on_disk = f"{_spell_size(disk)} of {settings.states_disk:g} GiB on disk"
    say(f"{on_disk}, {_spell_size(memory)}{of_memory} in memory: {states_folder()}")


def _print_rows(found: "list[SavedStates]") -> None:
    rows = [["MODEL", "PARTS", "TOKENS", "ON DISK", "IN MEMORY", "LAST USED"]]
    for one in found:
        name = one.name if one.usable else f"{one.name} (of no use any more)"
        sizes = [_spell_size(one.disk_bytes), _spell_size(one.memory_bytes)]
        used = _spell_time(one.used) if one.used else "not on disk"
        rows.append([name, f"{one.parts:,}", f"{one.tokens:,}", *sizes, used])
    print_table(rows)


def _spell_size(size: int) -> str:
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{size / MIB:.1f} MiB"


def _spell_time(used: float) -> str:
    from inhouse.cli.sessions import describe_age

    return describe_age(time.time() - used)
