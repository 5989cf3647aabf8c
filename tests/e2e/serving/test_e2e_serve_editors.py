"""What llama.vim and llama.vscode send, and what they read of the answers, over real TCP."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .served_model import ServedModel

pytestmark = pytest.mark.model
BEFORE = "def double(number):\n    return number * 2\n\n\ndef add(first, second):\n"
AFTER = "\n\n\nprint(add(1, double(2)))\n"
CHUNK = {"text": "def greet(name):\n    return name\n", "time": [1, 2], "filename": "greet.py"}
# What llama.vim reads of an answer, under these very names.
READ_BY_VIM = (
    *("content", "tokens_cached", "truncated"),
    *(f"timings/{kind}_{what}" for kind in ("prompt", "predicted") for what in ("n", "ms")),
    *("timings/prompt_per_token_ms", "timings/prompt_per_second"),
    *("timings/predicted_per_token_ms", "timings/predicted_per_second"),
)
VIM: dict[str, Any] = {
    "id_slot": 0,
    "input_prefix": BEFORE,
    "input_suffix": AFTER,
    "input_extra": [CHUNK],
    "prompt": "    ",
    "n_predict": 16,
    "stop": [],
    "n_cmpl": 1,
    "n_indent": 4,
    "top_k": 40,
    "top_p": 0.9,
    "stream": False,
    "samplers": ["top_k", "top_p", "infill"],
    "cache_prompt": True,
    "t_max_prompt_ms": 60_000,
    "t_max_predict_ms": 60_000,
    "response_fields": list(READ_BY_VIM),
}
# It only wants the chunks to be read.
VIM_AHEAD: dict[str, Any] = {
    "input_prefix": "",
    "input_suffix": "",
    "prompt": "",
    "input_extra": [CHUNK],
    "n_predict": 0,
    "temperature": 0.0,
    "stream": False,
    "samplers": [],
    "cache_prompt": True,
    "t_max_prompt_ms": 1,
    "t_max_predict_ms": 1,
    "response_fields": [""],
}
VSCODE: dict[str, Any] = {
    "input_prefix": BEFORE,
    "input_suffix": AFTER,
    "input_extra": [CHUNK],
    "prompt": "    ",
    "n_predict": 16,
    "top_k": 40,
    "top_p": 0.99,
    "stream": False,
    "n_indent": 4,
    "samplers": ["top_k", "top_p", "infill"],
    "cache_prompt": True,
    "t_max_prompt_ms": 60_000,
    "t_max_predict_ms": 60_000,
}
VSCODE_CHAT: dict[str, Any] = {
    "messages": [
        {"role": "system", "content": "You are an expert coder."},
        {"role": "user", "content": "Say hello."},
    ],
    "stream": False,
    "cache_prompt": True,
    "samplers": "edkypmxt",
    "temperature": 0.8,
    "dynatemp_range": 0,
    "dynatemp_exponent": 1,
    "top_k": 40,
    "top_p": 0.95,
    "min_p": 0.05,
    "typical_p": 1,
    "xtc_probability": 0,
    "xtc_threshold": 0.1,
    "repeat_last_n": 64,
    "repeat_penalty": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "dry_multiplier": 0,
    "dry_base": 1.75,
    "dry_allowed_length": 2,
    "dry_penalty_last_n": -1,
    "max_tokens": -1,
    "timings_per_token": False,
    "lora": [{"id": 0, "scale": 0.5}],
}


def with_curl(served: ServedModel, body: dict[str, Any], folder: Path) -> Any:
    """As llama.vim asks: with curl, and its key in a header."""
    curl = ["curl", "--silent", "--no-buffer", "--request", "POST"]
    curl += ["--url", f"{served.url}/infill", "--header", "Content-Type: application/json"]
    curl += ["--data", "@-", "--header", f"Authorization: Bearer {served.token}"]
    done = subprocess.run(
        curl, cwd=folder, input=json.dumps(body), capture_output=True, text=True, check=True
    )
    # llama.vim looks for this before it reads anything else.
    assert '"content":"' in done.stdout or "content" not in body.get("response_fields", ())
    return json.loads(done.stdout)


def test_llama_vim(served: ServedModel, folder: Path) -> None:
    assert with_curl(served, VIM_AHEAD, folder) == {}
    answer = with_curl(served, VIM, folder)
    assert set(answer) == set(READ_BY_VIM)
    assert answer["content"].startswith("return first + second")
    assert answer["timings/prompt_n"] > 0 < answer["timings/predicted_n"]
    # The next key, typed into what was proposed.
    typed = with_curl(served, {**VIM, "prompt": "    re"}, folder)
    assert typed["content"].startswith("turn first + second")
    several = with_curl(served, {**VIM, "prompt": "    x = ", "n_cmpl": 3, "n_predict": 6}, folder)
    texts = [one["content"] for one in several]
    assert 1 < len(texts) <= 3 and len(set(texts)) == len(texts)
    refused = with_curl(served, {**VIM, "prompt": [1, 2], "response_fields": []}, folder)
    assert refused["error"]["type"] == "invalid_request_error"


def test_llama_vscode(served: ServedModel) -> None:
    answer = served.post("/infill", {**VSCODE, "prompt": "    total = fir"}).json()
    assert answer["content"].startswith("st + second")
    assert answer["timings"]["predicted_n"] > 0
    assert answer["tokens_cached"] > 0 and answer["truncated"] is False
    # It means to read a prompt ahead with this, and the second asks.
    ahead = served.post("/v1/chat/completions", {**VSCODE_CHAT, "n_predict": 0, "max_tokens": 0})
    assert ahead.json()["usage"]["completion_tokens"] == 0
    body = {**VSCODE_CHAT, "stop": ["."], "max_tokens": 20}
    chat = served.post("/v1/chat/completions", body).json()
    assert chat["choices"][0]["message"]["content"]
    vector = served.post("/v1/embeddings", {"input": "x = 1", "model": "GPT-4"}).json()
    assert len(vector["data"][0]["embedding"]) > 100
    with served.http() as http:
        assert http.get("/health").json() == {"status": "ok"}
        assert http.get("/v1/models").json()["data"][0]["id"] == served.start["model"]


def test_a_prompt_with_the_tokens_of_a_cursor(served: ServedModel) -> None:
    """As clients of /v1/completions spell it; nothing else in it becomes a special token."""
    prompt = f"<|fim_prefix|>{BEFORE}    <|fim_suffix|>{AFTER}<|fim_middle|>"
    body = {"prompt": prompt, "max_tokens": 8, "temperature": 0}
    spelled = served.post("/v1/completions", body).json()
    assert spelled["choices"][0]["text"].startswith("return first + second")
    twice = {**body, "prompt": f"# <|fim_middle|>\n{prompt}", "max_tokens": 1}
    as_text = served.post("/v1/completions", twice).json()
    assert as_text["usage"]["prompt_tokens"] > spelled["usage"]["prompt_tokens"] + 12


def test_streams_props_metrics_and_tokens(served: ServedModel) -> None:
    with served.http() as http:
        with http.stream("POST", "/infill", json={**VSCODE, "stream": True}) as response:
            lines = [line for line in response.iter_lines() if line.startswith("data: ")]
        events = [json.loads(line[6:]) for line in lines]
        assert "".join(one["content"] for one in events).startswith("return first + second")
        assert [one["stop"] for one in events][-1] is True
        props = http.get("/props").json()
        context = props["default_generation_settings"]["n_ctx"]
        assert context == served.start["context_size"]
        assert props["modalities"]["vision"] is False and "im_start" in props["chat_template"]
        metrics = http.get("/metrics")
        assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
        values = dict(
            line.split() for line in metrics.text.splitlines() if not line.startswith("#")
        )
        assert float(values["llamacpp:tokens_predicted_total"]) > 0
        assert float(values["llamacpp:requests_processing"]) == 0
        text = "def x():  # <|im_end|> ä"
        tokens = http.post("/tokenize", json={"content": text}).json()["tokens"]
        assert http.post("/detokenize", json={"tokens": tokens}).json() == {"content": text}
        pieces = http.post("/tokenize", json={"content": "def x", "with_pieces": True}).json()
        assert [one["piece"] for one in pieces["tokens"]] == ["def", " x"]
        assert http.post("/detokenize", json={"tokens": [10**9]}).status_code == 400
