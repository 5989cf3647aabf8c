"""The one thread that owns a model: loads it, takes jobs, writes answers, keeps their states."""

import queue
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from inhouse_models.chat import ModelError
from inhouse_models.deletion import Deletion
from inhouse_models.engine.adapters import Adapters
from inhouse_models.engine.binding import library_version
from inhouse_models.engine.constraint import GrammarCompiler
from inhouse_models.engine.context import Context
from inhouse_models.engine.conversations import Conversations
from inhouse_models.engine.drafting.draft_model import open_draft_model
from inhouse_models.engine.drafting.prediction import open_prediction
from inhouse_models.engine.drafting.predictor import Predictor
from inhouse_models.engine.job import URGENT, Ended, Job
from inhouse_models.engine.loading import EngineOptions, Loading, plan_loading
from inhouse_models.engine.scheduler import Scheduler
from inhouse_models.engine.store.about import STATE_FORMAT, About
from inhouse_models.engine.store.prefix_store import PrefixStore
from inhouse_models.engine.store.segment import root_key
from inhouse_models.engine.tuning import Tuner, tuned_options
from inhouse_models.engine.vision import Vision
from inhouse_models.engine.weights import LoadError, Weights

if TYPE_CHECKING:
    from inhouse_models.engine.drafting.calibration import Calibration

SAVE_AFTER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Forgetting:
    """A wish to forget what is kept of a conversation, None of all; `done` once that is so."""

    deletion: Deletion | None
    done: Future[None]


class Engine:
    """A model on its own thread. `loaded` resolves to the weights or to why there are none.

    `held_tokens` are those that live in the context, `state_bytes` the memory that saved states
    take beside it, `states_root` names the folder of those on disk. `tuned` is set when nothing
    is left to measure.
    """

    def __init__(self, options: EngineOptions) -> None:
        self.options = options
        self.loaded: Future[Weights | ModelError] = Future()
        self.context = 0
        self.vision: Vision | None = None
        self.held_tokens = 0
        self.state_bytes = 0
        self.states_root = ""
        self.calibration: Calibration | None = None
        self.tuned = threading.Event()
        self._open = 0
        self._scheduler: Scheduler | None = None
        self._jobs: queue.SimpleQueue[Job | _Forgetting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    def start(self) -> None:
        """Begin loading; returns at once."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job; its steps end with exactly one Ended."""
        job.queued_at = time.perf_counter()
        self._jobs.put(job)
        if job.priority >= URGENT and self._scheduler is not None:
            self._scheduler.make_way(job)

    def forget(self, deletion: Deletion | None) -> Future[None]:
        """Drop what is kept of a deleted conversation, None for everything, between two steps.
        What is being answered stays."""
        wish = _Forgetting(deletion, Future())
        self._jobs.put(wish)
        return wish.done

    @property
    def waiting(self) -> int:
        """Jobs that are queued or running."""
        return self._jobs.qsize() + self._open

    def stop(self) -> None:
        """Finish what is queued, save what is known, free the memory and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _main(self) -> None:
        loading = plan_loading(self.options)
        if isinstance(loading, ModelError):
            self._refuse(loading)
            return
        try:
            weights = Weights(
                loading.path, loading.gpu_layers, repack=loading.repack, load_mtp=loading.predict
            )
            adapters = Adapters(weights, loading.adapters)
            options = tuned_options(weights, loading.context, loading.undecided)
            context = Context(weights, options)
            self.vision = self._open_vision(context, loading)
        except LoadError as fault:
            self._refuse(ModelError("load", str(fault)))
            return
        adapters.apply(context)
        self.context = context.cells
        self._serve(weights, context, loading)
        if self.vision is not None:
            self.vision.close()
        context.close()
        adapters.close()
        weights.close()

    def _serve(self, weights: Weights, context: Context, loading: Loading) -> None:
        store = PrefixStore(
            root_key(_compatibility(weights, context)),
            self.options.states,
            loading.budget,
            recurrent=weights.recurrent,
            report=self.options.report,
        )
        store.describe(_describe(weights, context))
        self.states_root = store.name
        conversations = Conversations(context, store, loading.marks)
        tools = _Tools(weights)
        predictor = self._open_predictor(context, loading)
        scheduler = Scheduler(context, conversations, tools.get_compiler, predictor)
        scheduler.vision = self.vision
        self._scheduler = scheduler
        tuner = Tuner(
            context,
            self.options.drafting,
            lambda: scheduler.tokens_per_second,
            loading.context,
            loading.undecided,
        )
        scheduler.draft_by(tuner.recall())
        self.calibration = tuner.calibration
        if not tuner.wanted:
            self.tuned.set()
        # Nearly every answer holds its calls to a grammar: make the tables while loading.
        tools.get_compiler()
        self.loaded.set_result(weights)
        patience: float | None = None
        while self._take_jobs(scheduler, conversations, patience):
            if not scheduler.idle:
                scheduler.step()
                patience = SAVE_AFTER_SECONDS
            elif patience is not None:
                # A part at a time, so that a new job waits for one at most.
                patience = 0.0 if conversations.save_next() else None
                if patience is None and tuner.wanted:
                    scheduler.draft_by(tuner.measure(lambda: not self._jobs.empty()))
                    self.calibration = tuner.calibration
                    if not tuner.wanted:
                        self.tuned.set()
            self._open = scheduler.count
            self.held_tokens, self.state_bytes = conversations.held, store.memory_bytes
        while not scheduler.idle:
            scheduler.step()
        while conversations.save_next():
            pass
        if predictor is not None:
            predictor.close()

    def _open_vision(self, context: Context, loading: Loading) -> Vision | None:
        """What reads images; None for a model that only reads text. Raises LoadError."""
        path, threads = self.options.projector, context.options.threads
        gpu = loading.gpu_layers != 0
        return Vision(path, context.weights, threads, gpu=gpu) if path else None

    def _open_predictor(self, context: Context, loading: Loading) -> Predictor | None:
        """What computes drafts, before anything is decoded; None when there is nothing."""
        found: Predictor | str = ""
        if loading.predict:
            found = open_prediction(context)
        elif self.options.draft_model is not None:
            found = open_draft_model(self.options.draft_model, context)
        if isinstance(found, str):
            if found:
                self.options.report(f"no drafts are computed: {found}")
            return None
        return found

    def _take_jobs(
        self, scheduler: Scheduler, conversations: Conversations, patience: float | None
    ) -> bool:
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
            if isinstance(job, _Forgetting):
                self._forget(job, conversations)
                return True
            scheduler.add(job)

    def _forget(self, wish: _Forgetting, conversations: Conversations) -> None:
        loaded, deletion = self.loaded.result(), wish.deletion
        if deletion is None:
            conversations.clear()
        elif isinstance(loaded, Weights) and loaded.fingerprint == deletion.model:
            conversations.forget(deletion.tokens, deletion.shared)
        # Who asked may have hung up.
        if wish.done.set_running_or_notify_cancel():
            wish.done.set_result(None)

    def _refuse(self, error: ModelError) -> None:
        self.loaded.set_result(error)
        while (job := self._jobs.get()) is not None:
            if isinstance(job, Job):
                job.emit(Ended("error", error=error))
            elif job.done.set_running_or_notify_cancel():
                job.done.set_result(None)


def _compatibility(weights: Weights, context: Context) -> dict[str, object]:
    """Everything that changes the bytes of a state or what they mean."""
    return {
        "format": STATE_FORMAT,
        "library": library_version(),
        "model": weights.fingerprint,
        "flash_attention": context.options.flash_attention,
        "rollback": context.options.rollback,
        "cells": [context.options.keys, context.options.values],
        "adapters": context.adapters,
    }


def _describe(weights: Weights, context: Context) -> About:
    """What is said beside the states on disk."""
    path, options = weights.path.resolve(), context.options
    return About(str(path), weights.fingerprint, library_version(), options.keys, options.values)


class _Tools:
    """Lazily made parts that belong to the loaded weights."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @cached_property
    def _compiler(self) -> GrammarCompiler:
        return GrammarCompiler(self._weights)

    def get_compiler(self) -> GrammarCompiler:
        return self._compiler
