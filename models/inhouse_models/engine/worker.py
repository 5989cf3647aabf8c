"""The one thread that owns a model: loads it, takes jobs in order, writes answers."""

import queue
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from inhouse_models.chat import ModelError
from inhouse_models.engine.constraint import GrammarCompiler
from inhouse_models.engine.decoder import Decoder, DecoderOptions
from inhouse_models.engine.generation import Generation
from inhouse_models.engine.job import Ended, Job
from inhouse_models.engine.prefix import PrefixReader
from inhouse_models.engine.weights import LoadError, Weights


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Which file to load and how; `context` None is chosen from what the model was trained for."""

    path: Path
    context: int | None = None
    threads: int = 2
    gpu_layers: int = -1
    flash_attention: bool = False


DEFAULT_CONTEXT = 16_384


class Engine:
    """A model on its own thread. `loaded` resolves to the weights or to why there are none."""

    def __init__(self, options: EngineOptions) -> None:
        self.options = options
        self.loaded: Future[Weights | ModelError] = Future()
        self.context = 0
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self.held_tokens = 0
        self._waiting = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    def start(self) -> None:
        """Begin loading; returns at once."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job; its steps end with exactly one Ended."""
        job.queued_at = time.perf_counter()
        with self._lock:
            self._waiting += 1
        self._jobs.put(job)

    @property
    def waiting(self) -> int:
        """Jobs that are queued or running."""
        return self._waiting

    def stop(self) -> None:
        """Finish what is queued, free the memory and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _main(self) -> None:
        try:
            weights = Weights(self.options.path, self.options.gpu_layers)
            self.context = self.options.context or min(weights.trained_context, DEFAULT_CONTEXT)
            decoder = Decoder(
                weights,
                DecoderOptions(
                    context=self.context,
                    threads=self.options.threads,
                    flash_attention=self.options.flash_attention,
                ),
            )
        except LoadError as fault:
            self._refuse(ModelError("load", str(fault)))
            return
        self._serve(weights, decoder)
        decoder.close()
        weights.close()

    def _serve(self, weights: Weights, decoder: Decoder) -> None:
        tools = _Tools(weights)
        generation = Generation(
            decoder, PrefixReader(decoder), tools.get_compiler, lambda: self._waiting > 1
        )
        # Nearly every answer holds its calls to a grammar: make the tables while loading.
        tools.get_compiler()
        self.loaded.set_result(weights)
        while (job := self._jobs.get()) is not None:
            ended = Ended("cancelled") if job.cancelled.is_set() else generation.run(job)
            self.held_tokens = len(decoder.tokens)
            with self._lock:
                self._waiting -= 1
            job.emit(ended)

    def _refuse(self, error: ModelError) -> None:
        self.loaded.set_result(error)
        while (job := self._jobs.get()) is not None:
            with self._lock:
                self._waiting -= 1
            job.emit(Ended("error", error=error))


class _Tools:
    """Lazily made parts that belong to the loaded weights."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @cached_property
    def _compiler(self) -> GrammarCompiler:
        return GrammarCompiler(self._weights)

    def get_compiler(self) -> GrammarCompiler:
        return self._compiler
