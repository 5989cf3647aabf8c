"""Asks a server for a completion: our own host, or another one that has llama.cpp's `/infill`."""

import json

import httpx

from inhouse_models.bounded_response import HEADERS, ExcessError, read_body, shorten
from inhouse_models.chat import ModelError
from inhouse_models.client import Lost, refusal_of
from inhouse_models.completion import Completion, CompletionRequest
from inhouse_models.completion_wire import decode_completion, encode_infill


async def ask_infill(
    http: httpx.AsyncClient, request: CompletionRequest
) -> Completion | ModelError | Lost:
    """The completion; cancelling the task hangs up, which ends it on the server."""
    try:
        post = http.stream("POST", "/infill", json=encode_infill(request), headers=HEADERS)
        async with post as response:
            body = await read_body(response)
            if response.status_code != 200:
                return refusal_of(response.status_code, body)
    except ExcessError as excess:
        return ModelError("request", str(excess))
    except httpx.TransportError as error:
        return Lost(str(error) or type(error).__name__)
    try:
        return decode_completion(json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        fault = shorten(repr(error))
        return ModelError("request", f"The server's answer is no completion: {fault}.")
