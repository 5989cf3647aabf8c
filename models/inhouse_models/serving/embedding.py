"""OpenAI's `/v1/embeddings`: what the model makes of a text, as one vector."""

import base64
import struct
from typing import Any

from inhouse_models.chat import ModelError
from inhouse_models.serving.faults import Fault, fault_of
from inhouse_models.serving.fields import Fields
from inhouse_models.serving.replying import Reply
from inhouse_models.serving.served import Served

MOST_TEXTS = 256
FORMATS = ("float", "base64")


async def embed(served: Served, fields: Fields) -> Reply:
    """One vector of length 1 for every text of `input`. Raises FieldError."""
    texts = fields.texts("input", MOST_TEXTS)
    if not texts:
        raise fields.wrong("input", "is missing")
    form = fields.text("encoding_format", "float")
    if form not in FORMATS:
        raise fields.wrong("encoding_format", f"has to be one of {', '.join(FORMATS)}")
    with served.figures.during():
        answer = await served.client.ask("/inhouse/embed", {"texts": texts})
    if isinstance(answer, ModelError):
        return fault_of(answer)
    vectors: list[list[float]] = answer["vectors"]
    wanted = fields.integer("dimensions", 1, 2**20)
    if wanted is not None and wanted != len(vectors[0]):
        return Fault(f"This model's vectors have {len(vectors[0])} dimensions.", "dimensions")
    return {
        "object": "list",
        "data": [_encode(place, vector, form) for place, vector in enumerate(vectors)],
        "model": served.info.name,
        "usage": {"prompt_tokens": answer["tokens"], "total_tokens": answer["tokens"]},
    }


def _encode(place: int, vector: list[float], form: str) -> dict[str, Any]:
    shown: object = vector
    if form == "base64":
        shown = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
    return {"object": "embedding", "index": place, "embedding": shown}
