"""The machine as a model finds it that is alone on it, and what is proposed for it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from inhouse.live.fitting import machine_without
from inhouse_models.catalogue import load_catalogue
from inhouse_models.machine import Machine, examine_machine
from inhouse_models.machine.source import Source
from inhouse_models.proposal.propose import Proposal, propose
from inhouse_models.store import models_folder


def examine(loaded: Sequence[Path], source: Source | None = None) -> Machine:
    """What there is when our engines let go of the models that they have `loaded`; takes up to
    0.3 seconds."""
    machine = examine_machine(models_folder(), source)
    for model in loaded:
        machine = machine_without(machine, model)
    # Our engines are no other programs.
    gpus = tuple(replace(gpu, others=max(gpu.others - len(loaded), 0)) for gpu in machine.gpus)
    return replace(machine, gpus=gpus)


def propose_for(machine: Machine) -> Proposal:
    """The one choice that command and screen show."""
    return propose(machine, load_catalogue())
