"""`inhouse models tune`: what is quickest for a model on this machine, found by trials."""

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.project import settings_of
from inhouse.cli.say import say, say_json
from inhouse.cli.table import print_table
from inhouse.cli.trial_meter import TrialMeter, trial_rows
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from inhouse.settings import Settings
    from inhouse.trying_out import Tried
    from inhouse_models.chat import ModelError
    from inhouse_models.speed.search import Trial


@dataclass(frozen=True, slots=True)
class TuneOptions:
    """What stood on the command line."""

    name: Annotated[str, typer.Argument(metavar="MODEL", help="Name, alias or path of a model.")]
    quick: Annotated[
        bool, typer.Option("--quick", help="Shorter measurements: less time, less certain.")
    ] = False
    busy: Annotated[
        bool, typer.Option("--busy", help="Keep the result also if other programs computed.")
    ] = False
    forget: Annotated[
        bool, typer.Option("--forget", help="Drop what was found; nothing is tried.")
    ] = False
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False


def register(group: typer.Typer) -> None:
    """Add the command to `inhouse models`."""
    group.command("tune")(takes(TuneOptions, tune))


def tune(options: TuneOptions) -> None:
    """Try out what is quickest for a model here, and use it from the engine's next start.

    It takes minutes, and ends an idle engine. No setting is changed: what you have set goes before
    what was found. Ctrl+C leaves what was found before.
    """
    from inhouse_models.chat import ModelError

    settings = settings_of(Path.cwd()).settings.model_copy(update={"model": options.name})
    if options.forget:
        _forget(options)
        return
    meter = TrialMeter()
    try:
        tried = asyncio.run(_try(options, settings, meter))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        meter.end()
    if isinstance(tried, ModelError):
        fail(tried.text, ExitCode.ENGINE)
    if options.as_json:
        say_json(describe_result(tried, meter.trials))
    else:
        print_table(trial_rows(meter.trials))
        say(f"\n{summarise(tried)}")
    if tried.fault:
        fail(tried.fault, ExitCode.FAILED if tried.disturbed else ExitCode.ENGINE)


async def _try(
    options: TuneOptions, settings: "Settings", meter: TrialMeter
) -> "Tried | ModelError":
    from inhouse.interrupting import interrupts
    from inhouse.trying_out import Effort, try_out_model

    with interrupts():
        effort = Effort(options.quick, options.busy)
        return await try_out_model(settings, effort, meter.show_bytes, meter.tell)


def _forget(options: TuneOptions) -> None:
    """Also what was found on other machines; a running engine goes on as it is."""
    from inhouse_models.speed.remembered import forget
    from inhouse_models.store import Store, StoreFault

    found = Store().find(options.name)
    if isinstance(found, StoreFault):
        fail(found.text, ExitCode.ENGINE)
    try:
        was = forget(found.path)
    except OSError as problem:
        fail(f"{found.path} cannot be read: {problem.strerror}.", ExitCode.ENGINE)
    if options.as_json:
        say_json({"model": found.name, "forgotten": was})
    elif was:
        say(f"What was found for {found.name} is forgotten; an engine that runs goes on with it.")
    else:
        say(f"Nothing was found for {found.name} yet.")


def describe_result(tried: "Tried", trials: "list[Trial]") -> dict[str, Any]:
    """What was found as plain values; seconds are of a turn of 800 tokens read and 200 written."""
    ended = tried.ended
    return {
        "model": tried.model,
        "kept": not tried.fault,
        "problem": tried.fault,
        "choices": ended.choices.given(),
        "before_seconds": ended.before_seconds,
        "after_seconds": ended.after_seconds,
        "others": ended.others,
        "trials": [asdict(trial) for trial in trials],
    }


def summarise(tried: "Tried") -> str:
    """What it comes to, in a sentence or two."""
    from inhouse_models.speed.choices import spell

    ended = tried.ended
    gain = ended.before_seconds / ended.after_seconds if ended.after_seconds else 1.0
    found = ", ".join(f"{name} {spell(one)}" for name, one in ended.choices.given().items())
    turn = f"A turn of 800 tokens read and 200 written takes {ended.after_seconds:.1f} s"
    if gain > 1:
        turn += f", before {ended.before_seconds:.1f} s: {100 * (gain - 1):.0f} % quicker"
    else:
        turn += ": nothing was clearly quicker than what is chosen by itself"
    remembered = f"\nFor {tried.model} on this machine from now on: {found}." if found else ""
    return f"{turn}.{'' if tried.fault else remembered}"
