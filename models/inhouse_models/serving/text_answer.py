"""A text completion as OpenAI shapes its request and its answer."""

import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from inhouse_models.chat import (
    Chance,
    Chances,
    Finish,
    Message,
    Part,
    Prefill,
    Request,
    Sampling,
    Text,
)
from inhouse_models.serving.asked import Asked
from inhouse_models.serving.faults import Fault, fault_of
from inhouse_models.serving.fields import Fields
from inhouse_models.serving.sampling import read_limit, read_sampling
from inhouse_models.serving.told import (
    ENDINGS,
    STILL_READING,
    Teller,
    event,
    last_events,
    told_costs,
)

OBJECT = "text_completion"
# What OpenAI and vLLM write when nobody says how much.
DEFAULT_TOKENS = 16
MOST_CHANCES = 20
MOST_STOPS = 16


def read_prompt(fields: Fields) -> str:
    """The text to go on from. Raises FieldError: ids of tokens are refused, since they could say
    what no text can."""
    prompt = fields.texts("prompt", 1) if fields.get("prompt") != "" else ("",)
    if not prompt:
        raise fields.wrong("prompt", "is missing")
    return prompt[0]


def read_text(fields: Fields, own: Sampling) -> Asked:
    """The request. Raises FieldError."""
    prompt = read_prompt(fields)
    options = fields.inner("stream_options")
    limit = read_limit(fields, "max_tokens", "n_predict")
    named = any(fields.get(name) is not None for name in ("max_tokens", "n_predict"))
    return Asked(
        Request(
            messages=(Message("user", prompt),),
            session=f"served {secrets.token_hex(8)}",
            max_tokens=limit if named else DEFAULT_TOKENS,
            sampling=read_sampling(fields, own),
            raw=True,
            chances=fields.integer("logprobs", 0, MOST_CHANCES),
        ),
        stream=fields.flag("stream"),
        usage=options is not None and options.flag("include_usage"),
        stops=fields.texts("stop", MOST_STOPS),
        echo=prompt if fields.flag("echo") else "",
    )


async def whole_text(
    teller: Teller, asked: Asked, parts: AsyncGenerator[Part]
) -> dict[str, Any] | Fault:
    """The answer as one object, once it is finished."""
    texts = [asked.echo]
    chances: list[Chance] = []
    async with aclosing(parts):
        async for part in parts:
            match part:
                case Text(text):
                    texts.append(text)
                case Chances(tokens):
                    chances += tokens
                case Finish():
                    if part.error is not None:
                        return fault_of(part.error)
                    logprobs = encode_old_chances(chances, len(asked.echo)) if chances else None
                    choice = _choice("".join(texts), logprobs, ENDINGS[part.reason])
                    return {**teller.tell(OBJECT, [choice]), **told_costs(part)}
                case _:
                    continue
    raise RuntimeError("an answer had no end")


async def text_events(
    teller: Teller, asked: Asked, parts: AsyncGenerator[Part]
) -> AsyncGenerator[bytes]:
    """The answer as server-sent events. One that fails ends with an error."""
    offset = len(asked.echo)
    if asked.echo:
        yield event(teller.tell(OBJECT, [_choice(asked.echo)]))
    async with aclosing(parts):
        async for part in parts:
            match part:
                case Text(text):
                    yield event(teller.tell(OBJECT, [_choice(text)]))
                case Chances(tokens):
                    logprobs = encode_old_chances(tokens, offset)
                    offset += sum(len(token) for token in logprobs["tokens"])
                    yield event(teller.tell(OBJECT, [_choice("", logprobs)]))
                case Prefill():
                    yield STILL_READING
                case Finish():
                    last = teller.tell(OBJECT, [_choice("", ending=ENDINGS[part.reason])])
                    for line in last_events(teller, last, asked, part):
                        yield line
                case _:
                    continue


def _choice(
    text: str, logprobs: dict[str, Any] | None = None, ending: str | None = None
) -> dict[str, Any]:
    return {"index": 0, "text": text, "logprobs": logprobs, "finish_reason": ending}


def encode_old_chances(chances: Sequence[Chance], offset: int) -> dict[str, Any]:
    """The `logprobs` of a text completion, in lists; `offset` is where its text begins."""
    tokens = [chance.piece.decode("utf-8", "replace") for chance in chances]
    offsets: list[int] = []
    for token in tokens:
        offsets.append(offset)
        offset += len(token)
    likeliest = [
        {piece.decode("utf-8", "replace"): logarithm for piece, logarithm in chance.likeliest}
        for chance in chances
    ]
    return {
        "tokens": tokens,
        "token_logprobs": [chance.logarithm for chance in chances],
        "top_logprobs": likeliest,
        "text_offset": offsets,
    }
