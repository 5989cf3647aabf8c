"""What the host says of texts and of their tokens: their ids, their text, their vectors."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from inhouse_models.chat import ModelError
from inhouse_models.engine.embedding import Embedded
from inhouse_models.engine.weights import Weights
from inhouse_models.formats.fill_in_middle import plain_tokeniser
from inhouse_models.host.replies import refusal

if TYPE_CHECKING:
    from inhouse_models.host.server import HostApplication

MOST_TEXTS = 256
Asked = Mapping[str, Any]
Told = Mapping[str, object] | ModelError


def vocabulary_routes(host: "HostApplication") -> Sequence[Route]:
    """The addresses of a host."""

    async def embed(weights: Weights, asked: Asked) -> Told:
        plain = _plain(weights)
        texts = [str(text) for text in asked["texts"]][:MOST_TEXTS]
        ids = await asyncio.to_thread(lambda: [plain(text) for text in texts])
        made = await asyncio.wrap_future(host.engine.embed(ids))
        if isinstance(made, Embedded):
            return {"vectors": made.vectors, "tokens": made.tokens}
        return made

    answers: Mapping[str, Callable[[Weights, Asked], Awaitable[Told]]] = {
        "/inhouse/tokenise": _tokenise,
        "/inhouse/detokenise": _detokenise,
        "/inhouse/embed": embed,
    }

    def route(path: str, answer: Callable[[Weights, Asked], Awaitable[Told]]) -> Route:
        async def take(request: HttpRequest) -> Response:
            with host.use():
                weights = await host.weights()
                if isinstance(weights, ModelError):
                    return refusal(weights)
                try:
                    told = await answer(weights, json.loads(await request.body()))
                except (ValueError, KeyError, TypeError, RecursionError) as error:
                    told = ModelError("request", f"The request is not of this kind: {error!r}.")
                return refusal(told) if isinstance(told, ModelError) else JSONResponse(told)

        return Route(path, take, methods=["POST"])

    return [route(path, answer) for path, answer in answers.items()]


def _plain(weights: Weights) -> Callable[[str], Sequence[int]]:
    return plain_tokeniser(weights.tokenise, weights.vocabulary.special_literals)


async def _tokenise(weights: Weights, asked: Asked) -> Told:
    """Ids of a text, which spells no special token, and the text of each."""
    ids = await asyncio.to_thread(_plain(weights), str(asked["text"]))
    pieces = weights.vocabulary.pieces
    return {"ids": list(ids), "pieces": [pieces[one].decode("utf-8", "replace") for one in ids]}


async def _detokenise(weights: Weights, asked: Asked) -> Told:
    pieces = weights.vocabulary.pieces
    ids = [int(one) for one in asked["ids"]]
    if not all(0 <= one < len(pieces) for one in ids):
        return ModelError("request", f"An id is not in the vocabulary of {len(pieces)} tokens.")
    return {"text": b"".join(pieces[one] for one in ids).decode("utf-8", "replace")}
