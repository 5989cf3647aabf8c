"""How many tokens a prompt has: asked from servers that count exactly, else estimated."""

import asyncio

import httpx

from inhouse_models.chat import Message, Request
from inhouse_models.remote.asking import Json, ask, facts_of, tokens_at
from inhouse_models.remote.dialect import shape_body
from inhouse_models.remote.served import EngineName, ServedModel
from inhouse_models.wire import encode_request

# Of code and English with the vocabularies of today's models.
CHARACTERS_PER_TOKEN = 3.5
TOKENS_PER_IMAGE = 1_000
TOKENS_PER_MESSAGE = 5
# An estimate is better than waiting for a server that is busy.
PATIENCE_SECONDS = 20.0
LLAMA_SERVER = "/v1/chat/completions/input_tokens"
VLLM = "/tokenize"
COUNTING: frozenset[EngineName] = frozenset({"inhouse", "llama-server", "vLLM"})


async def count_exactly(
    http: httpx.AsyncClient, request: Request, engine: EngineName, model: ServedModel
) -> int | None:
    """The tokens of the whole prompt as the server itself counts them; None where it cannot."""
    if engine not in COUNTING:
        return None
    body = shape_body(encode_request(request), engine, model)
    body.pop("stream", None)
    body.pop("stream_options", None)
    if engine == "vLLM":
        return await _count(http, VLLM, {**_chat_part(body), "add_generation_prompt": True})
    return await _count(http, LLAMA_SERVER, body)


def _chat_part(body: Json) -> Json:
    names = ("model", "messages", "tools", "chat_template_kwargs")
    return {name: body[name] for name in names if name in body}


async def _count(http: httpx.AsyncClient, path: str, body: Json) -> int | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            reply = await ask(http, path, body)
    except TimeoutError:
        return None
    return tokens_at(facts_of(reply), "input_tokens", "count") or None


def estimate(request: Request) -> int:
    """Tokens by the number of characters."""
    characters = sum(_characters(message) for message in request.messages)
    characters += sum(
        len(tool.name) + len(tool.description) + len(str(tool.parameters)) for tool in request.tools
    )
    images = sum(len(message.images) for message in request.messages)
    whole = characters / CHARACTERS_PER_TOKEN + len(request.messages) * TOKENS_PER_MESSAGE
    return int(whole) + images * TOKENS_PER_IMAGE


def estimate_text(text: str) -> int:
    """Tokens of a text by its length."""
    return int(len(text) / CHARACTERS_PER_TOKEN)


def _characters(message: Message) -> int:
    calls = sum(len(call.name) + len(call.arguments) for call in message.calls)
    return len(message.text) + len(message.thinking) + calls
