"""`inhouse setup`: what this machine is, which model suits it, and the way until it works."""

import asyncio
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.project import settings_of
from inhouse.cli.say import say, say_json
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inhouse.cli.setting_up import Target
    from inhouse.live.fitting import Fit
    from inhouse_models.machine import Machine
    from inhouse_models.machine.recording import Recorder
    from inhouse_models.proposal.option import Option
    from inhouse_models.proposal.propose import Proposal
    from inhouse_models.proposal.report import Section

EITHER = "Leave out one of them: --dry-run changes nothing, {} does."
DEFAULT_QUESTION = "Make {} the model that answers from now on?"


@dataclass(frozen=True, slots=True)
class SetupOptions:
    """What stood on the command line."""

    model: Annotated[
        str | None,
        typer.Option("-m", "--model", metavar="NAME", help="Set up this model instead."),
    ] = None
    yes: Annotated[
        bool, typer.Option("--yes", help="Download, measure and use it without being asked.")
    ] = False
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only propose, also at a terminal.")
    ] = False
    measure: Annotated[
        bool,
        typer.Option("--measure", help="Only measure a model that is here; no setting changes."),
    ] = False
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object; only proposes without --yes.")
    ] = False
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            metavar="FILE",
            help="Also write what the system says of this machine to a new file.",
        ),
    ] = None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("setup")(takes(SetupOptions, set_up))


def set_up(options: SetupOptions) -> None:
    """Look at this machine, propose a model for it, get it, and measure how fast it is here.

    Nothing is downloaded or changed before it is agreed to, at the terminal or with --yes.
    """
    from inhouse.setting_up.looking import examine, propose_for
    from inhouse_models.host.control import engine_status
    from inhouse_models.machine.recording import Recorder
    from inhouse_models.machine.source import ThisMachine

    if options.dry_run and (options.yes or options.measure):
        fail(EITHER.format("--yes" if options.yes else "--measure"))
    recorder = Recorder(ThisMachine())
    engines = asyncio.run(engine_status())
    machine = examine([Path(engine.model) for engine in engines], recorder)
    if options.record:
        _record(recorder, options.record)
    if options.measure:
        _measure_only(options, machine)
        return
    proposal = propose_for(machine)
    if options.model is None and proposal.chosen is None:
        _show_nothing(proposal, as_json=options.as_json)
        raise typer.Exit(ExitCode.ENGINE)
    if not _goes_on(options):
        _show_proposal(proposal, options)
        return
    _go_all_the_way(proposal, options)


def _goes_on(options: SetupOptions) -> bool:
    """Whether anything is done at all: by --yes, or by a person who can be asked."""
    if options.yes:
        return True
    asked = sys.stdin.isatty() and sys.stderr.isatty()
    return asked and not options.dry_run and not options.as_json


def _go_all_the_way(proposal: "Proposal", options: SetupOptions) -> None:
    """Show it, ask, download, measure, and make it the model that answers."""
    from inhouse.cli.setting_up import adopt, agrees, download, measure
    from inhouse.setting_up.telling import encode_evidence, tell_evidence

    target = _target(proposal, options)
    sections = [*_sections(proposal, options), *_look_at_build(proposal.machine)]
    if not options.as_json:
        _print([section for section in sections if section.title != "Next"])
    settings = settings_of(Path.cwd()).settings
    if not agrees(_question(target), agreed=options.yes):
        say("Nothing was changed.", err=True)
        _print([section for section in sections if section.title == "Next"], after=True)
        return
    file = download(target)
    evidence = measure(file, target, proposal.machine, settings)
    if not options.as_json:
        _print([tell_evidence(evidence)], after=True)
    used = agrees(DEFAULT_QUESTION.format(file.name), agreed=options.yes)
    if used:
        adopt(target, file)
    if options.as_json:
        done = {"name": file.name, "path": str(file.path), "default": used}
        told = describe_proposal(proposal, _models_here())
        say_json({**told, "done": done, "measured": encode_evidence(evidence)})
    elif used:
        say(f"\n{file.name} answers from now on: inhouse")


def _look_at_build(machine: "Machine") -> "list[Section]":
    """What is wrong with the installed llama.cpp, where there is more than a processor like all."""
    from inhouse.llama_build import look_at_build
    from inhouse_models.proposal.report import Section

    if not (machine.gpus or machine.unused_gpus or "AMX" in machine.processor.instructions):
        return []
    look = asyncio.run(look_at_build(machine))
    obstacle = (f"{look.obstacle}.",) if look.obstacle else ()
    return [] if look.good else [Section("llama.cpp", (f"{look.text}.", *obstacle))]


def _measure_only(options: SetupOptions, machine: "Machine") -> None:
    """The model that -m names, else the one that answers."""
    from inhouse.cli.setting_up import Target, find_here, measure
    from inhouse.setting_up.telling import encode_evidence, tell_evidence

    settings = settings_of(Path.cwd()).settings
    file = find_here(options.model or settings.model)
    evidence = measure(file, Target(file.name), machine, settings)
    if options.as_json:
        done = {"name": file.name, "path": str(file.path), "default": False}
        say_json({"machine": asdict(machine), "done": done, "measured": encode_evidence(evidence)})
    else:
        _print([tell_evidence(evidence)])


def _target(proposal: "Proposal", options: SetupOptions) -> "Target":
    from inhouse.cli.setting_up import Target

    if options.model is not None:
        return Target(options.model)
    chosen = proposal.chosen
    if chosen is None:
        raise ValueError("a target was asked for where nothing was proposed")
    return Target(chosen.entry.name, chosen.context)


def _question(target: "Target") -> str:
    from inhouse.cli.setting_up import is_here

    if is_here(target.name):
        return f"Load {target.name} and measure it?"
    return f"Download {target.name}, load it and measure it?"


def _show_proposal(proposal: "Proposal", options: SetupOptions) -> None:
    """Only what would be done."""
    if not options.as_json:
        _print(_sections(proposal, options))
        return
    told = describe_proposal(proposal, _models_here())
    if options.model is not None:
        wanted = _look_at_wanted(options.model, proposal.machine)
        verdict, reasons = wanted.fit.verdict, list(wanted.fit.reasons)
        about = {"model": wanted.name, "here": wanted.here, "fits": verdict, "reasons": reasons}
        told["wanted"] = about
    say_json(told)


def _show_nothing(proposal: "Proposal", *, as_json: bool) -> None:
    from inhouse_models.proposal.report import report

    if as_json:
        say_json(describe_proposal(proposal, frozenset()))
    else:
        _print(report(proposal))


def _sections(proposal: "Proposal", options: SetupOptions) -> "Sequence[Section]":
    """The proposal in lines; of a model that was named only how it fits here."""
    from inhouse.setting_up.remembering import recall
    from inhouse.setting_up.telling import tell_remembered
    from inhouse_models.proposal.report import Section, describe_found, report

    if options.model is not None:
        found = Section("Found", tuple(describe_found(proposal.machine)))
        wanted = _look_at_wanted(options.model, proposal.machine)
        line = f"{wanted.title}{', already here' if wanted.here else ''}"
        return (found, Section("Wanted", (line, *wanted.fit.reasons)))
    sections = list(report(proposal, _models_here()))
    known = recall(proposal.chosen.entry.name, proposal.machine) if proposal.chosen else None
    if known:
        sections.insert(-1, tell_remembered(known))
    return sections


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A model that was named, and how it lies in this machine."""

    name: str
    title: str
    here: bool
    fit: "Fit"


def _look_at_wanted(name: str, machine: "Machine") -> _Wanted:
    """Ends the command when it does not fit at all."""
    from inhouse.live.fitting import fit_of
    from inhouse_models.catalogue import find_entry
    from inhouse_models.store import ModelFile, Store

    found = Store().find(name)
    here = isinstance(found, ModelFile) and found.path.is_file()
    entry = found.entry if isinstance(found, ModelFile) else find_entry(name)
    path = found.path if isinstance(found, ModelFile) and here else None
    fit = fit_of(found.name if isinstance(found, ModelFile) else name, path, entry, machine)
    if fit.verdict == "too large":
        fail(" ".join(fit.reasons), ExitCode.ENGINE)
    title = f"{entry.title} ({entry.name})" if entry else name
    return _Wanted(entry.name if entry else name, title, here, fit)


def _models_here() -> frozenset[str]:
    from inhouse_models.store import Store

    known = Store().list()
    return frozenset(one.entry.name for one in known if one.entry and one.path.is_file())


def _print(sections: "Sequence[Section]", *, after: bool = False) -> None:
    """Sections with a line between; also before the first one `after` others."""
    for number, section in enumerate(sections):
        start = "\n" if number or after else ""
        say("\n  ".join((f"{start}{section.title}", *section.lines)))


def describe_proposal(proposal: "Proposal", here: frozenset[str]) -> dict[str, Any]:
    """The proposal as plain values, without the parts of the plan that nobody chooses."""
    chosen = proposal.chosen
    return {
        "machine": asdict(proposal.machine),
        "proposed": _describe_option(chosen, here) if chosen else None,
        "problem": proposal.problem,
        "why": list(proposal.why),
        "considered": [asdict(one) for one in proposal.considered],
    }


def _describe_option(chosen: "Option", here: frozenset[str]) -> dict[str, Any]:
    from inhouse_models.proposal.report import next_commands

    plan = chosen.plan
    return {
        "model": chosen.entry.name,
        "title": chosen.entry.title,
        "here": chosen.entry.name in here,
        "bytes": chosen.entry.size or chosen.weights,
        "bytes_exact": chosen.entry.size is not None,
        "context": plan.context,
        "key_type": plan.key_type,
        "value_type": plan.value_type,
        "gpu_layers": plan.gpu_layers,
        "all_layers": plan.all_layers,
        "split": list(plan.split),
        "predict": plan.predict,
        "rollback": plan.rollback,
        "expected": asdict(chosen.speed),
        "commands": list(next_commands(chosen, here)),
    }


def _record(recorder: "Recorder", path: Path) -> None:
    """Never over another file: what it holds is the person's."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(recorder.write("Recorded by inhouse setup --record.\n"))
    except OSError as problem:
        fail(f"{path} cannot be written: {problem.strerror}.", ExitCode.USAGE)
