"""One answer of the model: its parts become events, its end joins the history."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Final

from inhouse_agent.events import Noticed, PrefillProgress, TextArrived, ThinkingArrived
from inhouse_agent.kit import Emit, Kit
from inhouse_agent.turn import Turn
from inhouse_models.chat import (
    Chances,
    Finish,
    Message,
    ModelClient,
    ModelError,
    Notice,
    Part,
    Prefill,
    Request,
    Text,
    Thinking,
    ToolCall,
)

NO_END: Final = ModelError(
    "engine", "The model's answer broke off without an end. Ask again, or restart the engine."
)


async def ask_model(turn: Turn, request: Request) -> Finish:
    """Streams one answer; what was said before a cancellation or an error is kept."""
    said: list[str] = []
    try:
        finish = await _stream(turn.kit.client, turn.kit.emit, request, said, _show)
    except asyncio.CancelledError:
        _keep(turn, Message("assistant", "".join(said)))
        raise
    turn.count(request, finish)
    if finish.error is not None:
        _keep(turn, Message("assistant", finish.message.text))
    elif finish.reason == "cancelled":
        # Its ids are known, so that nothing is read again, unless a call among them was dropped.
        whole = () if finish.message.calls else finish.message.tokens
        _keep(turn, replace(finish.message, calls=(), tokens=whole))
    return finish


def _keep(turn: Turn, partial: Message) -> None:
    """An unfinished answer stays when it says something; its calls were never run and go."""
    if partial.text.strip():
        turn.add(partial)


async def ask_aside(kit: Kit, request: Request) -> Finish:
    """One answer that is no part of the conversation: only its progress is shown."""
    return await ask_once(kit.client, kit.emit, request)


async def ask_once(client: ModelClient, emit: Emit, request: Request) -> Finish:
    """One answer outside of any conversation: only its progress is shown."""
    return await _stream(client, emit, request, [], _show_progress)


async def _stream(
    client: ModelClient,
    emit: Emit,
    request: Request,
    said: list[str],
    show: Callable[[Part, Emit], None],
) -> Finish:
    stream = client.stream(request)
    try:
        async for part in stream:
            if isinstance(part, Finish):
                broken = part.reason == "error" and part.error is None
                return replace(part, error=NO_END) if broken else part
            if isinstance(part, Text):
                said.append(part.text)
            show(part, emit)
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
    return Finish(Message("assistant", "".join(said)), "error", error=NO_END)


def _show(part: Part, emit: Emit) -> None:
    match part:
        case Text(text):
            emit(TextArrived(text))
        case Thinking(text):
            emit(ThinkingArrived(text))
        case _:
            _show_progress(part, emit)


def _show_progress(part: Part, emit: Emit) -> None:
    match part:
        case Prefill(cached, done, total):
            emit(PrefillProgress(cached, done, total))
        case Notice(text):
            emit(Noticed(text))
        case Text() | Thinking() | ToolCall() | Chances() | Finish():
            pass
