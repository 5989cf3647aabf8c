"""What is known of the model that answers: its file, its quantisation, the memory it takes."""

from dataclasses import dataclass
from pathlib import Path

from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.host.control import engine_status
from inhouse_models.memory.cost import Setting, kv_token_bytes
from inhouse_models.memory.shape import ShapeFault, read_shape
from inhouse_models.store import Store, StoreFault


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """Sizes in bytes; 0 and empty where nothing is known.

    `cache_bytes` are keys, values and running states of a full context.
    """

    path: str = ""
    quantisation: str = ""
    model_bytes: int = 0
    cache_bytes: int = 0


def look_at_model(name: str, context: int) -> ModelFigures:
    """What the file of this model says; reads a header, so not on a UI's loop."""
    found = Store().find(name)
    if isinstance(found, StoreFault):
        return ModelFigures()
    header = read_header(found.path)
    if isinstance(header, GgufFault):
        return ModelFigures(str(found.path), model_bytes=found.size)
    shape = read_shape(header)
    cache = 0
    if not isinstance(shape, ShapeFault):
        setting = Setting(context)
        cache = kv_token_bytes(shape, setting) * setting.cells + shape.state_bytes
    return ModelFigures(str(found.path), header.quantisation, found.size, cache)


async def look_at_engine(path: str) -> tuple[int, int]:
    """Bytes that the engine's process with this model file holds: in all, and as saved states."""
    for one in await engine_status():
        if Path(one.model) == Path(path):
            return one.resident_bytes, one.state_bytes
    return 0, 0
