"""Servers as they document themselves; each says where its shape comes from."""

from typing import Any

from tests.models.remote.fake_server import MISSING, Routes, Said, chatting, chunk, used

HELLO = chatting(chunk("Hello."), chunk(reason="stop"), used(12, 3))

# docs.vllm.ai, "OpenAI-Compatible Server"; vllm/entrypoints/openai/models/protocol.py (ModelCard),
# vllm/entrypoints/serve/tokenize/protocol.py (TokenizeChatRequest, TokenizeResponse).
VLLM: Routes = {
    "GET /v1/models": Said(
        {
            "object": "list",
            "data": [
                {
                    "id": "Qwen/Qwen3.6-27B",
                    "object": "model",
                    "created": 1795370000,
                    "owned_by": "vllm",
                    "root": "Qwen/Qwen3.6-27B",
                    "parent": None,
                    "max_model_len": 131072,
                    "permission": [],
                }
            ],
        }
    ),
    "GET /version": Said({"version": "0.27.0"}),
    "POST /tokenize": Said(
        {"count": 4321, "max_model_len": 131072, "tokens": [], "token_strs": None}
    ),
    "POST /v1/chat/completions": chatting(
        chunk(reasoning="Let me see."),
        chunk("Hello."),
        chunk(reason="stop"),
        used(100, 7, cached=64),
    ),
}

# docs.sglang.io, "SGLang Native APIs"; python/sglang/srt/entrypoints/http_server.py (server_info).
SGLANG: Routes = {
    "GET /v1/models": Said(
        {
            "object": "list",
            "data": [
                {
                    "id": "Qwen/Qwen3.6-27B",
                    "object": "model",
                    "owned_by": "sglang",
                    "root": "Qwen/Qwen3.6-27B",
                    "max_model_len": 262144,
                }
            ],
        }
    ),
    "GET /server_info": Said(
        {
            "model_path": "Qwen/Qwen3.6-27B",
            "context_length": None,
            "max_total_num_tokens": 90112,
            "max_running_requests": 48,
            "internal_states": [{}],
            "version": "0.5.12",
        }
    ),
    "POST /v1/chat/completions": chatting(
        chunk(reasoning_content="Hm."), chunk("Hello."), chunk(reason="stop"), used(90, 5)
    ),
}

# docs.ollama.com/api; ollama/ollama openai/openai.go for `/v1` (reasoning, reasoning_effort).
OLLAMA: Routes = {
    "GET /v1/models": Said(
        {
            "object": "list",
            "data": [{"id": "qwen3:8b", "object": "model", "created": 1, "owned_by": "library"}],
        }
    ),
    "GET /api/version": Said({"version": "0.40.12"}),
    "GET /api/tags": Said(
        {
            "models": [
                {"name": "nomic-embed-text:latest", "model": "nomic-embed-text:latest"},
                {"name": "llama3.2:latest", "model": "llama3.2:latest"},
                {"name": "qwen3:8b", "model": "qwen3:8b"},
            ]
        }
    ),
    "GET /api/ps": Said(
        {
            "models": [
                {
                    "name": "qwen3:8b",
                    "model": "qwen3:8b",
                    "size": 6654289920,
                    "size_vram": 6654289920,
                    "expires_at": "2026-11-22T20:05:34Z",
                    "context_length": 4096,
                }
            ]
        }
    ),
    "POST /api/show": lambda asked: SHOWN.get(asked.body["model"], MISSING),
    "POST /api/generate": Said({"model": "llama3.2:latest", "response": "", "done": True}),
    "POST /v1/chat/completions": chatting(
        chunk(reasoning="Well."), chunk("Hello."), chunk(reason="stop"), used(20, 4)
    ),
}
SHOWN = {
    "qwen3:8b": Said(
        {
            "parameters": 'temperature                    0.6\nstop "<|im_end|>"',
            "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960},
            "capabilities": ["completion", "tools", "thinking"],
        }
    ),
    "llama3.2:latest": Said(
        {
            "parameters": "num_ctx                        16384",
            "model_info": {"llama.context_length": 131072},
            "capabilities": ["completion", "tools"],
        }
    ),
    "nomic-embed-text:latest": Said(
        {"model_info": {"nomic-bert.context_length": 2048}, "capabilities": ["embedding"]}
    ),
}

# LM Studio answers paths that it does not know with status 200 and an error.
STUDIO_MISSING = Said({"error": "Unexpected endpoint or method. (GET /props)"})
_STUDIO_LIST = Said(
    {
        "object": "list",
        "data": [{"id": "qwen3-8b", "object": "model", "owned_by": "organization_owner"}],
    }
)


def _studio_model(key: str, instances: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "llm",
        "publisher": "qwen",
        "key": key,
        "display_name": key,
        "loaded_instances": instances,
        "max_context_length": 40960,
        "capabilities": {"vision": False, "trained_for_tool_use": True},
    }


# lmstudio.ai/docs/developer/rest/list (`GET /api/v1/models`, since 0.4).
STUDIO: Routes = {
    "GET /v1/models": _STUDIO_LIST,
    "GET /api/v1/models": Said(
        {
            "models": [
                {"type": "embedding", "key": "embed", "loaded_instances": []},
                _studio_model("gemma-3-27b", []),
                _studio_model("qwen3-8b", [{"id": "qwen3-8b", "config": {"context_length": 8192}}]),
            ]
        }
    ),
    "POST /v1/chat/completions": chatting(
        chunk(reasoning_content="Hm."), chunk("Hello."), chunk(reason="stop"), used(20, 4)
    ),
}
# lmstudio.ai/docs/developer/rest/endpoints (`GET /api/v0/models`, before 0.4).
OLDER_STUDIO: Routes = {
    "GET /v1/models": _STUDIO_LIST,
    "GET /api/v0/models": Said(
        {
            "object": "list",
            "data": [
                {"id": "embed", "type": "embeddings", "state": "loaded"},
                {
                    "id": "qwen3-8b",
                    "type": "vlm",
                    "compatibility_type": "gguf",
                    "state": "loaded",
                    "max_context_length": 40960,
                    "loaded_context_length": 12000,
                },
            ],
        }
    ),
}
