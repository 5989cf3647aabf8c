"""A chat completion as OpenAI, vLLM and llama.cpp shape its request."""

import secrets
from collections.abc import Mapping

from inhouse_models.chat import Choices, Request, Sampling, ToolSpec
from inhouse_models.serving.asked import Asked
from inhouse_models.serving.fields import Fields
from inhouse_models.serving.messages import read_choice, read_messages, read_tools
from inhouse_models.serving.sampling import read_limit, read_sampling

ANY_OBJECT: Mapping[str, object] = {"type": "object"}
MOST_CHANCES = 20
MOST_STOPS = 16
UNKNOWN: dict[str, tuple[object, ...]] = {
    "audio": (),
    "functions": ([],),
    "function_call": ("none", "auto"),
    "modalities": (["text"],),
    "web_search_options": (),
}
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")


def read_chat(fields: Fields, own: Sampling) -> Asked:
    """The request; `own` is the sampling of the model. Raises FieldError.

    Tools are another program's and their calls are held to their schemas. Of the extra object that
    our own client and engine speak nothing is read: ids of tokens cannot come in here.
    """
    fields.refuse(UNKNOWN)
    tools = read_tools(fields)
    choice, allowed = read_choice(fields, tools)
    if choice == "none":
        tools = ()
    options = fields.inner("stream_options")
    return Asked(
        Request(
            messages=read_messages(fields),
            tools=tools,
            # Known to nobody else, so that this answer alone is ended by it.
            session=f"served {secrets.token_hex(8)}",
            max_tokens=read_limit(fields, "max_completion_tokens", "max_tokens", "n_predict"),
            sampling=read_sampling(fields, own),
            think=_read_thinking(fields),
            must_call=choice == "required",
            allowed=allowed if tools else None,
            schema=_read_schema(fields, tools),
            choices=Choices(foreign=True),
            chances=_read_chances(fields),
        ),
        stream=fields.flag("stream"),
        usage=options is not None and options.flag("include_usage"),
        stops=fields.texts("stop", MOST_STOPS),
        one_call=not fields.flag("parallel_tool_calls", default=True),
    )


def _read_thinking(fields: Fields) -> bool | None:
    template = fields.inner("chat_template_kwargs")
    if template is not None and template.get("enable_thinking") is not None:
        return template.flag("enable_thinking")
    effort = fields.text("reasoning_effort")
    if effort and effort not in EFFORTS:
        raise fields.wrong("reasoning_effort", f"has to be one of {', '.join(EFFORTS)}")
    return effort not in ("none", "minimal") if effort else None


def _read_schema(fields: Fields, tools: tuple[ToolSpec, ...]) -> Mapping[str, object] | None:
    """The schema of an answer in JSON, None for free text."""
    wanted = fields.inner("response_format")
    schema: Mapping[str, object] | None = None
    if fields.get("json_schema") is not None:
        schema = fields.schema("json_schema")
    elif wanted is not None:
        schema = _read_format(wanted)
    if schema is not None and tools:
        raise fields.wrong("response_format", "cannot be held to beside tools: ask in two steps")
    return schema


def _read_format(wanted: Fields) -> Mapping[str, object] | None:
    kind = wanted.text("type", "text")
    if kind == "text":
        return None
    if kind == "json_object":
        return ANY_OBJECT if wanted.get("schema") is None else wanted.schema("schema")
    if kind != "json_schema":
        raise wanted.wrong("type", "has to be text, json_object or json_schema")
    named = wanted.inner("json_schema")
    if named is None:
        raise wanted.wrong("json_schema", "is missing")
    return named.schema("schema")


def _read_chances(fields: Fields) -> int | None:
    """How many likely tokens are told with every one, None for not even its own chance."""
    most = fields.integer("top_logprobs", 0, MOST_CHANCES)
    if fields.flag("logprobs"):
        return most or 0
    if most:
        raise fields.wrong("top_logprobs", "needs logprobs to be true")
    return None
