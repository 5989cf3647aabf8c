"""A message from a model that may talk nonsense."""

import asyncio
import json
from dataclasses import replace

import pytest

from inhouse_agent.commit_form import MOST_SUBJECT, CommitMessage
from inhouse_agent.commit_material import Material
from inhouse_agent.commit_message import MOST_PROMPT, Written, write_message
from inhouse_agent.events import Event, PrefillProgress
from inhouse_models.chat import ModelError
from inhouse_models.scripted import INFO, Answer, FailingModel, ScriptedModel, fail, say
from inhouse_tools.git.diff import FileDiff
from inhouse_tools.git.status import Changed

PATCH = "diff --git a/src/a.py b/src/a.py\n@@ -1 +1 @@\n-total = 1\n+total = round(x)\n"
MATERIAL = Material((Changed("src/a.py", "modified"),), (FileDiff("src/a.py", PATCH),))
LONG = "Round the total of every order after the discount has been taken off from the sum of it"


def as_json(subject: str, body: str = "") -> Answer:
    return say(json.dumps({"subject": subject, "body": body}))


def write(model: ScriptedModel, material: Material = MATERIAL) -> Written | ModelError:
    return asyncio.run(write_message(model, lambda _event: None, material))


def test_a_good_answer_is_taken() -> None:
    model = ScriptedModel((as_json("Round the total", "It was not."),))
    events: list[Event] = []
    written = asyncio.run(write_message(model, events.append, MATERIAL))
    assert written == Written(CommitMessage("Round the total", "It was not."), "model")
    assert any(isinstance(event, PrefillProgress) for event in events)
    (request,) = model.requests
    assert request.schema is not None
    assert (request.tools, request.think) == ((), False)
    assert "+total = round(x)" in request.messages[-1].text


def test_a_long_subject_is_asked_for_again() -> None:
    model = ScriptedModel((as_json(LONG), as_json("Round the total")))
    assert write(model) == Written(CommitMessage("Round the total"), "model")
    asked = model.requests[1].messages
    assert asked[:2] == model.requests[0].messages
    assert f"it has {len(LONG)} characters" in asked[-1].text


def test_twice_too_long_is_shortened() -> None:
    written = write(ScriptedModel((as_json(LONG, "Why."), as_json(LONG, "Why."))))
    assert isinstance(written, Written)
    subject = written.message.subject
    assert subject.endswith("…")
    assert LONG.startswith(subject.removesuffix("…"))
    assert len(subject) <= MOST_SUBJECT
    assert written == Written(CommitMessage(subject, "Why."), "model")


@pytest.mark.parametrize(
    "nonsense",
    [
        say(""),
        say(PATCH),
        say("```\n```"),
        as_json("."),
        as_json("+total = round(x)"),
        say("{" * 50),
    ],
)
def test_nonsense_ends_in_a_plain_summary(nonsense: Answer) -> None:
    model = ScriptedModel((), after=nonsense)
    assert write(model) == Written(CommitMessage("Change src/a.py"), "rule")
    assert len(model.requests) == 2


def test_an_error_after_a_bad_answer_ends_in_a_summary() -> None:
    model = ScriptedModel((say("x"), fail(ModelError("engine", "Gone."))))
    assert write(model) == Written(CommitMessage("Change src/a.py"), "rule")


def test_an_error_is_a_value() -> None:
    error = ModelError("engine", "Gone.")
    assert write(ScriptedModel((fail(error),))) == error
    never = FailingModel((), error, request=0)
    assert asyncio.run(write_message(never, lambda _event: None, MATERIAL)) == error


@pytest.mark.parametrize("profile", ["small", "large"])
def test_the_prompt_fits_its_budget(profile: str) -> None:
    about = replace(INFO, profile=profile, context_size=100_000)
    patch = "@@ -1 +1 @@\n" + "+a line of code\n" * 20_000
    diffs = tuple(FileDiff(f"f{number}", patch) for number in range(4))
    material = Material((Changed("f0", "modified"),), diffs)
    model = ScriptedModel((as_json("Change it all"),), about=about)
    write(model, material)
    count = asyncio.run(model.count(model.requests[0]))
    assert MOST_PROMPT[about.profile] // 2 < count <= MOST_PROMPT[about.profile]


def test_a_small_context_is_respected() -> None:
    model = ScriptedModel((as_json("Change it all"),), about=replace(INFO, context_size=1_500))
    write(model, replace(MATERIAL, diffs=(FileDiff("f", "@@\n" + "+line of code\n" * 5_000),)))
    assert asyncio.run(model.count(model.requests[0])) <= 750
