"""A free answer of the real model whose edit is held to the file, through host and socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.models.formats.format_samples import EDIT, READ

from inhouse_models.chat import Choices, Finish, Message, ModelError, Part, Request, Source
from inhouse_models.engine.weights import Weights
from inhouse_models.host.control import stop_engines
from inhouse_models.host.spawn import HostOptions
from inhouse_models.local import LocalClient, LocalModel

pytestmark = pytest.mark.model
SHAPES = '''\
"""Shapes."""


def area(width, height):
    # Width by height.
    result = width + height
    return result


def edge(width, height):
    # All around.
    result = 2 * (width + height)
    return result
'''
TASK = f"""\
The file shapes.py:
{SHAPES}
The result of area is wrong: it must be width * height. Correct it with one edit."""


async def finish_of(stream: AsyncIterator[Part]) -> Finish:
    parts = [part async for part in stream]
    last = parts[-1]
    assert isinstance(last, Finish)
    return last


def test_an_edit_names_lines_that_stand_once(small_model: Path) -> None:
    weights = Weights(small_model)
    opening = weights.vocabulary.find("<tool_call>")
    weights.close()
    assert opening is not None
    edit = Request(
        (Message("user", TASK),),
        tools=(READ, EDIT),
        max_tokens=200,
        allowed=("edit",),
        begun=(opening,),
        choices=Choices(paths=("shapes.py",), sources=(Source.of("shapes.py", SHAPES),)),
    )

    async def check() -> tuple[Finish, Finish, int | ModelError]:
        client = LocalClient(LocalModel(small_model), HostOptions(context=2048))
        try:
            first = await finish_of(client.stream(edit))
            return first, await finish_of(client.stream(edit)), await client.count(edit)
        finally:
            await client.close()
            await stop_engines()

    first, second, count = asyncio.run(check())
    assert first.error is None
    assert isinstance(count, int)
    (call,) = first.message.calls
    arguments = json.loads(call.arguments)
    assert call.name == "edit"
    assert arguments["file_path"] == "shapes.py"
    places = SHAPES.count(arguments["old_string"])
    assert places == 1 or (places and arguments["replace_all"])
    assert second.ids == first.ids
