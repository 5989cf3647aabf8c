"""Asks the model only what fits into its context: makes room first where it would not."""

from collections.abc import Mapping
from dataclasses import replace

from inhouse_agent.answer import ask_model
from inhouse_agent.compaction import compact, room_of
from inhouse_agent.context import build_request, build_schema_request
from inhouse_agent.events import Compacted
from inhouse_agent.gauge import Room
from inhouse_agent.turn import Turn
from inhouse_models.chat import Finish, ModelError, Request

Schema = Mapping[str, object]
# A summary that gains less than this part of the context is not worth its time.
LEAST_GAIN_SHARE = 16


async def ask_in_room(turn: Turn, *, schema: Schema | None = None) -> tuple[Request, Finish]:
    """The next request and its answer, after a compaction when the context gets full.

    With `schema` it is the request for one JSON value of it. An engine that still finds the
    prompt too long is asked once more, after another compaction.
    """
    request = await _fitting_request(turn, schema)
    finish = await ask_model(turn, request)
    overflows = finish.error is not None and finish.error.kind == "overflow"
    if not overflows or not turn.kit.options.compact_at:
        return request, finish
    tokens = await turn.kit.client.count(request)
    turn.full_at = 0 if isinstance(tokens, ModelError) else tokens
    if isinstance(await compact(turn), Compacted):
        request = await _build(turn, schema)
        finish = await ask_model(turn, request)
    return request, finish


async def _fitting_request(turn: Turn, schema: Schema | None) -> Request:
    request = await _build(turn, schema)
    room = room_of(turn)
    if not room.context or not turn.kit.options.compact_at:
        return request
    tokens = await _tokens_of(turn, request, room)
    if tokens > room.limit(request.max_tokens):
        event = await compact(turn, least_gain=room.context // LEAST_GAIN_SHARE)
        if isinstance(event, Compacted):
            request = await _build(turn, schema)
            tokens = event.after
    return _leave_room(turn, request, room.most - tokens)


async def _build(turn: Turn, schema: Schema | None) -> Request:
    if schema is not None:
        return build_schema_request(turn.kit, turn.history, schema)
    return await build_request(turn.kit, turn.history, turn.steering())


async def _tokens_of(turn: Turn, request: Request, room: Room) -> int:
    """The length of a prompt: counted exactly, unless it is far from the limit for certain."""
    if turn.gauge is not None:
        most = turn.gauge.at_most(turn.history)
        if most <= min(room.limit(request.max_tokens), room.context // 2):
            return most
    tokens = await turn.kit.client.count(request)
    # An engine that cannot count will say why when it is asked.
    return 0 if isinstance(tokens, ModelError) else tokens


def _leave_room(turn: Turn, request: Request, free: int) -> Request:
    """The request with an answer that leaves room for a summary behind it.

    Servers that only estimate may take a bound for a demand, and refuse it.
    """
    if free <= 0 or turn.info is None or not turn.info.fingerprint:
        return request
    return replace(request, max_tokens=min(request.max_tokens or free, free))
