"""Asks the model for the message of a commit, and makes do with whatever it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from inhouse_agent.answer import ask_once
from inhouse_agent.commit_form import (
    MOST_SUBJECT,
    CommitMessage,
    first_clauses,
    plain_subject,
    problem_with,
    read_message,
)
from inhouse_agent.commit_material import Material
from inhouse_agent.kit import Emit
from inhouse_models.chat import Finish, Message, ModelClient, ModelError, Request

SYSTEM: Final = (
    "You write the message of a git commit from its diff. Answer with a JSON object. "
    f'"subject": one line of at most {MOST_SUBJECT} characters that says what the commit does, '
    'in the imperative ("Add …", "Fix …") and without a full stop. '
    '"body": why it was done, or what else one has to know, in a few short lines; empty when the '
    "subject says enough. Do not repeat the diff, and sign nothing."
)
AGAIN: Final = "This subject cannot be used: {}. Write the message again."
SCHEMA: Final[Mapping[str, object]] = {
    "type": "object",
    "properties": {
        # Longer than allowed: a model that is cut off in the middle of a word cannot be repaired.
        "subject": {"type": "string", "maxLength": 120},
        "body": {"type": "string", "maxLength": 1200},
    },
    "required": ["subject", "body"],
    "additionalProperties": False,
}
MOST_ANSWER: Final = 400
# A message needs no more to be good, and reading takes its time on small machines.
MOST_PROMPT: Final = {"large": 6_000, "small": 3_000}
CHARACTERS_PER_TOKEN: Final = 3.0
FITTINGS: Final = 5


@dataclass(frozen=True, slots=True)
class Written:
    """A message, and whether the model wrote it or it is only a plain summary."""

    message: CommitMessage
    by: Literal["model", "rule"]


async def write_message(
    client: ModelClient, emit: Emit, material: Material
) -> Written | ModelError:
    """The message of a commit. Its subject always has the right form.

    The model is asked a second time when its subject does not; `emit` hears how far it is.
    """
    request = await _request(client, material)
    if isinstance(request, ModelError):
        return request
    patch = [line[1:] for diff in material.diffs for line in diff.text.splitlines()]
    finish = await ask_once(client, emit, request)
    if finish.error is not None:
        return finish.error
    message = read_message(finish.message.text, patch)
    problem = problem_with(message.subject)
    if problem:
        again = await ask_once(client, emit, _ask_again(request, finish, problem))
        # What came first may still do when there is no second answer.
        second = read_message(again.message.text if again.error is None else "", patch)
        message = _better(message, second)
    if problem_with(message.subject):
        return Written(CommitMessage(plain_subject(material.changes)), "rule")
    return Written(message, "model")


def _better(first: CommitMessage, second: CommitMessage) -> CommitMessage:
    """The message whose subject can be used, if need be with fewer clauses."""
    if not problem_with(second.subject):
        return second
    for message in (second, first):
        short = replace(message, subject=first_clauses(message.subject))
        if not problem_with(short.subject):
            return short
    return second


def _ask_again(request: Request, finish: Finish, problem: str) -> Request:
    return replace(
        request,
        messages=(*request.messages, finish.message, Message("user", AGAIN.format(problem))),
    )


async def _request(client: ModelClient, material: Material) -> Request | ModelError:
    """The question, with as much of the diff as a prompt may have."""
    info = await client.info()
    if isinstance(info, ModelError):
        return info
    most = min(info.context_size // 2, MOST_PROMPT[info.profile])
    characters = int(most * CHARACTERS_PER_TOKEN)
    request = _question(material, characters)
    for _ in range(FITTINGS):
        count = await client.count(request)
        if isinstance(count, ModelError):
            return count
        if count <= most:
            break
        # Also what is not cut takes room, so it shrinks a little faster than it must.
        characters = int(characters * most / count * 0.9)
        request = _question(material, characters)
    return request


def _question(material: Material, characters: int) -> Request:
    messages = (Message("system", SYSTEM), Message("user", material.tell(characters)))
    return Request(messages, max_tokens=MOST_ANSWER, think=False, schema=SCHEMA)
