"""Ollama: which models it has, and the context that a conversation really gets.

Routes: https://docs.ollama.com/api (`/api/tags`, `/api/ps`, `/api/show`, `/api/generate`).
"""

import asyncio
import re
from dataclasses import replace
from typing import cast

import httpx

from inhouse_models.remote.asking import (
    Json,
    ask,
    facts_of,
    mapping_at,
    objects_at,
    text_at,
    tokens_at,
)
from inhouse_models.remote.served import Served, ServedModel

MOST_SHOWN = 64
CONTEXT_SET = re.compile(r"^num_ctx\s+(\d+)\s*$", re.MULTILINE)
CUTS = "Ollama cuts a conversation that is longer than its context without a word"
NOT_LOADED = f"not loaded, so its context is not known yet. {CUTS}"


async def read_ollama(http: httpx.AsyncClient, url: str, version: str) -> Served:
    """Its models; those in memory first, since only of them the context is known for certain."""
    listed, running = await asyncio.gather(ask(http, "/api/tags"), ask(http, "/api/ps"))
    entries = objects_at(facts_of(listed), "models")
    loaded = contexts_of(facts_of(running))
    names = [name for entry in entries if (name := text_at(entry, "name"))][:MOST_SHOWN]
    shown = await asyncio.gather(*(ask(http, "/api/show", {"model": name}) for name in names))
    models = [
        read_model(name, facts_of(reply), loaded.get(name))
        for name, reply in zip(names, shown, strict=True)
    ]
    chat = [model for model in models if model.note != "no chat"]
    return Served(url, "Ollama", version, tuple(sorted(chat, key=lambda one: not one.loaded)))


def contexts_of(running: Json) -> dict[str, int]:
    """Tokens of context of each model in memory, by name."""
    return {
        text_at(entry, "name"): tokens_at(entry, "context_length")
        for entry in objects_at(running, "models")
    }


def read_model(name: str, shown: Json, loaded: int | None) -> ServedModel:
    """One model. `loaded` is its context in memory, None when it is not there."""
    given: object = shown.get("capabilities")
    abilities = cast("list[object]", given) if isinstance(given, list) else None
    information = mapping_at(shown, "model_info")
    trained = next(
        (tokens_at(information, key) for key in information if key.endswith(".context_length")), 0
    )
    wanted = CONTEXT_SET.search(str(shown.get("parameters") or ""))
    context = loaded or (int(wanted[1]) if wanted else 0)
    if abilities is not None and "completion" not in abilities:
        note = "no chat"
    else:
        note = CUTS if context else NOT_LOADED
    return ServedModel(
        name,
        min(context, trained) if trained and context else context,
        trained,
        loaded=loaded is not None,
        sees=None if abilities is None else "vision" in abilities,
        calls=None if abilities is None else "tools" in abilities,
        thinks=None if abilities is None else "thinking" in abilities,
        note=note,
    )


async def load_model(http: httpx.AsyncClient, model: ServedModel) -> ServedModel:
    """The model with the context that it has in memory; loads it when it is not there.

    An empty prompt only loads, with the very options that a chat over `/v1` gets.
    """
    if not model.loaded:
        await ask(http, "/api/generate", {"model": model.name, "stream": False})
    running = await ask(http, "/api/ps")
    context = contexts_of(facts_of(running)).get(model.name, 0)
    return replace(model, context=context, loaded=True, note=CUTS) if context else model
