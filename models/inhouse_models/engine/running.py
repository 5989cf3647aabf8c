"""A model in memory with everything that answers with it, and what of it stays when it is not."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inhouse_models.chat import ModelError
from inhouse_models.engine.adapters import Adapters
from inhouse_models.engine.binding import library, library_version
from inhouse_models.engine.constraint import GrammarCompiler
from inhouse_models.engine.context import Context, ContextOptions
from inhouse_models.engine.conversations import Conversations
from inhouse_models.engine.drafting.draft_model import open_draft_model
from inhouse_models.engine.drafting.prediction import open_prediction
from inhouse_models.engine.drafting.predictor import Predictor
from inhouse_models.engine.embedding import Embedder, Embedding
from inhouse_models.engine.loading import EngineOptions, Loading, plan_loading
from inhouse_models.engine.origins import describe_speed
from inhouse_models.engine.scheduler import Scheduler, Waiting
from inhouse_models.engine.store.about import STATE_FORMAT, About
from inhouse_models.engine.store.prefix_store import PrefixStore
from inhouse_models.engine.store.segment import root_key
from inhouse_models.engine.tuning import Tuner, tuned_options
from inhouse_models.engine.vision import Vision
from inhouse_models.engine.weights import LoadError, Weights

if TYPE_CHECKING:
    from collections.abc import Callable

    from inhouse_models.engine.drafting.calibration import Calibration


@dataclass(slots=True)
class Lasting:
    """What stays while the model's memory is released: the vocabulary, the saved states, and how
    everything else is made again. `context` are the options of the first context."""

    options: EngineOptions
    loading: Loading
    weights: Weights
    context: ContextOptions | None = None
    store: PrefixStore | None = None
    vision: Vision | None = None
    compiler: GrammarCompiler | None = None

    @property
    def on_gpu(self) -> bool:
        """Whether a part of the model is on a graphics card."""
        return self.loading.gpu_layers != 0 and bool(library().llama_supports_gpu_offload())

    def get_compiler(self) -> GrammarCompiler:
        """The tables of grammars; made again when the vocabulary has moved."""
        if self.compiler is None or self.compiler.vocab is not self.weights.vocab:
            self.compiler = GrammarCompiler(self.weights)
        return self.compiler

    def find_room(self) -> ModelError | None:
        """Why the model cannot be loaded as it was, for want of memory or of a file."""
        made = self.context
        if made is None or not self.options.path.is_file():
            return None
        wanted = replace(
            self.options,
            context=made.cells,
            gpu_layers=self.loading.gpu_layers,
            sequences=made.sequences,
            report=_say_nothing,
        )
        found = plan_loading(wanted)
        return found if isinstance(found, ModelError) else None


class Running:
    """The context of a loaded model and its jobs. One thread only. Raises LoadError when it cannot
    be made, and has freed all then but the weights."""

    def __init__(self, lasting: Lasting) -> None:
        weights, loading = lasting.weights, lasting.loading
        self.lasting = lasting
        self._adapters = Adapters(weights, loading.adapters)
        self.context = self._open_context()
        self._adapters.apply(self.context)
        self.store = self._open_store()
        self.conversations = Conversations(self.context, self.store, loading.marks)
        self.embedder = Embedder(weights, self.context.options.threads, self.context.cells)
        self._predictor = self._open_predictor()
        self.scheduler = Scheduler(
            self.context, self.conversations, lasting.get_compiler, self._predictor
        )
        self.scheduler.vision = lasting.vision
        self._tuner = Tuner(
            self.context,
            loading.drafting,
            lambda: self.scheduler.tokens_per_second,
            loading.context,
            loading.undecided,
        )
        self.scheduler.draft_by(self._tuner.recall())
        # Nearly every answer holds its calls to a grammar: make the tables while loading.
        lasting.get_compiler()

    @property
    def calibration(self) -> "Calibration | None":
        """What was measured of the model here."""
        return self._tuner.calibration

    def describe_speed(self) -> dict[str, dict[str, str]]:
        """What decides on speed, and where it comes from."""
        return describe_speed(self.lasting.loading, self.context.options, self.calibration)

    @property
    def tuned(self) -> bool:
        """Whether nothing is left to measure."""
        return not self._tuner.wanted

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return self.scheduler.idle and self.embedder.idle

    def step(self) -> None:
        """Decode one batch."""
        self.scheduler.step()
        self.embedder.step()

    def measure(self, someone_waits: "Callable[[], bool]") -> None:
        """Measure what is left, until somebody comes."""
        self.scheduler.draft_by(self._tuner.measure(someone_waits))

    def finish(self) -> None:
        """Finish what is queued and save what is known."""
        while not self.idle:
            self.step()
        while self.conversations.save_next():
            pass

    def close(self) -> None:
        """Free everything but the weights."""
        if self._predictor is not None:
            self._predictor.close()
        if self.lasting.vision is not None:
            self.lasting.vision.close()
        self.embedder.close()
        self.context.close()
        self._adapters.close()

    def put_aside(self) -> tuple[list[Waiting], list[Embedding]]:
        """Take all jobs off their sequences, for `take_back`."""
        return self.scheduler.put_aside(), self.embedder.put_aside()

    def take_back(self, waiting: list[Waiting], wishes: list[Embedding]) -> None:
        """Go on with what was put aside."""
        self.scheduler.take_back(waiting)
        self.embedder.take_back(wishes)

    def _open_context(self) -> Context:
        """The context, and what reads images for it. Raises LoadError."""
        context: Context | None = None
        try:
            context = Context(self.lasting.weights, self._context_options())
            self._open_vision(context)
        except LoadError:
            if context is not None:
                context.close()
            self._adapters.close()
            raise
        return context

    def _context_options(self) -> ContextOptions:
        """As quick as is known; what decides which saved states fit is as it was."""
        lasting = self.lasting
        loading = lasting.loading
        options = tuned_options(lasting.weights, loading.context, loading.undecided)
        if lasting.context is not None:
            options = replace(options, flash_attention=lasting.context.flash_attention)
        lasting.context = options
        return options

    def _open_store(self) -> PrefixStore:
        lasting, context = self.lasting, self.context
        if lasting.store is None:
            lasting.store = PrefixStore(
                root_key(_compatibility(lasting.weights, context)),
                lasting.options.states,
                lasting.loading.budget,
                recurrent=lasting.weights.recurrent,
                report=lasting.options.report,
            )
            lasting.store.describe(_describe(lasting.weights, context))
        return lasting.store

    def _open_vision(self, context: Context) -> None:
        """What reads images, for a model that does. Raises LoadError."""
        lasting = self.lasting
        if lasting.vision is not None:
            lasting.vision.open(lasting.weights)
        elif lasting.options.projector is not None:
            gpu = lasting.loading.gpu_layers != 0
            path, threads = lasting.options.projector, context.options.threads
            lasting.vision = Vision(path, lasting.weights, threads, gpu=gpu)

    def _open_predictor(self) -> Predictor | None:
        """What computes drafts, before anything is decoded; None when there is nothing."""
        options = self.lasting.options
        found: Predictor | str = ""
        if self.lasting.loading.predict:
            found = open_prediction(self.context)
        elif options.draft_model is not None:
            found = open_draft_model(options.draft_model, self.context)
        if isinstance(found, str):
            if found:
                options.report(f"no drafts are computed: {found}")
            return None
        return found


def _say_nothing(_line: str) -> None:
    """The reasons of a plan were told when the model was loaded first."""


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
