"""Images that a tool read reach the model, the journal and a session that goes on, in bounds."""

import json
from pathlib import Path

from tests.agent.kits import requests, run, scripted
from tests.tools.reading.made_documents import make_image

from inhouse_agent.compaction_tail import NO_IMAGE, keep_tail
from inhouse_agent.gauge import Gauge
from inhouse_agent.journal import SessionProblem
from inhouse_agent.profile import Profile
from inhouse_agent.session import Session
from inhouse_agent.shown_images import MOST_IMAGES, tool_message
from inhouse_models.chat import Message, ToolCall
from inhouse_models.scripted import call, say
from inhouse_tools.registry import builtin_tools

READS = Profile("large", ("read",), "native", held=False, brief=False)


def test_a_model_that_sees_gets_the_image_with_the_answer_of_its_call(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(make_image("PNG"))
    bench = scripted(tmp_path, call("read", file_path="a.png"), say("Red and blue."))
    bench.kit.tools, bench.kit.profile = builtin_tools(), READS
    bench.kit.workspace.sees = True
    assert run(bench).ending == "success"
    (answer,) = [message for message in bench.history if message.role == "tool"]
    (image,) = answer.images
    assert image.startswith("data:image/png;base64,")
    assert requests(bench)[-1].messages[-1] == answer
    session = Session.create(tmp_path, "model")
    assert not isinstance(session, SessionProblem)
    for event in bench.events:
        assert session.append(event) is None
    session.close()
    again = Session.open(session.id)
    assert not isinstance(again, SessionProblem)
    assert again.history() == bench.history
    again.close()


def test_a_conversation_shows_a_bounded_number_of_images() -> None:
    history: list[Message] = []
    for number in range(MOST_IMAGES + 3):
        history.append(tool_message("1", "read", (f"data:image/png;base64,{number}",), history))
    assert sum(len(message.images) for message in history) == MOST_IMAGES
    assert "Not shown: this conversation shows 32 images already" in history[-1].text
    # One that is shown already costs nothing more.
    assert tool_message("1", "read", ("data:image/png;base64,0",), history).images


def test_an_image_counts_and_goes_with_what_is_summarised() -> None:
    image = "data:image/png;base64," + "A" * 1000
    calls = (ToolCall("1", "read", json.dumps({"file_path": "a.png"})),)
    answer = Message("tool", "a.png is an image.", (image,), answers="1")
    history = [Message("user", "Look."), Message("assistant", "", calls=calls), answer]
    assert Gauge(2, 100).at_most(history) > 10_000
    assert Gauge(2, 100).at_most([*history[:2], Message("tool", "x", answers="1")]) < 200
    assert keep_tail(history, 1, 20_000).messages[-1] == answer
    short = keep_tail(history, 1, 2_000).messages[-1]
    assert not short.images and short.text.endswith(NO_IMAGE)
