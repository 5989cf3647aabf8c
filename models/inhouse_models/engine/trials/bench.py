"""Times choices on the model itself: in small contexts side by side, or by a whole engine."""

import time
from dataclasses import dataclass, replace

from inhouse_models.chat import ModelError
from inhouse_models.engine.batch import Rows
from inhouse_models.engine.context import Context, ContextOptions, DecodeError
from inhouse_models.engine.loading import EngineOptions, Loading, plan_loading
from inhouse_models.engine.trials.answer import time_answer
from inhouse_models.engine.trials.sample import sample_tokens
from inhouse_models.engine.weights import LoadError, Weights
from inhouse_models.speed.choices import SpeedChoices
from inhouse_models.speed.search import Part

# A turn of an agent reads and writes so many tokens (medians of recorded sessions, perf.md, 3).
TURN_READ, TURN_WRITTEN = 800, 200
CELL_STEP = 256


@dataclass(frozen=True, slots=True)
class Size:
    """How many tokens a measurement has: behind `depth` of them, `read` at once and `written` one
    by one. `answer` are those of a drafted answer."""

    depth: int
    read: int
    written: int
    answer: int

    @property
    def cells(self) -> int:
        """What a context must hold."""
        wanted = self.depth + max(self.read, self.written) + 1
        return -(-wanted // CELL_STEP) * CELL_STEP


@dataclass(slots=True)
class _Open:
    """A context that holds `depth` tokens, and the recurrent state there."""

    context: Context
    state: bytes


class ModelBench:
    """Measures choices of one model: a Bench. `options` are the person's own; close it in the end.

    One set of weights is in memory at a time. Contexts that differ in what cannot be changed later
    stand side by side, so that they can be timed in turns.
    """

    def __init__(self, options: EngineOptions, size: Size) -> None:
        self.size = size
        self._options = options
        self._weights: Weights | None = None
        self._loaded: tuple[object, ...] = ()
        self._contexts: dict[ContextOptions, _Open] = {}
        self._tokens: list[int] = []

    def plan(self, choices: SpeedChoices) -> Loading | ModelError:
        """How the model would be loaded with these choices: what the memory plan allows."""
        return plan_loading(
            replace(
                self._options,
                threads=choices.threads,
                gpu_layers=choices.gpu_layers,
                flash_attention=choices.flash_attention,
                predict=choices.prediction,
                drafting=choices.drafting if choices.drafting == "off" else "auto",
                speed=choices,
                tuned=False,
                report=_say_nothing,
            )
        )

    def measure(self, choices: SpeedChoices, part: Part) -> float | str:
        """Seconds of a token read, written or answered, or of a turn; or why it cannot be."""
        loading = self.plan(choices)
        if isinstance(loading, ModelError):
            return loading.text
        if part == "answer":
            self.close()
            return time_answer(self._options, loading, self.size.answer)
        try:
            one = self._open(loading)
            one.context.set_threads(*_threads(loading.context))
            reads = part in ("read", "turn")
            read = self._time(one, self._read(loading), self.size.read) if reads else 0.0
            if part == "read":
                return read
            written = self._time(one, 1, self.size.written)
        except (LoadError, DecodeError) as fault:
            return str(fault)
        return written if part == "write" else TURN_READ * read + TURN_WRITTEN * written

    def forget_contexts(self) -> None:
        """Free the contexts of a factor that is decided."""
        for one in self._contexts.values():
            one.context.close()
        self._contexts.clear()

    def close(self) -> None:
        """Free all memory."""
        self.forget_contexts()
        if self._weights is not None:
            self._weights.close()
            self._weights = None

    def _read(self, loading: Loading) -> int:
        """How many tokens of a prompt are read at once."""
        return min(loading.context.chunk or loading.context.batch, self.size.read)

    def _time(self, one: _Open, rows: int, count: int) -> float:
        """Seconds per token of decoding `count` tokens behind the depth, `rows` at once."""
        started = time.perf_counter()
        for start in range(0, count, rows):
            part = self._tokens[start : min(start + rows, count)]
            one.context.decode([Rows(0, part)])
        one.context.synchronise()
        seconds = time.perf_counter() - started
        self._take_back(one)
        return seconds / count

    def _take_back(self, one: _Open) -> None:
        depth = self.size.depth
        done = one.context.restore_snapshot(0, one.state, depth) if one.state else True
        if not done or not one.context.cut(0, depth):
            raise DecodeError("llama.cpp could not take a text back")

    def _open(self, loading: Loading) -> _Open:
        """The context for this, with its text read; raises LoadError, DecodeError."""
        weights = self._load(loading)
        options = replace(
            loading.context,
            cells=self.size.cells,
            threads=1,
            reading_threads=0,
            chunk=0,
            sequences=1,
            aside=0,
            rollback=0,
        )
        if options not in self._contexts:
            context = Context(weights, options)
            self._contexts[options] = one = _Open(context, b"")
            context.set_threads(*_threads(loading.context))
            for start in range(0, self.size.depth, options.batch):
                end = min(start + options.batch, self.size.depth)
                context.decode([Rows(0, self._tokens[start:end])])
            one.state = context.snapshot(0)
            # The first decodes are slower, of every kind of batch.
            self._time(one, options.batch, min(self.size.read, CELL_STEP))
            self._time(one, 1, 2)
        return self._contexts[options]

    def _load(self, loading: Loading) -> Weights:
        """The weights as they are to lie in memory. Raises LoadError."""
        wanted = (loading.gpu_layers, loading.repack, loading.placing)
        if self._weights is not None and self._loaded == wanted:
            return self._weights
        self.close()
        weights = Weights(
            loading.path, loading.gpu_layers, repack=loading.repack, placing=loading.placing
        )
        self._weights, self._loaded = weights, wanted
        self._tokens = sample_tokens(weights, self.size.cells)
        return weights


def measured_size(options: EngineOptions, start: SpeedChoices, target_seconds: float) -> Size | str:
    """Sizes with which one measurement takes about so many seconds on this machine; or why the
    model cannot be loaded."""
    bench = ModelBench(options, Size(32, 64, 4, 0))
    try:
        read = bench.measure(start, "read")
        written = bench.measure(start, "write")
    finally:
        bench.close()
    if isinstance(read, str):
        return read
    if isinstance(written, str):
        return written

    def fit(seconds: float, least: int, most: int) -> int:
        steps = int(target_seconds / seconds) // least
        return min(max(steps, 1) * least, most)

    return Size(
        depth=fit(read / 3, 64, 1024),
        read=fit(read, 64, 2048),
        written=fit(2 * written, 8, 64),
        answer=fit(written / 2, 16, 96),
    )


def _threads(options: ContextOptions) -> tuple[int, int]:
    return options.threads, options.reading_threads or options.threads


def _say_nothing(_line: str) -> None:
    """The reasons of plans that are only tried are of no interest."""
