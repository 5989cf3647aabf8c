"""Each server is recognised by its own routes, and says its true context, not the trained one."""

import asyncio

import pytest
from tests.models.remote.fake_server import MISSING, Asked, Routes, Said, serving
from tests.models.remote.known_servers import (
    OLDER_STUDIO,
    OLLAMA,
    SGLANG,
    STUDIO,
    STUDIO_MISSING,
    VLLM,
)

from inhouse_models.chat import ModelError, ModelInfo
from inhouse_models.remote.client import RemoteClient, open_remote
from inhouse_models.remote.discovery import look_at
from inhouse_models.remote.served import NotServed, Served


def look(routes: Routes, missing: Said = MISSING) -> Served | NotServed:
    """What such a server is found to be."""

    async def main() -> Served | NotServed:
        async with serving(routes, missing) as server:
            return await look_at(server.url, lambda _address: "")

    return asyncio.run(main())


def served(routes: Routes, missing: Said = MISSING) -> Served:
    found = look(routes, missing)
    assert isinstance(found, Served), found
    return found


def refused(routes: Routes, missing: Said = MISSING) -> NotServed:
    found = look(routes, missing)
    assert isinstance(found, NotServed), found
    return found


def learn(routes: Routes, model: str = "", context: int = 0) -> ModelInfo | ModelError:
    """What a session is told of such a server."""

    async def main() -> ModelInfo | ModelError:
        async with serving(routes) as server:
            client = open_remote(server.url, model, context)
            assert isinstance(client, RemoteClient)
            info = await client.info()
            await client.close()
            return info

    return asyncio.run(main())


def info_of(routes: Routes, model: str = "", context: int = 0) -> ModelInfo:
    info = learn(routes, model, context)
    assert isinstance(info, ModelInfo), info
    assert info.server is not None
    return info


def notices_of(info: ModelInfo) -> str:
    assert info.server is not None
    return " ".join(info.server.notices)


def test_vllm_gives_each_model_its_length() -> None:
    found = served(VLLM)
    assert (found.engine, found.version) == ("vLLM", "0.27.0")
    (model,) = found.models
    assert (model.name, model.context, model.loaded) == ("Qwen/Qwen3.6-27B", 131_072, True)
    assert found.label == "vLLM 0.27.0"


def test_sglang_gives_what_its_memory_holds() -> None:
    found = served(SGLANG)
    assert (found.engine, found.version) == ("SGLang", "0.5.12")
    assert (found.models[0].context, found.models[0].trained) == (90_112, 262_144)


def test_sglang_of_before_is_known_by_its_older_route() -> None:
    routes = {name: said for name, said in SGLANG.items() if name != "GET /server_info"}
    found = served({**routes, "GET /get_server_info": SGLANG["GET /server_info"]})
    assert (found.engine, found.models[0].context) == ("SGLang", 90_112)


def test_ollama_gives_what_is_in_memory_not_what_was_trained() -> None:
    found = served(OLLAMA)
    assert (found.engine, found.version) == ("Ollama", "0.40.12")
    assert [model.name for model in found.models] == ["qwen3:8b", "llama3.2:latest"]
    loaded, other = found.models
    assert (loaded.context, loaded.trained, loaded.loaded) == (4_096, 40_960, True)
    assert (loaded.thinks, loaded.calls, loaded.sees) == (True, True, False)
    assert "cuts" in loaded.note
    assert (other.context, other.loaded, other.thinks) == (16_384, False, False)


def test_lm_studio_gives_the_context_that_it_loaded() -> None:
    found = served(STUDIO, STUDIO_MISSING)
    assert found.engine == "LM Studio"
    loaded, other = found.models
    assert (loaded.name, loaded.context, loaded.trained) == ("qwen3-8b", 8_192, 40_960)
    assert (other.name, other.context, other.loaded) == ("gemma-3-27b", 0, False)
    assert "lms load gemma-3-27b" in other.note


def test_lm_studio_of_before_is_known_by_its_older_route() -> None:
    found = served(OLDER_STUDIO, STUDIO_MISSING)
    (model,) = found.models
    assert (found.engine, model.context, model.sees) == ("LM Studio", 12_000, True)


def test_another_openai_shaped_server_is_taken_as_it_is() -> None:
    entry = {"id": "gpt", "object": "model", "owned_by": "someone"}
    found = served({"GET /v1/models": Said({"data": [entry, {**entry, "context_window": 9}]})})
    assert found.engine == "unknown"
    assert [(model.name, model.context) for model in found.models] == [("gpt", 0), ("gpt", 9)]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said({"detail": "no"}, 401), "wants an API key"),
        (Said({"error": {"message": "Loading model"}}, 503), "still loads its model"),
        (Said({"error": "out of memory"}, 500), "fails with status 500: out of memory"),
        (Said({"hello": "I am a shop"}), "is not a model server"),
        (Said(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n<a>"), "is not a model server"),
        (Said(raw=b"SSH-2.0-OpenSSH_9.2\r\n"), "is not a model server"),
        (
            Said(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + b'["no"]'),
            "not a model server",
        ),
        (Said(status=302, headers={"Location": "http://other/"}), "not followed"),
    ],
)
def test_what_is_no_usable_server_is_said_in_a_sentence(said: Said, words: str) -> None:
    found = refused({"GET /v1/models": said})
    assert words in found.text
    assert "\n" not in found.text
    assert not found.closed


def test_nobody_there() -> None:
    async def main() -> Served | NotServed:
        async with serving({}) as server:
            url = server.url
        return await look_at(url, lambda _address: "")

    found = asyncio.run(main())
    assert isinstance(found, NotServed)
    assert found.closed
    assert "Nobody answers" in found.text


def test_a_server_that_says_nothing_is_given_up() -> None:
    async def main() -> Served | NotServed:
        silent = asyncio.Event()

        async def listen(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await silent.wait()
            writer.close()

        listening = await asyncio.start_server(listen, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        try:
            return await look_at(url, lambda _address: "", seconds=0.1)
        finally:
            silent.set()
            listening.close()

    found = asyncio.run(main())
    assert isinstance(found, NotServed)
    assert "says nothing within 0.1 s" in found.text


def test_a_server_that_loads_is_waited_for() -> None:
    times = 0

    def loading(asked: Asked) -> Said:
        nonlocal times
        times += 1
        listed = VLLM["GET /v1/models"]
        assert isinstance(listed, Said)
        return Said({"error": {"message": "Loading model"}}, 503) if times == 1 else listed

    assert info_of({**VLLM, "GET /v1/models": loading}).context_size == 131_072
    assert times == 2


def test_a_session_has_the_true_context() -> None:
    assert info_of(VLLM).context_size == 131_072
    assert info_of(SGLANG).context_size == 90_112
    assert info_of(STUDIO).context_size == 8_192
    info = info_of(OLLAMA)
    assert (info.name, info.context_size, info.thinks) == ("qwen3:8b", 4_096, True)
    assert "cuts a conversation" in notices_of(info)


def test_a_model_of_ollama_is_loaded_to_learn_its_context() -> None:
    loaded = False

    def load(_asked: object) -> Said:
        nonlocal loaded
        loaded = True
        return Said({"done": True})

    def running(_asked: object) -> Said:
        models = [{"name": "llama3.2:latest", "context_length": 8_192}] if loaded else []
        return Said({"models": models})

    routes = {**OLLAMA, "POST /api/generate": load, "GET /api/ps": running}
    info = info_of(routes, "llama3.2")
    assert loaded
    assert (info.name, info.context_size) == ("llama3.2:latest", 8_192)


def test_less_context_may_be_wanted_but_not_more() -> None:
    assert info_of(VLLM, context=9_000).context_size == 9_000
    more = info_of(VLLM, context=200_000)
    assert more.context_size == 131_072
    assert "131,072" in notices_of(more)


def test_a_context_that_is_not_told_is_assumed_and_said() -> None:
    routes = {"GET /v1/models": Said({"data": [{"id": "gpt"}]})}
    assumed = info_of(routes)
    assert assumed.context_size == 32_768
    assert "inhouse config set context" in notices_of(assumed)
    known = info_of(routes, context=5_000)
    assert (known.context_size, notices_of(known)) == (5_000, "")


def test_a_name_that_is_not_served_names_those_that_are() -> None:
    missing = learn(OLLAMA, "qwen3:7b")
    assert isinstance(missing, ModelError)
    assert "qwen3:8b" in missing.text
    only = info_of(VLLM, "starter")
    assert only.name == "Qwen/Qwen3.6-27B"
    assert "instead of starter" in notices_of(only)


def test_a_server_without_a_model_says_so() -> None:
    missing = learn({"GET /v1/models": Said({"object": "list", "data": []})})
    assert isinstance(missing, ModelError)
    assert "has no model loaded" in missing.text


def test_what_is_off_depends_on_the_server() -> None:
    def off(routes: Routes) -> set[str]:
        info = info_of(routes)
        assert info.server is not None
        return set(info.server.off)

    always = {"held calls", "prefix store", "saved states", "drafting", "memory plan"}
    assert always <= off(VLLM) & off(SGLANG) & off(OLLAMA) & off(STUDIO)
    assert "exact token counts" not in off(VLLM)
    assert "exact token counts" in off(OLLAMA)
    assert "thinking switch" not in off(OLLAMA)
    assert "thinking switch" in off(STUDIO)
