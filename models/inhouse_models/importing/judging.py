"""Says of a found model what it is and whether it can be used here, from its header alone."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from inhouse_models.gguf import GgufFault, GgufHeader, read_header
from inhouse_models.importing.finding import NamedModel
from inhouse_models.machine import Machine
from inhouse_models.memory.device import devices_of
from inhouse_models.memory.plan import PlanFault, plan_memory
from inhouse_models.memory.shape import ShapeFault, read_shape
from inhouse_models.memory.wish import Wish

Fit = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a header says. `problem` is why the model cannot answer here, empty when it can.

    `fits` is about memory that is free now; "unknown" where no memory plan can be made.
    """

    architecture: str = ""
    quantisation: str = ""
    parameters: int = 0
    fits: Fit = "unknown"
    problem: str = ""

    @property
    def usable(self) -> bool:
        """Whether nothing speaks against adding it."""
        return not self.problem


def judge(named: NamedModel, machine: Machine) -> Judgement:
    """Read the header: about 0.1 s a file. Faults of the file are the judgement's problem."""
    model = named.model
    if model.fault:
        return Judgement(problem=model.fault)
    header = read_header(model.path)
    if isinstance(header, GgufFault):
        return Judgement(problem=header.text)
    problem = _find_problem(header)
    fits = "unknown" if problem else _judge_fit(header, machine)
    return Judgement(header.architecture, header.quantisation, header.parameters, fits, problem)


def _find_problem(header: GgufHeader) -> str:
    kind = header.text("general.type")
    if kind == "adapter":
        return "it is an adapter: use it with --lora"
    if kind == "mmproj" or header.architecture == "clip":
        return "it is a projector: it lets another model see"
    if header.architecture not in answering_architectures():
        named = header.architecture or "no architecture"
        return f"llama.cpp does not write answers with {named}"
    if not header.vocabulary_size:
        return "it has no vocabulary"
    if any(name.startswith(_VISION) for name in header.metadata):
        return "it holds its vision part in the same file, which only Ollama loads"
    return ""


_VISION = ("mllama.vision.", "gemma3.vision.", "qwen25vl.vision.", "mistral3.vision.")


@cache
def answering_architectures() -> frozenset[str]:
    """What the llama.cpp that inhouse is made for writes text with (its src/llama-arch.cpp)."""
    text = Path(__file__).with_name("architectures.txt").read_text(encoding="ascii")
    return frozenset(text.split())


def _judge_fit(header: GgufHeader, machine: Machine) -> Fit:
    shape = read_shape(header)
    if isinstance(shape, ShapeFault):
        return "unknown"
    plan = plan_memory(shape, devices_of(machine), Wish())
    return "no" if isinstance(plan, PlanFault) else "yes"
