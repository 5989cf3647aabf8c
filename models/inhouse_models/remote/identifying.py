"""Finds out what a server is, and which models with how much context it really has."""

import asyncio

import httpx

from inhouse_models.bounded_response import shorten
from inhouse_models.remote import ollama, other_servers
from inhouse_models.remote.asking import (
    Json,
    NoReply,
    Reply,
    ask,
    facts_of,
    mapping_at,
    objects_at,
    text_at,
)
from inhouse_models.remote.refusal import message_of
from inhouse_models.remote.served import EngineName, NotServed, Served, ServedModel

CLOSED = "Nobody answers at {url} ({cause}). Is the server running, and is this its address?"
LOCKED = "{url} wants an API key. Store it with: inhouse models key {url}"
WRONG_KEY = "{url} does not accept the API key. Store another: inhouse models key {url}"
LOADING = "{url} still loads its model. Ask again in a moment."
NO_SERVER = "{url} is not a model server: {cause}."
# Each of several models of a llama-server is asked about.
MOST_MODELS = 64
# Each server's own routes; who has none of them is recognised by what `/v1/models` says.
ROUTES = {
    "props": "/props",
    "ollama": "/api/version",
    "studio": "/api/v1/models",
    "studio_0": "/api/v0/models",
    "sglang": "/server_info",
    "sglang_0": "/get_server_info",
    "vllm": "/version",
}
OWNERS: dict[str, EngineName] = {
    "llamacpp": "llama-server",
    "vllm": "vLLM",
    "sglang": "SGLang",
    "inhouse": "inhouse",
    "library": "Ollama",
    "organization_owner": "LM Studio",
    "me": "llama-cpp-python",
}


async def identify(http: httpx.AsyncClient, url: str, *, key: bool = False) -> Served | NotServed:
    """What answers at this client's base URL. `key`: whether one is sent."""
    listed = await ask(http, "/v1/models")
    if isinstance(listed, NoReply):
        text = CLOSED if listed.closed else NO_SERVER
        return NotServed(url, text.format(url=url, cause=listed.text), closed=listed.closed)
    if problem := _explain(listed, url, key=key):
        return problem
    replies = await asyncio.gather(*(ask(http, path) for path in ROUTES.values()))
    told = {name: facts_of(reply) for name, reply in zip(ROUTES, replies, strict=True)}
    served = await _read(http, url, listed, told)
    if served is None:
        said = text_at(listed.data, "error") or f"/v1/models answers with status {listed.status}"
        return NotServed(url, NO_SERVER.format(url=url, cause=shorten(said.rstrip("."))))
    return served


def _explain(listed: Reply, url: str, *, key: bool) -> NotServed | None:
    """Why a server that answers cannot be used, as far as the first question shows it."""
    if listed.status in (401, 403):
        return NotServed(url, (WRONG_KEY if key else LOCKED).format(url=url), locked=True)
    if listed.status == 503:
        text = LOADING.format(url=url) if "oading" in message_of(listed.body) else ""
        told = message_of(listed.body) or "it is not available (status 503)"
        return NotServed(url, text or f"{url}: {told}", loading=True)
    if listed.status >= 500:
        told = message_of(listed.body) or "no reason is given"
        return NotServed(url, f"{url} fails with status {listed.status}: {told}")
    return None


async def _read(
    http: httpx.AsyncClient, url: str, listed: Reply, told: dict[str, Json]
) -> Served | None:
    """The server by its own routes, else by what it says of its models; None for no server."""
    entries = objects_at(listed.data, "data")[:MOST_MODELS] if listed.good else ()
    owner = text_at(entries[0], "owned_by") if entries else ""
    engine = _engine(told, owner, listed=listed.good and "data" in listed.data)
    match engine:
        case None:
            return None
        case "inhouse" | "llama-server":
            return await other_servers.read_llama_server(http, url, engine, entries, told["props"])
        case "Ollama":
            return await ollama.read_ollama(http, url, text_at(told["ollama"], "version"))
        case "LM Studio":
            return other_servers.read_studio(url, told["studio"], told["studio_0"])
        case "SGLang":
            info = told["sglang"] or told["sglang_0"]
            return other_servers.read_sglang(url, entries, info)
        case "vLLM":
            return other_servers.read_vllm(url, entries, text_at(told["vllm"], "version"))
        case "llama-cpp-python":
            return await other_servers.read_bindings(http, url, entries)
        case "unknown":
            names = [text_at(entry, "id") for entry in entries]
            models = tuple(
                ServedModel(name, other_servers.context_told(entry))
                for name, entry in zip(names, entries, strict=True)
                if name
            )
            return Served(url, "unknown", models=models)


def _engine(told: dict[str, Json], owner: str, *, listed: bool) -> EngineName | None:
    props, named = told["props"], OWNERS.get(owner, "unknown")
    if named == "inhouse":
        # It answers llama-server's questions as well.
        return named
    if mapping_at(props, "default_generation_settings"):
        return "llama-server"
    for name in ("sglang", "sglang_0"):
        if "max_total_num_tokens" in told[name] or "internal_states" in told[name]:
            return "SGLang"
    current, older = objects_at(told["studio"], "models"), objects_at(told["studio_0"], "data")
    if any("loaded_instances" in one for one in current) or any("state" in one for one in older):
        return "LM Studio"
    if text_at(told["ollama"], "version"):
        return "Ollama"
    if named in ("vLLM", "SGLang", "llama-cpp-python", "LM Studio"):
        return named
    return "unknown" if listed else None
