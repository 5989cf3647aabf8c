"""The one thread that owns a model: loads it, takes jobs, writes answers, keeps their states."""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from inhouse_models.chat import ModelError
from inhouse_models.engine.binding import library_version
from inhouse_models.engine.constraint import GrammarCompiler
from inhouse_models.engine.context import CellType, Context, ContextOptions
from inhouse_models.engine.conversations import Conversations
from inhouse_models.engine.job import Ended, Job
from inhouse_models.engine.scheduler import Scheduler
from inhouse_models.engine.store.prefix_store import Budget, PrefixStore
from inhouse_models.engine.store.segment import root_key
from inhouse_models.engine.tuning import Drafting, Tuner
from inhouse_models.engine.weights import LoadError, Weights


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Which file to load and how; `context` None is chosen from what the model was trained for.

    `states` is the folder of saved states, None for none. `sequences` are answers at once,
    `marks` the places that a recurrent conversation can be taken back to, `rollback` tokens that
    it can be taken back without one. `drafting` is decided by measuring, or fixed.
    """

    path: Path
    context: int | None = None
    threads: int = 2
    gpu_layers: int = -1
    flash_attention: bool = False
    sequences: int = 2
    marks: int = 16
    rollback: int = 4
    keys: CellType = "f16"
    values: CellType = "f16"
    drafting: Drafting = "auto"
    states: Path | None = None
    budget: Budget = field(default_factory=Budget)
    report: Callable[[str], None] = lambda _line: None

    def context_options(self, cells: int) -> ContextOptions:
        """The options of the context that holds so many tokens."""
        return ContextOptions(
            cells=cells,
            threads=self.threads,
            flash_attention=self.flash_attention,
            sequences=self.sequences,
            rollback=self.rollback,
            keys=self.keys,
            values=self.values,
        )


DEFAULT_CONTEXT = 16_384
SAVE_AFTER_SECONDS = 1.0
STATE_FORMAT = 1


class Engine:
    """A model on its own thread. `loaded` resolves to the weights or to why there are none.

    `held_tokens` are those that live in the context, `state_bytes` the memory that saved states
    take beside it. `tuned` is set when nothing is left to measure.
    """

    def __init__(self, options: EngineOptions) -> None:
        self.options = options
        self.loaded: Future[Weights | ModelError] = Future()
        self.context = 0
        self.held_tokens = 0
        self.state_bytes = 0
        self.tuned = threading.Event()
        self._open = 0
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    def start(self) -> None:
        """Begin loading; returns at once."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job; its steps end with exactly one Ended."""
        job.queued_at = time.perf_counter()
        self._jobs.put(job)

    @property
    def waiting(self) -> int:
        """Jobs that are queued or running."""
        return self._jobs.qsize() + self._open

    def stop(self) -> None:
        """Finish what is queued, save what is known, free the memory and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _main(self) -> None:
        options = self.options
        try:
            weights = Weights(options.path, options.gpu_layers)
            self.context = options.context or min(weights.trained_context, DEFAULT_CONTEXT)
            context = Context(weights, options.context_options(self.context))
        except LoadError as fault:
            self._refuse(ModelError("load", str(fault)))
            return
        self._serve(weights, context)
        context.close()
        weights.close()

    def _serve(self, weights: Weights, context: Context) -> None:
        store = PrefixStore(
            root_key(_compatibility(weights, context)),
            self.options.states,
            self.options.budget,
            recurrent=weights.recurrent,
            report=self.options.report,
        )
        conversations = Conversations(context, store, self.options.marks)
        tools = _Tools(weights)
        scheduler = Scheduler(context, conversations, tools.get_compiler)
        tuner = Tuner(context, self.options.drafting, lambda: scheduler.tokens_per_second)
        scheduler.policy = tuner.recall()
        if not tuner.wanted:
            self.tuned.set()
        # Nearly every answer holds its calls to a grammar: make the tables while loading.
        tools.get_compiler()
        self.loaded.set_result(weights)
        patience: float | None = None
        while self._take_jobs(scheduler, patience):
            if not scheduler.idle:
                scheduler.step()
                patience = SAVE_AFTER_SECONDS
            elif patience is not None:
                # A part at a time, so that a new job waits for one at most.
                patience = 0.0 if conversations.save_next() else None
                if patience is None and tuner.wanted:
                    scheduler.policy = tuner.measure(lambda: not self._jobs.empty())
                    if not tuner.wanted:
                        self.tuned.set()
            self._open = scheduler.count
            self.held_tokens, self.state_bytes = conversations.held, store.memory_bytes
        while not scheduler.idle:
            scheduler.step()
        while conversations.save_next():
            pass

    def _take_jobs(self, scheduler: Scheduler, patience: float | None) -> bool:
        """Hand over what is queued; with nothing to do, wait for it so many seconds, None for
        ever. False when the engine shall stop."""
        while True:
            try:
                idle = scheduler.idle
                job = self._jobs.get(block=idle, timeout=patience if idle else None)
            except queue.Empty:
                return True
            if job is None:
                return False
            scheduler.add(job)

    def _refuse(self, error: ModelError) -> None:
        self.loaded.set_result(error)
        while (job := self._jobs.get()) is not None:
            job.emit(Ended("error", error=error))


def _compatibility(weights: Weights, context: Context) -> dict[str, object]:
    """Everything that changes the bytes of a state or what they mean."""
    return {
        "format": STATE_FORMAT,
        "library": library_version(),
        "model": weights.fingerprint,
        "flash_attention": context.options.flash_attention,
        "rollback": context.options.rollback,
        "cells": [context.options.keys, context.options.values],
    }


class _Tools:
    """Lazily made parts that belong to the loaded weights."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @cached_property
    def _compiler(self) -> GrammarCompiler:
        return GrammarCompiler(self._weights)

    def get_compiler(self) -> GrammarCompiler:
        return self._compiler
