"""What servers other than Ollama say of their models, each in its own words.

Sources of the shapes: llama.cpp's tools/server/README.md; llama_cpp.server of llama-cpp-python;
docs.vllm.ai (OpenAI-compatible server, `max_model_len`); docs.sglang.io (native API, server_info);
lmstudio.ai/docs/developer/rest (`/api/v1/models`, and `/api/v0/models` before 0.4).
"""

import asyncio
import re
from collections.abc import Sequence
from urllib.parse import quote

import httpx

from inhouse_models.remote.asking import (
    Json,
    NoReply,
    ask,
    facts_of,
    mapping_at,
    objects_at,
    text_at,
    tokens_at,
)
from inhouse_models.remote.refusal import message_of
from inhouse_models.remote.served import EngineName, Served, ServedModel

# More than any context that llama-cpp-python is started with; nothing of it is ever read.
TOO_MANY_TOKENS = 1 << 20
WINDOW = re.compile(r"maximum context length is (\d+) tokens")
UNLOADED = "not loaded yet. Say how much context: lms load {} --context-length TOKENS"
CONTEXT_NAMES = ("max_model_len", "context_length", "context_window", "max_context_length", "n_ctx")


def context_told(entry: Json) -> int:
    """The context in an entry of `/v1/models`, by any of the names that are in use."""
    return tokens_at(entry, *CONTEXT_NAMES) or tokens_at(mapping_at(entry, "meta"), "n_ctx")


async def read_llama_server(
    http: httpx.AsyncClient, url: str, engine: EngineName, entries: Sequence[Json], props: Json
) -> Served:
    """llama-server with one model, or routing to several; each slot has its own context."""
    names = [text_at(entry, "id") for entry in entries]
    if props.get("role") == "router":
        loaded = [text_at(mapping_at(e, "status"), "value") in ("loaded", "") for e in entries]
        replies = await asyncio.gather(
            *(ask(http, f"/props?model={quote(name, safe='')}&autoload=false") for name in names)
        )
        every = [facts_of(reply) for reply in replies]
    else:
        loaded, every = [True] * len(names), [props] * len(names)
    models = [
        _llama_model(name, entry, one, here)
        for name, entry, one, here in zip(names, entries, every, loaded, strict=True)
        if name
    ]
    models.sort(key=lambda model: not model.loaded)
    build = text_at(props, "build_info")
    version = "" if "unknown" in build else build
    return Served(url, engine, version, tuple(models), infill=True)


def _llama_model(name: str, entry: Json, props: Json, loaded: bool) -> ServedModel:
    told = mapping_at(entry, "meta")
    caps = mapping_at(props, "chat_template_caps")
    template = str(props.get("chat_template") or "")
    return ServedModel(
        name,
        tokens_at(mapping_at(props, "default_generation_settings"), "n_ctx")
        or tokens_at(told, "n_ctx"),
        tokens_at(told, "n_ctx_train"),
        loaded=loaded,
        sees=_switch(mapping_at(props, "modalities"), "vision"),
        calls=_switch(caps, "supports_tools"),
        thinks="enable_thinking" in template if template else None,
    )


def _switch(data: Json, name: str) -> bool | None:
    value = data.get(name)
    return value if isinstance(value, bool) else None


def read_vllm(url: str, entries: Sequence[Json], version: str) -> Served:
    """vLLM: every model of the list has its own `max_model_len`."""
    models = tuple(
        ServedModel(name, tokens_at(entry, "max_model_len"), loaded=True)
        for entry in entries
        if (name := text_at(entry, "id"))
    )
    return Served(url, "vLLM", version, models)


def read_sglang(url: str, entries: Sequence[Json], info: Json) -> Served:
    """SGLang: the context of the model, or less where its whole memory holds less."""
    pool = tokens_at(info, "max_total_num_tokens")
    models: list[ServedModel] = []
    for entry in entries:
        told = tokens_at(info, "context_length") or tokens_at(entry, "max_model_len")
        context = min(told, pool) if told and pool else told or pool
        if name := text_at(entry, "id"):
            models.append(ServedModel(name, context, told, loaded=True))
    return Served(url, "SGLang", text_at(info, "version"), tuple(models))


def read_studio(url: str, current: Json, older: Json) -> Served:
    """LM Studio: what is loaded, with the context that it was loaded with."""
    models = [*_studio_models(current)] or [*_older_studio_models(older)]
    models.sort(key=lambda model: not model.loaded)
    return Served(url, "LM Studio", models=tuple(models))


def _studio_models(data: Json) -> list[ServedModel]:
    models: list[ServedModel] = []
    for entry in objects_at(data, "models"):
        name, trained = text_at(entry, "key"), tokens_at(entry, "max_context_length")
        if not name or text_at(entry, "type") == "embedding":
            continue
        abilities = mapping_at(entry, "capabilities")
        sees, calls = _switch(abilities, "vision"), _switch(abilities, "trained_for_tool_use")
        instances = objects_at(entry, "loaded_instances")
        for one in instances:
            context = tokens_at(mapping_at(one, "config"), "context_length")
            models.append(
                ServedModel(text_at(one, "id") or name, context, trained, True, sees, calls)
            )
        if not instances:
            note = UNLOADED.format(name)
            models.append(ServedModel(name, 0, trained, False, sees, calls, note=note))
    return models


def _older_studio_models(data: Json) -> list[ServedModel]:
    models: list[ServedModel] = []
    for entry in objects_at(data, "data"):
        name, kind = text_at(entry, "id"), text_at(entry, "type")
        if not name or kind == "embeddings":
            continue
        loaded = text_at(entry, "state") == "loaded"
        context = tokens_at(entry, "loaded_context_length") if loaded else 0
        trained = tokens_at(entry, "max_context_length")
        note = "" if loaded else UNLOADED.format(name)
        models.append(ServedModel(name, context, trained, loaded, kind == "vlm", note=note))
    return models


async def read_bindings(http: httpx.AsyncClient, url: str, entries: Sequence[Json]) -> Served:
    """llama-cpp-python: it tells its context nowhere but in the refusal of a too long prompt."""
    names = [name for entry in entries if (name := text_at(entry, "id"))]
    models: list[ServedModel] = []
    for name in names:
        body = {"model": name, "prompt": " a" * TOO_MANY_TOKENS, "max_tokens": 1}
        reply = await ask(http, "/v1/completions", body) if len(names) == 1 else None
        told = "" if reply is None or isinstance(reply, NoReply) else message_of(reply.body)
        found = WINDOW.search(told)
        models.append(ServedModel(name, int(found[1]) if found else 0, loaded=True))
    return Served(url, "llama-cpp-python", models=tuple(models))
