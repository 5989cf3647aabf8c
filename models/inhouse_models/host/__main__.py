"""Entry of the engine host: `python -I -m inhouse_models.host --fd N --model PATH …`."""

import argparse
import asyncio
import datetime
import os
import sys
import threading
import traceback
from pathlib import Path

import uvicorn

from inhouse_models.adapter import Adapter
from inhouse_models.engine.binding import log_to
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.worker import Engine
from inhouse_models.host.doorkeeper import Doorkeeper, HouseRules
from inhouse_models.host.patience import listening
from inhouse_models.host.places import SOCKET_HOST, states_folder
from inhouse_models.host.prompting import CHATML
from inhouse_models.host.server import HostApplication


def parse_arguments(words: list[str]) -> argparse.Namespace:
    """The command line that `spawn.HostOptions.arguments` writes."""
    parser = argparse.ArgumentParser(prog="inhouse engine host")
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--context", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--gpu-layers", type=int, default=-1)
    parser.add_argument("--idle-seconds", type=float, default=900.0)
    parser.add_argument("--states-memory", type=int, default=0)
    parser.add_argument("--states-disk", type=int, default=8 * 1024**3)
    parser.add_argument("--template", choices=["", "chatml"], default="")
    parser.add_argument("--drafting", choices=("auto", "off"), default="auto")
    parser.add_argument("--draft-model", type=Path)
    parser.add_argument("--lora", type=Adapter.parse, action="append", default=[])
    parser.add_argument("--projector", type=Path)
    parser.add_argument("--confined", action="store_true")
    return parser.parse_args(words)


def write_log(line: str) -> None:
    """One dated line in the log, which is this process's standard error."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    sys.stderr.write(f"{now} {line}\n")
    sys.stderr.flush()


def is_filtered() -> bool:
    """Whether the kernel filters the system calls of this process; Linux alone tells."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return "\nSeccomp:\t2\n" in status


async def serve(words: list[str]) -> None:
    """Load the model and answer until idle."""
    arguments = parse_arguments(words)
    if arguments.confined and not is_filtered():
        write_log("ended: it was to be started so that it can open no socket, and was not")
        return
    log_to(write_log)
    options = EngineOptions(
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
        report=write_log,
    )
    engine = Engine(options)
    engine.start()
    write_log(f"loading {arguments.model}")

    def end() -> None:
        server.should_exit = True

    compared = words[words.index("--fd") + 2 :]
    template = CHATML if arguments.template else None
    host = HostApplication(engine, compared, arguments.idle_seconds, end, template)
    door = Doorkeeper(host.routes(), HouseRules(frozenset({SOCKET_HOST})))
    server = uvicorn.Server(listening(door, arguments.fd))
    idle = asyncio.create_task(host.watch_idle())
    await server.serve()
    idle.cancel()
    await host.close()
    # What the conversations hold is saved before the process ends.
    await asyncio.to_thread(engine.stop)
    write_log("stopped")


def end_on_fault(fault: threading.ExceptHookArgs) -> None:
    """A fault of ours on the engine's thread ends the process, so that no client waits for ever."""
    write_log("".join(traceback.format_exception(fault.exc_value)) if fault.exc_value else "fault")
    os._exit(70)


def main() -> None:
    """Run until stopped."""
    threading.excepthook = end_on_fault
    asyncio.run(serve(sys.argv[1:]))


if __name__ == "__main__":
    main()
