"""Entry of the engine host: `python -I -m inhouse_models.host --fd N --model PATH …`."""

import asyncio
import os
import sys
import threading
import traceback

import uvicorn

from inhouse_models.engine.binding import log_to
from inhouse_models.engine.worker import Engine
from inhouse_models.host.arguments import engine_options, parse_arguments
from inhouse_models.host.doorkeeper import Doorkeeper, HouseRules
from inhouse_models.host.filtered import is_filtered
from inhouse_models.host.log import log_crashes, write_log
from inhouse_models.host.patience import listening
from inhouse_models.host.pausing import Patience
from inhouse_models.host.places import SOCKET_HOST
from inhouse_models.host.prompting import CHATML
from inhouse_models.host.server import HostApplication


async def serve(words: list[str]) -> None:
    """Load the model and answer until idle."""
    arguments = parse_arguments(words)
    if arguments.confined and not is_filtered():
        write_log("ended: it was to be started so that it can open no socket, and was not")
        return
    log_to(write_log)
    engine = Engine(engine_options(arguments, write_log))
    engine.start()
    write_log(f"loading {arguments.model}")

    def end() -> None:
        server.should_exit = True

    compared = words[words.index("--fd") + 2 :]
    template = CHATML if arguments.template else None
    patience = Patience(
        arguments.idle_seconds, arguments.unload_seconds, yielding=not arguments.keep_gpu
    )
    host = HostApplication(engine, compared, patience, end, template)
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
    log_crashes()
    threading.excepthook = end_on_fault
    asyncio.run(serve(sys.argv[1:]))


if __name__ == "__main__":
    main()
