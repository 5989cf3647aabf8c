"""Gives a request the form that each server understands, and leaves out what is for our engine."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from inhouse_models.remote.served import EngineName, ServedModel
from inhouse_models.wire import Json

# Those that give a template its variables; Ollama has an effort instead, LM Studio nothing.
TEMPLATE_SWITCH: frozenset[EngineName] = frozenset(
    {"inhouse", "llama-server", "vLLM", "SGLang", "unknown"}
)
# What an earlier answer thought, by the name under which the server wants it back.
THOUGHT_NAMES: Mapping[EngineName, tuple[str, ...]] = {
    "vLLM": ("reasoning", "reasoning_content"),
    "Ollama": ("reasoning",),
    "llama-cpp-python": (),
}
USUAL_THOUGHT_NAMES = ("reasoning_content",)


def shape_body(body: Json, engine: EngineName, model: ServedModel) -> Json:
    """The body for this server. Token ids, paths and names of sessions stay with our own engine."""
    shaped: Json = {name: value for name, value in body.items() if name != "inhouse"}
    extra: Json = body.get("inhouse") or {}
    shaped["model"] = model.name
    messages = [_shape_message(one, engine) for one in body["messages"]]
    shaped["messages"] = show_behind_results(messages)
    think = cast("Json", shaped.pop("chat_template_kwargs", {})).get("enable_thinking")
    if think is not None:
        shaped |= _thinking_switch(engine, model, think=think)
    if extra.get("think_budget") and engine == "llama-server":
        shaped["thinking_budget_tokens"] = extra["think_budget"]
    if extra.get("must_call") and shaped.get("tools"):
        shaped["tool_choice"] = "required"
    if engine == "llama-cpp-python" and "response_format" in shaped:
        schema = shaped["response_format"]["json_schema"]["schema"]
        shaped["response_format"] = {"type": "json_object", "schema": schema}
    return shaped


def _shape_message(message: Mapping[str, Any], engine: EngineName) -> Json:
    shaped = dict(message)
    thought = shaped.pop("reasoning_content", None)
    if thought:
        shaped |= dict.fromkeys(THOUGHT_NAMES.get(engine, USUAL_THOUGHT_NAMES), thought)
    return shaped


def show_behind_results(messages: Sequence[Json]) -> list[Json]:
    """The messages with the images of tool results in a message of the user's right behind them.

    Most servers and templates take nothing but text as the result of a call.
    """
    shaped: list[Json] = []
    images: list[Json] = []
    for message in messages:
        if images and message["role"] != "tool":
            shaped.append({"role": "user", "content": images})
            images = []
        content = message["content"]
        if message["role"] == "tool" and isinstance(content, list):
            parts = cast("list[Json]", content)
            images += [part for part in parts if part["type"] == "image_url"]
            text = "".join(part["text"] for part in parts if part["type"] == "text")
            shaped.append({**message, "content": text})
        else:
            shaped.append(message)
    return [*shaped, {"role": "user", "content": images}] if images else shaped


def _thinking_switch(engine: EngineName, model: ServedModel, *, think: bool) -> Json:
    if engine in TEMPLATE_SWITCH:
        return {"chat_template_kwargs": {"enable_thinking": think}}
    # Ollama refuses the switch for a model that cannot think.
    if engine == "Ollama" and model.thinks:
        return {"reasoning_effort": "medium" if think else "none"}
    return {}
