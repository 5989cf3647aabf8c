"""What a result of measuring is good for: a model, a processor, cards, a build of llama.cpp."""

import hashlib
import importlib.util
import os
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from inhouse_models.machine import look_at_machine

LIBRARY = "llama-cpp-python"
HEAD_BYTES = 1024 * 1024

# Texts and numbers by name; results are compared by all of them.
Facts = dict[str, str | int]


def model_key(path: Path) -> str:
    """A name for all files of this shape and quantisation: what their speed depends on. Raises
    OSError."""
    digest = hashlib.sha256(str(path.stat().st_size).encode())
    with path.open("rb") as file:
        digest.update(file.read(HEAD_BYTES))
    return digest.hexdigest()[:16]


@cache
def machine_facts() -> Facts:
    """What speed depends on besides the model. Without llama.cpp; takes milliseconds."""
    machine = look_at_machine()
    processor = machine.processor
    return {
        "processor": processor.name,
        "instructions": " ".join(processor.instructions),
        "cores": machine.cores,
        "physical_cores": processor.cores,
        "cards": ", ".join(f"{gpu.name} ({gpu.memory >> 20} MiB)" for gpu in machine.gpus),
        "library": _library_version(),
        "build": build_key(),
    }


def _library_version() -> str:
    try:
        return version(LIBRARY)
    except PackageNotFoundError:
        return ""


def build_key() -> str:
    """A name for the compiled libraries of llama.cpp that are installed: built anew, for a card
    or for other instructions, they have other sizes or times. Empty without them."""
    package = importlib.util.find_spec("llama_cpp")
    if package is None or not package.submodule_search_locations:
        return ""
    folder = Path(package.submodule_search_locations[0]) / "lib"
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*")):
        try:
            status = path.stat()
        except OSError:
            continue
        digest.update(f"{path.name} {status.st_size} {int(status.st_mtime)}\n".encode())
    return digest.hexdigest()[:16]


def differences(then: Facts, now: Facts) -> str:
    """What is not any more as it was, in words for a person; empty when all is."""
    words = {
        "processor": "the processor",
        "instructions": "the processor",
        "cores": "the number of cores",
        "physical_cores": "the number of cores",
        "cards": "the graphics cards",
        "library": "llama-cpp-python",
        "build": "the build of llama.cpp",
    }
    changed = dict.fromkeys(words[name] for name in words if then.get(name) != now.get(name))
    return " and ".join(changed)


def state_folder() -> Path:
    """Where results are kept: they took minutes, so not in a cache."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "inhouse" / "tuned"
