"""From the steps of an engine to chunks: what an answer begins with, and its doubts."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from inhouse_models.chat import Doubt, Message, Request
from inhouse_models.engine.job import Ended, Job, Step, Written
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.weights import Vocabulary, Weights
from inhouse_models.engine.worker import Engine
from inhouse_models.formats import AnswerParser, SpecialTokens
from inhouse_models.host.answers import MOST_DOUBTS, Chunk, answer_chunks
from inhouse_models.host.prompting import Prepared

# One token for every byte, the marks of a call, and tokens that make no other code.
MORE = (b"<tool_call>", b"</tool_call>", b" x", b"``", b" ```\n")
PIECES = (*(bytes([number]) for number in range(256)), *MORE)
OPEN, CLOSE, SPACE_X, SHORT_FENCE, LONG_FENCE = range(256, 261)
END = 10
CALL = '\n{"name": "read", "arguments": {"file_path": "a.py"}}\n'
CODE = '\n{"name": "write", "arguments": {"file_path": "a.py"}}\n```python\nx = 1\n```\n'


class LoadedWeights(Weights):
    """A vocabulary without a file."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary(
            PIECES, frozenset(), frozenset({OPEN, CLOSE}), frozenset({END}), END
        )


class PlayingEngine(Engine):
    """An engine that reports given steps."""

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__(EngineOptions(Path("none.gguf")))
        self.loaded.set_result(LoadedWeights())
        self.jobs: list[Job] = []
        self._steps = steps

    def submit(self, job: Job) -> None:
        self.jobs.append(job)
        for step in self._steps:
            job.emit(step)


def text_ids(text: str) -> tuple[int, ...]:
    return tuple(text.encode())


def call_ids(body: str) -> tuple[int, ...]:
    return (OPEN, *text_ids(body), CLOSE)


def chunks_of(
    steps: Sequence[Step], *, begun: tuple[int, ...] = (), resume: tuple[int, ...] | None = None
) -> list[Chunk]:
    """All chunks of an answer in which the engine takes these steps."""
    resume = begun if resume is None else resume
    prepared = Prepared(
        request=Request((Message("user", "x"),), begun=begun, doubts=True),
        prompt=(1, 2),
        fresh=(2,),
        resume=resume,
        hold=None,
        parser=AnswerParser("fenced", SpecialTokens(OPEN, CLOSE), thinking_open=False),
    )
    engine = PlayingEngine(steps)

    async def collect() -> list[Chunk]:
        return [chunk async for chunk in answer_chunks(engine, prepared, "one")]

    chunks = asyncio.run(collect())
    (job,) = engine.jobs
    assert (job.resume, job.doubts) == (resume, True)
    return chunks


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)


def indices_of(chunks: list[Chunk]) -> list[int]:
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    return [call["index"] for delta in deltas for call in delta.get("tool_calls", [])]


def written(ids: Sequence[int]) -> list[Step]:
    return [Written(token, PIECES[token].decode()) for token in ids]


def test_what_the_answer_begins_with_comes_first() -> None:
    begun = text_ids("Hello, wo")
    chunks = chunks_of(
        [*written(text_ids("rld")), Ended("stop", text_ids("Hello, world"))], begun=begun
    )
    assert chunks[0]["choices"][0]["delta"] == {"content": "Hello, wo"}
    assert "inhouse" not in chunks[0], "the client has these ids"
    assert text_of(chunks) == "Hello, world"
    assert chunks[-1]["inhouse"]["tokens"] == [2, *text_ids("Hello, world")]


def test_it_may_end_within_a_character() -> None:
    whole = text_ids("aé")
    chunks = chunks_of([Written(whole[-1], "é"), Ended("stop", whole)], begun=whole[:-1])
    assert text_of(chunks) == "aé"


def test_calls_of_the_beginning_are_counted() -> None:
    begun, later = call_ids(CALL), call_ids(CALL)
    chunks = chunks_of([*written(later), Ended("stop", (*begun, *later))], begun=begun)
    assert indices_of(chunks) == [0, 1]
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_what_a_lost_engine_had_written_does_not_come_again() -> None:
    begun, resume = text_ids("He"), text_ids("Hello")
    chunks = chunks_of([*written(text_ids(".")), Ended("stop")], begun=begun, resume=resume)
    assert text_of(chunks) == "."
    first, second = call_ids(CALL), call_ids(CALL)
    chunks = chunks_of([*written(second), Ended("stop")], resume=first)
    assert indices_of(chunks) == [1]


def doubts_in(ids: tuple[int, ...], doubts: Sequence[Doubt]) -> list[list[float]]:
    ended = Ended("stop", ids, doubts=tuple(doubts))
    return chunks_of([*written(ids), ended])[-1]["inhouse"]["doubts"]


def test_doubts_are_about_code_and_the_greatest_first() -> None:
    ids = (*text_ids("Text "), *call_ids(CODE))
    place = bytes(PIECES[token][0] for token in ids).index(b"x = 1")
    found = doubts_in(
        ids,
        [
            Doubt(1, ord("a"), 0.9),
            Doubt(place - 2, ord("a"), 0.8),
            Doubt(place, ord("y"), 0.1),
            Doubt(place, SPACE_X, 0.7),
            Doubt(place + 4, ord("2"), 0.6),
            Doubt(place + 6, SHORT_FENCE, 0.9),
            Doubt(place + 6, LONG_FENCE, 0.8),
            Doubt(place + 6, ord("\n"), 0.05),
            Doubt(len(ids) - 2, ord("a"), 0.9),
        ],
    )
    assert found == [
        [place + 4, ord("2"), 0.6],
        [place, ord("y"), 0.1],
        [place + 6, ord("\n"), 0.05],
    ]


def test_there_are_only_so_many_doubts() -> None:
    code = "ab" * MOST_DOUBTS
    ids = call_ids(CODE.replace("x = 1", code))
    place = bytes(PIECES[token][0] for token in ids).index(code.encode())
    found = doubts_in(ids, [Doubt(place + n, ord("z"), n / 100) for n in range(len(code))])
    assert [doubt[2] for doubt in found] == [
        n / 100 for n in reversed(range(MOST_DOUBTS, 2 * MOST_DOUBTS))
    ]
