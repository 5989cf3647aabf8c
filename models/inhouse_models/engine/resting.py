"""What waits while a model's memory is released, and how it goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field

from inhouse_models.chat import ModelError
from inhouse_models.engine.embedding import Embedding
from inhouse_models.engine.job import Ended, Held, Job
from inhouse_models.engine.release import give_memory_back
from inhouse_models.engine.running import Lasting, Running
from inhouse_models.engine.scheduler import Waiting
from inhouse_models.engine.weights import LoadError

FAILED = "The model could not be loaded again; the conversations are saved. {}"


@dataclass(slots=True)
class Resting:
    """Jobs and wishes for vectors in their order. `held` are words on why they wait; empty when
    the first of them restores the model. `wake` is called when one of them is cancelled."""

    lasting: Lasting
    wake: Callable[[Job], None]
    waiting: list[Waiting] = field(default_factory=list[Waiting])
    wishes: list[Embedding] = field(default_factory=list[Embedding])
    held: str = ""

    @property
    def wanted(self) -> bool:
        """Whether somebody waits whom nothing holds."""
        return not self.held and bool(self.waiting or self.wishes)

    def hold(self, text: str) -> None:
        """Tell all who wait why, from now on; with an empty text nothing holds them any more."""
        self.held = text
        for one in self.waiting:
            one.job.wake = self.wake
            self._tell(one.job)
        self.drop_cancelled()

    def add(self, item: Job | Embedding) -> None:
        """Let one more wait. What nobody waits for is not done at all while they are held."""
        if isinstance(item, Embedding):
            self.wishes.append(item)
        elif self.held and item.priority < 0:
            item.emit(Ended("cancelled"))
        else:
            item.wake = self.wake
            self.waiting.append(Waiting(item))
            self._tell(item)
            self.drop_cancelled()

    def drop_cancelled(self) -> None:
        """End those whose answer nobody wants any more, with what they have."""
        gone = [one for one in self.waiting if one.job.cancelled.is_set()]
        self.waiting = [one for one in self.waiting if not one.job.cancelled.is_set()]
        for one in gone:
            one.job.emit(Ended("cancelled", ids=one.written))
        self.wishes = [one for one in self.wishes if not one.done.cancelled()]

    def end(self, error: ModelError) -> None:
        """End all that waits."""
        for one in self.waiting:
            one.job.emit(Ended("error", ids=one.written, error=error))
        for wish in self.wishes:
            wish.end(error)
        self.waiting, self.wishes = [], []

    def restore(self) -> Running | ModelError:
        """The model in memory again, with all that waits; an error, and nothing in memory, when
        that cannot be."""
        fault = self.lasting.find_room()
        if fault is not None:
            return ModelError("load", FAILED.format(fault.text))
        weights = self.lasting.weights
        try:
            weights.restore()
            running = Running(self.lasting)
        except LoadError as error:
            if not weights.released:
                weights.release()
                give_memory_back()
            return ModelError("load", FAILED.format(error))
        running.take_back(self.waiting, self.wishes)
        return running

    def _tell(self, job: Job) -> None:
        if self.held:
            job.emit(Held(self.held))
