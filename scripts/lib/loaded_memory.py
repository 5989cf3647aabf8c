"""Loads a model as the engine host does, in a process of its own, and says what memory that takes.

`python loaded_memory.py MODEL CONTEXT…` prints one JSON list. llama.cpp says of every buffer how
large it is; the rest of the process is what the kernel counts beside them, with the first context.
The buffer that is computed in becomes resident only as far as a context is filled, so that its said
size counts.
"""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inhouse_models.engine.worker import Engine

MIB = 1024**2
# As `load_tensors:   CPU_Mapped model buffer size =   462.96 MiB`.
BUFFER = re.compile(r"\w+: +(\S+) +(model|KV|RS|compute|output) buffer size = +([\d.]+) MiB")
# Nothing of it is long: what is read fills the buffers that are computed in.
PROMPT, ANSWER = "Write a number: ", 4
LARK = "start: /[a-z]+ [a-z ]*/"
LOG_INFO = 2


@dataclass(frozen=True, slots=True)
class Used:
    """Bytes that a loaded model takes: buffers by their kind, and the program beside them.

    `planned` are the bytes of the plan by which it was loaded, by the names of `Load`, without
    what is kept for later; `plan` sums them up.
    """

    weights: int
    repacked: int
    kv: int
    recurrent: int
    compute: int
    program: int
    context: int
    planned: dict[str, int]

    @property
    def total(self) -> int:
        """All that is used."""
        parts = (self.weights, self.repacked, self.kv, self.recurrent, self.compute, self.program)
        return sum(parts)

    @property
    def plan(self) -> int:
        """All that was planned."""
        return sum(self.planned.values())

    @property
    def allowed(self) -> int:
        """How far a plan may be off: five in a hundred, or 64 MiB where that is more."""
        return max(self.total // 20, 64 * MIB)


def measure(model: Path, contexts: Sequence[int]) -> list[Used]:
    """What the model takes with each of some contexts, in tokens; a process is started for it."""
    command = [sys.executable, str(Path(__file__).resolve()), str(model), *map(str, contexts)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{model} could not be measured: {done.stderr.strip()[-1000:]}")
    return [Used(**used) for used in json.loads(done.stdout)]


def load(model: Path, contexts: Sequence[int]) -> list[Used]:
    """Load it with one context after the other, in this process."""
    from inhouse_models.chat import ModelError
    from inhouse_models.engine.binding import log_to
    from inhouse_models.engine.loading import EngineOptions
    from inhouse_models.engine.worker import Engine

    # What the host loads beside the engine belongs to what it takes.
    import_module("inhouse_models.host.__main__")
    found: list[Used] = []
    program = 0
    for context in contexts:
        lines: list[str] = []
        log_to(lines.append, LOG_INFO)
        engine = Engine(EngineOptions(model, context=context, drafting="off", tuned=False))
        engine.start()
        weights = engine.loaded.result()
        if isinstance(weights, ModelError):
            raise SystemExit(weights.text)
        buffers = read_buffers(lines)
        if not found:
            answer(engine, weights.tokenise(PROMPT, special=False))
            resident = sum(buffers.values()) - buffers["compute"]
            program = resident_bytes() - resident
        cells = engine.context
        engine.stop()
        buffers["compute"] += buffers.pop("output")
        planned = planned_bytes(model, context)
        sizes = {"repacked": 0, "recurrent": 0, **buffers}
        found.append(Used(**sizes, program=program, context=cells, planned=planned))
    return found


def answer(engine: "Engine", prompt: Sequence[int]) -> None:
    """Let it answer by a grammar, for which it makes the tables that it keeps."""
    from inhouse_models.engine.job import Ended, Hold, Job, Step

    ended = threading.Event()

    def emit(step: Step) -> None:
        if isinstance(step, Ended):
            ended.set()

    engine.submit(Job(tuple(prompt), emit, max_tokens=ANSWER, hold=Hold(LARK)))
    ended.wait()


def read_buffers(lines: list[str]) -> dict[str, int]:
    """Bytes of every kind of buffer, out of what llama.cpp has said."""
    found: dict[str, int] = {}
    for line in lines:
        if match := BUFFER.match(line):
            kind = {"model": "weights", "KV": "kv", "RS": "recurrent"}.get(match[2], match[2])
            kind = "repacked" if match[1] == "CPU_REPACK" else kind
            found[kind] = found.get(kind, 0) + int(float(match[3]) * MIB)
    return found


def resident_bytes() -> int:
    """Bytes of this process that lie in memory."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def planned_bytes(model: Path, context: int) -> dict[str, int]:
    """The parts of the plan that the engine loads this model by."""
    from inhouse_models.engine.loading import EngineOptions, Loading, plan_loading
    from inhouse_models.gguf import GgufHeader, read_header
    from inhouse_models.machine import look_at_machine
    from inhouse_models.memory.device import devices_of
    from inhouse_models.memory.plan import MemoryPlan, plan_memory
    from inhouse_models.memory.shape import ModelShape, read_shape
    from inhouse_models.memory.wish import Wish

    header = read_header(model)
    shape = read_shape(header) if isinstance(header, GgufHeader) else None
    options = EngineOptions(model, context=context, drafting="off", tuned=False)
    loading = plan_loading(options)
    if not isinstance(shape, ModelShape) or not isinstance(loading, Loading):
        raise SystemExit(f"there is no plan for {model}")
    # Conversations without recurrent layers share what one has.
    together = loading.context.sequences if shape.hybrid else 1
    wish = Wish(context=loading.context.cells // together, conversations=together, gpu_layers=0)
    plan = plan_memory(shape, devices_of(look_at_machine())[-1:], wish)
    if not isinstance(plan, MemoryPlan):
        raise SystemExit(plan.text)
    kept = ("checkpoints", "store")
    return {name: size for name, size in asdict(plan.load).items() if name not in kept}


if __name__ == "__main__":
    found_here = load(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]])
    print(json.dumps([asdict(one) for one in found_here]))
