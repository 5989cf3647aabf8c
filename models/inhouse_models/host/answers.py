"""Runs one prepared request on the engine and shapes its steps as chunks of a chat completion."""

import asyncio
import codecs
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from inhouse_models.chat import Doubt, ModelError, Reason, Sampling, Text, Thinking, ToolCall
from inhouse_models.engine.job import Ended, Held, Job, Reading, Step, Written
from inhouse_models.engine.worker import Engine
from inhouse_models.formats import AnswerParser, TextParser, code_places
from inhouse_models.host.prompting import Prepared
from inhouse_models.wire import (
    encode_call,
    encode_chances,
    encode_doubts,
    encode_timings,
    encode_usage,
)

FINISH_REASONS: dict[Reason, str] = {
    "stop": "stop",
    "calls": "tool_calls",
    "length": "length",
    "cancelled": "cancelled",
    "error": "stop",
}
Chunk = dict[str, Any]
Pieces = Sequence[bytes]
MOST_DOUBTS = 32
BACKTICKS = re.compile(rb"`+")


@dataclass(slots=True)
class _Stream:
    """State of one answer while it is written."""

    parser: AnswerParser | TextParser
    pieces: Pieces
    calls: int = 0


async def answer_chunks(
    engine: Engine,
    prepared: Prepared,
    fingerprint: str,
    begin: Callable[[Job], None] = lambda _job: None,
) -> AsyncGenerator[Chunk]:
    """Chunks of the answer; closing the iterator stops the engine at the next token.

    `begin` is told the job, which may be cancelled so that the answer ends with what it has.
    """
    loop = asyncio.get_running_loop()
    steps: asyncio.Queue[Step] = asyncio.Queue()

    def emit(step: Step) -> None:
        loop.call_soon_threadsafe(steps.put_nowait, step)

    job = Job(
        prompt=prepared.prompt,
        emit=emit,
        sampling=prepared.request.sampling or Sampling(),
        max_tokens=prepared.request.max_tokens,
        hold=prepared.hold,
        resume=prepared.resume,
        doubts=prepared.request.doubts,
        priority=prepared.request.priority,
        thinking=prepared.thinking,
        pictures=prepared.pictures,
        references=prepared.references,
        chances=prepared.request.chances,
    )
    loaded = engine.loaded.result()
    pieces = () if isinstance(loaded, ModelError) else loaded.vocabulary.pieces
    stream = _Stream(prepared.parser, pieces)
    begun = _delta(_replay(stream, prepared.resume), stream)
    if begun and prepared.resume == prepared.request.begun:
        yield _chunk(delta=begun)
    begin(job)
    engine.submit(job)
    try:
        while True:
            batch = [await steps.get()]
            while not steps.empty():
                batch.append(steps.get_nowait())
            for chunk in _shape(batch, stream, prepared, fingerprint):
                yield chunk
            if isinstance(batch[-1], Ended):
                return
    finally:
        job.cancel()


def _replay(stream: _Stream, resume: tuple[int, ...]) -> list[Text | Thinking | ToolCall]:
    """Bring the parser to where the answer goes on; the parts up to there."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    parts: list[Text | Thinking | ToolCall] = []
    for token in resume:
        parts += stream.parser.feed(token, decode(stream.pieces[token]))
    return parts


def _shape(batch: list[Step], stream: _Stream, prepared: Prepared, fingerprint: str) -> list[Chunk]:
    """Steps that came together go out together: one chunk for all tokens, one for progress."""
    held = [step for step in batch if isinstance(step, Held)]
    chunks: list[Chunk] = [_chunk(inhouse={"notice": held[-1].text})] if held else []
    reading = [step for step in batch if isinstance(step, Reading)]
    if reading:
        last = reading[-1]
        prefill = {"cached": last.cached, "done": last.done, "total": last.total}
        chunks.append(_chunk(inhouse={"prefill": prefill}))
    written = [step for step in batch if isinstance(step, Written)]
    parts: list[Text | Thinking | ToolCall] = []
    for step in written:
        parts.extend(stream.parser.feed(step.token, step.text))
    ended = batch[-1] if isinstance(batch[-1], Ended) else None
    if ended is not None:
        parts.extend(stream.parser.close(cut=ended.reason == "length"))
    if written or parts:
        ids = [step.token for step in written]
        chunk = _chunk(delta=_delta(parts, stream), inhouse={"ids": ids})
        chances = [step.chance for step in written if step.chance is not None]
        if chances:
            chunk["choices"][0]["logprobs"] = encode_chances(chances)
        chunks.append(chunk)
    if ended is not None:
        chunks.append(_last(ended, stream, prepared, fingerprint))
    return chunks


def _delta(parts: list[Text | Thinking | ToolCall], stream: _Stream) -> Chunk:
    delta: Chunk = {}
    for part in parts:
        match part:
            case Text(text):
                delta["content"] = delta.get("content", "") + text
            case Thinking(text):
                delta["reasoning_content"] = delta.get("reasoning_content", "") + text
            case ToolCall():
                call = {"index": stream.calls, **encode_call(part)}
                delta.setdefault("tool_calls", []).append(call)
                stream.calls += 1
    return delta


def _last(ended: Ended, stream: _Stream, prepared: Prepared, fingerprint: str) -> Chunk:
    if ended.error is not None:
        return {"error": {"type": ended.error.kind, "message": ended.error.text}}
    doubts = _worthwhile(ended, stream.pieces)
    reason: Reason = "calls" if ended.reason == "stop" and stream.calls else ended.reason
    chunk = _chunk(
        inhouse={
            "tokens": [*prepared.fresh, *ended.ids],
            "model": fingerprint,
            "timings": encode_timings(ended.timings),
            "doubts": encode_doubts(doubts),
        }
    )
    chunk["choices"][0]["finish_reason"] = FINISH_REASONS[reason]
    chunk["usage"] = encode_usage(ended.usage)
    return chunk


def _worthwhile(ended: Ended, pieces: Pieces) -> tuple[Doubt, ...]:
    """The doubts about code, the greatest first."""
    if not ended.doubts:
        return ()
    texts = [pieces[token].decode("utf-8", "replace") for token in ended.ids]
    places = code_places(texts)
    doubts = (
        doubt
        for doubt in ended.doubts
        if doubt.place in places
        and _gist(pieces[doubt.token]) != _gist(pieces[ended.ids[doubt.place]])
    )
    return tuple(sorted(doubts, key=lambda doubt: -doubt.odds)[:MOST_DOUBTS])


def _gist(piece: bytes) -> bytes:
    """A token without what makes no other code: space, and how a fence is cut into tokens."""
    return BACKTICKS.sub(b"`", piece.strip())


def _chunk(delta: Chunk | None = None, inhouse: Chunk | None = None) -> Chunk:
    choice: Chunk = {"index": 0, "delta": delta or {}, "finish_reason": None}
    chunk: Chunk = {"object": "chat.completion.chunk", "choices": [choice]}
    if inhouse:
        chunk["inhouse"] = inhouse
    return chunk
