"""The command line of a process that loads a model, as `spawn.HostOptions.arguments` writes it."""

import argparse
from collections.abc import Callable
from pathlib import Path

from inhouse_models.adapter import Adapter
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.host.places import states_folder
from inhouse_models.speed.choices import NOTHING, decode_choices


def parse_arguments(words: list[str]) -> argparse.Namespace:
    """What was written, by name; `fd` is the descriptor to answer on."""
    parser = argparse.ArgumentParser(prog="inhouse engine host")
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--context", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--gpu-layers", type=int, default=-1)
    parser.add_argument("--idle-seconds", type=float, default=900.0)
    parser.add_argument("--unload-seconds", type=float, default=0.0)
    parser.add_argument("--keep-gpu", action="store_true")
    parser.add_argument("--states-memory", type=int, default=0)
    parser.add_argument("--states-disk", type=int, default=8 * 1024**3)
    parser.add_argument("--template", choices=["", "chatml"], default="")
    parser.add_argument("--drafting", choices=("auto", "off"), default="auto")
    parser.add_argument("--draft-model", type=Path)
    parser.add_argument("--speed", type=decode_choices, default=NOTHING)
    parser.add_argument("--lora", type=Adapter.parse, action="append", default=[])
    parser.add_argument("--projector", type=Path)
    parser.add_argument("--confined", action="store_true")
    return parser.parse_args(words)


def engine_options(arguments: argparse.Namespace, report: Callable[[str], None]) -> EngineOptions:
    """How the model is loaded by them; `report` hears a line for each reason."""
    return EngineOptions(
        path=arguments.model,
        context=arguments.context or None,
        threads=arguments.threads or None,
        gpu_layers=arguments.gpu_layers if arguments.gpu_layers >= 0 else None,
        states=states_folder() if arguments.states_disk else None,
        states_memory=arguments.states_memory or None,
        states_disk=arguments.states_disk,
        lora=tuple(arguments.lora),
        projector=arguments.projector,
        drafting=arguments.drafting,
        draft_model=arguments.draft_model,
        speed=arguments.speed or NOTHING,
        report=report,
    )
