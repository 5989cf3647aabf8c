"""Images from another program: a tiny model with random weights looks at them over TCP."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.models.engine.images import as_url, make_png
from tiny_models import write_tiny_model
from tiny_projector import write_tiny_projector

from inhouse_models.host.control import engine_status

from .served_model import ServedModel, serving

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def seeing(small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedModel]:
    """A tiny model that sees, served."""
    folder = tmp_path_factory.mktemp("seeing")
    model, projector = folder / "tiny.gguf", folder / "mmproj.gguf"
    write_tiny_model("qwen2", small_model, model)
    write_tiny_projector(projector)
    with tempfile.TemporaryDirectory("", "see-", "/tmp", ignore_cleanup_errors=True) as sockets:
        variables = {"HOME": str(folder), "XDG_RUNTIME_DIR": sockets, "INHOUSE_CONTEXT": "1024"}
        variables |= {"INHOUSE_PROJECTOR": str(projector), "INHOUSE_IDLE_MINUTES": "3"}
        with serving(variables, folder, "-m", str(model)) as served:
            yield served
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", sockets)
            for one in asyncio.run(engine_status()):
                os.kill(one.pid, signal.SIGKILL)


def test_an_image_is_looked_at(seeing: ServedModel) -> None:
    with seeing.openai() as client:

        def look(*urls: str) -> Any:
            parts: list[Any] = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
            content = [*parts, {"type": "text", "text": "What is this?"}]
            create: Any = client.chat.completions.create
            messages = [{"role": "user", "content": content}]
            return create(model="any", messages=messages, max_tokens=8, temperature=0)

        one, other = (as_url(make_png(96, 64, seed)) for seed in (1, 2))
        nothing, first, second = look(), look(one), look(other)
        # An image is more than a token, and each is another prompt.
        assert first.usage.prompt_tokens > nothing.usage.prompt_tokens + 1
        assert look(one).choices[0].message.content == first.choices[0].message.content
        assert second.usage.prompt_tokens == first.usage.prompt_tokens
        assert look(one, other).usage.prompt_tokens > first.usage.prompt_tokens + 1
    with seeing.http() as http:
        assert http.get("/props").json()["modalities"] == {"vision": True, "audio": False}
        broken = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
        body = {"messages": [{"role": "user", "content": [broken]}]}
        refused = http.post("/v1/chat/completions", json=body)
        assert refused.status_code == 400 and "damaged" in refused.json()["error"]["message"]


def test_an_image_in_the_result_of_a_call_is_looked_at(seeing: ServedModel) -> None:
    """Our own engine places it where it stands, as every family of templates writes a result."""
    function = {"name": "read", "arguments": '{"file_path": "a.png"}'}
    call = {"id": "1", "type": "function", "function": function}
    text = {"type": "text", "text": "a.png is an image."}

    def tokens(*urls: str) -> int:
        parts = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
        messages = [
            {"role": "user", "content": "What is this?"},
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "1", "content": [text, *parts]},
        ]
        body = {"messages": messages, "max_tokens": 4, "temperature": 0}
        with seeing.http() as http:
            answer = http.post("/v1/chat/completions", json=body)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["usage"]["prompt_tokens"])

    one, other = (as_url(make_png(96, 64, seed)) for seed in (3, 4))
    assert tokens(one) > tokens() + 1
    assert tokens(one, other) - tokens(one) == tokens(one) - tokens()
