"""The one thread that owns a model: loads it, takes jobs, writes answers, keeps their states."""

import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Literal

from inhouse_models.chat import ModelError
from inhouse_models.deletion import Deletion
from inhouse_models.engine.conversations import Conversations
from inhouse_models.engine.embedding import Embedded, Embedding
from inhouse_models.engine.job import URGENT, Ended, Job
from inhouse_models.engine.loading import EngineOptions, plan_loading
from inhouse_models.engine.release import Released, give_memory_back, resident_bytes
from inhouse_models.engine.resting import Resting
from inhouse_models.engine.running import Lasting, Running
from inhouse_models.engine.store.prefix_store import PrefixStore
from inhouse_models.engine.weights import LoadError, Weights
from inhouse_models.engine.wishes import (
    Dismissing,
    Forgetting,
    Holding,
    Looking,
    Releasing,
    Restoring,
    tell,
)

if TYPE_CHECKING:
    from inhouse_models.engine.drafting.calibration import Calibration
    from inhouse_models.engine.vision import Vision

SAVE_AFTER_SECONDS = 1.0
LOSS = (
    "Nothing is released: neither the disk nor memory has room for the states of {:,} tokens, which"
    " would have to be read again. `inhouse engine log` says what the disk refused."
)
STOPPED = "The engine was stopped while its memory was released."
EngineState = Literal["loading", "ready", "failed", "releasing", "released", "restoring"]


_Item = Job | Embedding | Forgetting | Releasing | Restoring | Holding | Dismissing | Looking | None


class Engine:
    """A model on its own thread. `loaded` resolves to the weights or to why there are none.

    `on_gpu` is whether any of it is on a graphics card. `held_tokens` are those that live in the
    context, `state_bytes` the memory that saved states take beside it, `states_root` names the
    folder of those on disk. `tuned` is set when nothing is left to measure; `speed` is what decides
    on that (`describe_speed`). `released` says what came of giving the memory back, while it is.
    """

    def __init__(self, options: EngineOptions) -> None:
        self.options = options
        self.loaded: Future[Weights | ModelError] = Future()
        self.state: EngineState = "loading"
        self.context = 0
        self.on_gpu = False
        self.vision: Vision | None = None
        self.held_tokens = 0
        self.state_bytes = 0
        self.states_root = ""
        self.calibration: Calibration | None = None
        self.speed: dict[str, dict[str, str]] = {}
        self.tuned = threading.Event()
        self.released: Released | None = None
        self._open = 0
        self._running: Running | None = None
        self._jobs: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    def start(self) -> None:
        """Begin loading; returns at once."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job; its steps end with exactly one Ended."""
        job.queued_at = time.perf_counter()
        self._jobs.put(job)
        running = self._running
        if job.priority >= URGENT and running is not None:
            running.scheduler.make_way(job)

    def forget(self, deletion: Deletion | None) -> Future[None]:
        """Drop what is kept of a deleted conversation, None for everything, between two steps.
        What is being answered stays."""
        wish = Forgetting(deletion)
        self._jobs.put(wish)
        return wish.done

    def embed(self, texts: Sequence[Sequence[int]]) -> "Future[Embedded | ModelError]":
        """A vector for each of some texts, given as ids; cancelling the future ends it."""
        wish = Embedding(texts, Future())
        self._jobs.put(wish)
        return wish.done

    def release(self, held: str = "", *, losing: bool = False) -> "Future[Released | ModelError]":
        """Give the memory back at the next token, once the model is loaded.

        Answers that are being written go on when it is restored: by the next job, or with `held`,
        which is told to all who wait, by `restore` or by another release without. An error when a
        conversation can be kept nowhere, unless `losing`; then nothing has changed.
        """
        wish = Releasing(held, losing)
        self._jobs.put(wish)
        return wish.done

    def restore(self) -> "Future[ModelError | None]":
        """Load the model again, with the states of all conversations; an error when it cannot be,
        after which the next job tries it again."""
        wish = Restoring()
        self._jobs.put(wish)
        return wish.done

    def hold(self, held: str) -> None:
        """While the memory is released, tell those who wait another reason; with an empty one the
        next job restores it."""
        self._jobs.put(Holding(held))

    def dismiss(self, error: ModelError) -> None:
        """While the memory is released, end those who wait."""
        self._jobs.put(Dismissing(error))

    @property
    def waiting(self) -> int:
        """Jobs that are queued or running."""
        return self._jobs.qsize() + self._open

    def stop(self) -> None:
        """Finish what is queued, save what is known, free the memory and end the thread. What
        waits for the memory to be restored ends with an error."""
        self._jobs.put(None)
        self._thread.join()

    def _main(self) -> None:
        loading = plan_loading(self.options)
        if isinstance(loading, ModelError):
            self._refuse(loading)
            return
        try:
            weights = Weights(
                loading.path,
                loading.gpu_layers,
                repack=loading.repack,
                load_mtp=loading.predict,
                placing=loading.placing,
            )
        except LoadError as fault:
            self._refuse(ModelError("load", str(fault)))
            return
        try:
            running = Running(Lasting(self.options, loading, weights))
        except LoadError as fault:
            weights.close()
            self._refuse(ModelError("load", str(fault)))
            return
        self._show(running)
        self.loaded.set_result(weights)
        self._live(running)
        weights.close()

    def _live(self, running: Running) -> None:
        """Answer, or rest, until the engine shall stop."""
        answering: Running | None = running
        del running
        while answering is not None:
            wish = self._work(answering)
            if wish is None:
                answering.finish()
                answering.close()
                return
            resting = self._release(answering, wish)
            answering = self._rest(resting) if resting else answering

    def _show(self, running: Running) -> None:
        """Say that this is what answers now."""
        self.context = running.context.cells
        self.on_gpu = running.lasting.on_gpu
        self.vision = running.lasting.vision
        self.states_root = running.store.name
        self._running, self.released = running, None
        self._note(running)
        self.state = "ready"

    def _note(self, running: Running) -> None:
        self._open = running.scheduler.count
        self.held_tokens = running.conversations.held
        self.state_bytes = running.store.memory_bytes
        self.calibration = running.calibration
        self.speed = running.describe_speed()
        if running.tuned:
            self.tuned.set()

    def _work(self, running: Running) -> Releasing | None:
        """Answer until the memory is to be given back, or the engine to stop: then None."""
        patience: float | None = None
        while True:
            wish = self._take_jobs(running, patience)
            if not isinstance(wish, Looking):
                return wish
            if not running.idle:
                running.step()
                patience = SAVE_AFTER_SECONDS
            elif patience is not None:
                # A part at a time, so that a new job waits for one at most.
                patience = 0.0 if running.conversations.save_next() else None
                if patience is None and not running.tuned:
                    running.measure(lambda: not self._jobs.empty())
            self._note(running)

    def _take_jobs(self, running: Running, patience: float | None) -> Releasing | Looking | None:
        """Hand over what is queued; with nothing to do, wait for it so many seconds, None for
        ever. None when the engine shall stop."""
        while True:
            try:
                idle = running.idle
                item = self._jobs.get(block=idle, timeout=patience if idle else None)
            except queue.Empty:
                return Looking()
            match item:
                case None | Releasing():
                    return item
                case Looking() | Holding() | Dismissing():
                    pass
                case Forgetting():
                    self._forget(item, running.conversations)
                    return Looking()
                case Restoring():
                    tell(item.done, None)
                case Embedding():
                    running.embedder.add(item)
                case Job():
                    running.scheduler.add(item)

    def _release(self, running: Running, wish: Releasing) -> Resting | None:
        """Give the memory back; None when that must not be."""
        started, lasting, store = time.monotonic(), running.lasting, running.store
        before, tokens = resident_bytes(), running.conversations.held
        self.state = "releasing"
        lost = running.conversations.save_all()
        fault = _prepare_release(lasting, lost if not wish.losing else 0)
        if fault is not None:
            self.state = "ready"
            tell(wish.done, fault)
            return None
        resting = Resting(lasting, self._look, *running.put_aside())
        self._running = None
        running.close()
        lasting.weights.release()
        store.leave_memory()
        give_memory_back()
        kept, seconds = store.memory_bytes, time.monotonic() - started
        self.held_tokens, self.state_bytes = 0, kept
        after = resident_bytes()
        self.released = Released(before, after, tokens - lost, lost, kept, seconds)
        self.state = "released"
        resting.hold(wish.held)
        tell(wish.done, self.released)
        return resting

    def _rest(self, resting: Resting) -> Running | None:
        """Wait until the memory is wanted again; what answers then, None when the engine shall
        stop."""
        while True:
            if resting.wanted:
                running = self._restore(resting)
                if isinstance(running, Running):
                    return running
                resting.end(running)
            self._open = len(resting.waiting)
            item = self._jobs.get()
            if item is None:
                resting.end(ModelError("engine_lost", STOPPED))
                return None
            if isinstance(item, Restoring):
                running = self._restore(resting)
                tell(item.done, None if isinstance(running, Running) else running)
                if isinstance(running, Running):
                    return running
                resting.hold("")
                resting.end(running)
            else:
                self._let_wait(item, resting)

    def _let_wait(self, item: _Item, resting: Resting) -> None:
        """Take what is asked while the memory is released."""
        match item:
            case Holding(held):
                resting.hold(held)
            case Dismissing(error):
                resting.end(error)
            case Releasing():
                resting.hold(item.held)
                tell(item.done, self.released or ModelError("engine", STOPPED))
            case Forgetting():
                if resting.lasting.store is not None:
                    self._forget(item, resting.lasting.store)
            case Job() | Embedding():
                resting.add(item)
            case _:
                resting.drop_cancelled()

    def _restore(self, resting: Resting) -> Running | ModelError:
        self.state = "restoring"
        running = resting.restore()
        if isinstance(running, Running):
            self._show(running)
        else:
            self.options.report(running.text)
            self.state = "released"
        return running

    def _look(self, _job: Job) -> None:
        """Somebody who waits has gone; on any thread."""
        self._jobs.put(Looking())

    def _forget(self, wish: Forgetting, kept: Conversations | PrefixStore) -> None:
        loaded, deletion = self.loaded.result(), wish.deletion
        if deletion is None:
            kept.clear()
        elif isinstance(loaded, Weights) and loaded.fingerprint == deletion.model:
            kept.forget(deletion.tokens, deletion.shared)
        tell(wish.done, None)

    def _refuse(self, error: ModelError) -> None:
        self.state = "failed"
        self.loaded.set_result(error)
        while (item := self._jobs.get()) is not None:
            match item:
                case Job():
                    item.emit(Ended("error", error=error))
                case Embedding():
                    item.end(error)
                case Forgetting():
                    tell(item.done, None)
                case Releasing():
                    tell(item.done, error)
                case Restoring():
                    tell(item.done, error)
                case Looking() | Holding() | Dismissing():
                    pass


def _prepare_release(lasting: Lasting, lost: int) -> ModelError | None:
    """See that nothing is lost and that the vocabulary stays; else why nothing is released."""
    if lost:
        return ModelError("engine", LOSS.format(lost))
    try:
        lasting.weights.prepare_release()
    except LoadError as fault:
        return ModelError("load", f"Nothing is released: {fault}")
    return None
