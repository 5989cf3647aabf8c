"""llama.cpp's `/tokenize` and `/detokenize`: text as the model counts it."""

from typing import cast

from inhouse_models.chat import ModelError
from inhouse_models.serving.faults import fault_of
from inhouse_models.serving.fields import Fields
from inhouse_models.serving.replying import Reply
from inhouse_models.serving.served import Served


async def tokenise(served: Served, fields: Fields) -> Reply:
    """The tokens of `content`. Unlike there, no text spells a special token here."""
    body = {"text": fields.text("content")}
    answer = await served.client.ask("/inhouse/tokenise", body)
    if isinstance(answer, ModelError):
        return fault_of(answer)
    if not fields.flag("with_pieces"):
        return {"tokens": answer["ids"]}
    pairs = zip(answer["ids"], answer["pieces"], strict=True)
    return {"tokens": [{"id": number, "piece": piece} for number, piece in pairs]}


async def detokenise(served: Served, fields: Fields) -> Reply:
    """The text of `tokens`."""
    given: object = fields.get("tokens")
    tokens = cast("list[object]", given) if isinstance(given, list) else None
    if tokens is None or not all(type(one) is int for one in tokens):
        raise fields.wrong("tokens", "has to be a list of whole numbers")
    answer = await served.client.ask("/inhouse/detokenise", {"ids": tokens})
    return fault_of(answer) if isinstance(answer, ModelError) else {"content": answer["text"]}
