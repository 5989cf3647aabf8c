"""The tools that look: strace counts calls, an empty network namespace leads nowhere."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from inhouse.proof.report import Way
from inhouse.proof.trace import CALLS, read_trace
from inhouse_tools import process
from inhouse_tools.process import Result

SECONDS = 30.0
INSTALL_STRACE = "strace is not installed; with it calls can be counted (apt install strace)"
NOT_LINUX = "there is none on this system"
# Reaches itself over loopback: any network at all is enough for it.
CONTROL = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
with socket.create_connection(listener.getsockname(), 5) as speaker:
    speaker.sendall(b"x")
    assert listener.accept()[0].recv(1) == b"x"
"""


@dataclass(frozen=True, slots=True)
class Looking:
    """How a program is looked at; each way was tried on a program that does use the network."""

    ways: tuple[Way, ...] = ()
    strace: str = ""
    unshare: str = ""

    def wrap(self, argv: list[str], trace: Path) -> list[str]:
        """The command that runs `argv` so, and writes its calls to `trace`."""
        if self.strace:
            calls = ",".join(CALLS)
            options = ["-f", "-qq", "-s", "256", "-e", "signal=none", "-e", f"trace={calls}"]
            argv = [self.strace, *options, "-o", str(trace), *argv]
        return [self.unshare, "-rn", "--", *argv] if self.unshare else argv


async def choose_looking(folder: Path) -> Looking:
    """What works on this machine; `folder` is for traces of the controls."""
    counting, strace = await _try_strace(folder)
    empty, unshare = await _try_namespace()
    return Looking((counting, empty), strace, unshare)


async def _try_strace(folder: Path) -> tuple[Way, str]:
    program = shutil.which("strace")
    if program is None:
        return Way("strace", used=False, text=INSTALL_STRACE), ""
    trace = folder / "control.trace"
    problem = await _run(Looking(strace=program).wrap([sys.executable, "-I", "-c", CONTROL], trace))
    if problem:
        return Way("strace", used=False, text=f"strace cannot be used here: {problem}"), ""
    with trace.open(encoding="utf-8", errors="replace") as lines:
        calls = read_trace(lines)["front end"]
    seen, connected = calls.sockets["AF_INET"], calls.connections["AF_INET"]
    if not (seen and connected):
        return Way("strace", used=False, text="strace did not see a connection that was made"), ""
    text = (
        f"counts; its control, a program that connects, shows AF_INET {seen}, connect {connected}"
    )
    return Way("strace", used=True, text=text), program


async def _try_namespace() -> tuple[Way, str]:
    program = shutil.which("unshare")
    control = [sys.executable, "-I", "-c", CONTROL]
    if program is None:
        return Way("empty network", used=False, text=f"unshare: {NOT_LINUX}"), ""
    if problem := await _run([program, "-rn", "--", "true"]):
        text = f"this system does not let you make one: {problem}"
        return Way("empty network", used=False, text=text), ""
    outside, inside = await _run(control), await _run([program, "-rn", "--", *control])
    if outside or not inside:
        text = "its control failed: " + (outside or "a connection was made inside it")
        return Way("empty network", used=False, text=text), ""
    text = f"the task runs in one; the control connects outside, and not inside: {inside}"
    return Way("empty network", used=True, text=text), program


async def _run(argv: list[str]) -> str:
    """Why a program failed, in its last line; empty when it did not."""
    result = await process.run(argv, cwd=Path("/"), timeout=SECONDS, environment=os.environ)
    if not isinstance(result, Result):
        return result.text
    if result.exit_code == 0:
        return ""
    lines = result.output.strip().splitlines()
    return lines[-1] if lines else f"exit code {result.exit_code}"
