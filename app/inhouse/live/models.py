"""What can be chosen as the model: all that is on this machine, and all of the catalogue."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from inhouse.live.fitting import Fit, fit_of, machine_without
from inhouse.setting_up.looking import examine, propose_for
from inhouse.speeds import Speed, read_speeds
from inhouse_models.catalogue import CatalogueEntry, load_catalogue
from inhouse_models.machine import Machine, look_at_machine
from inhouse_models.memory.known import known_shapes
from inhouse_models.proposal.propose import Proposal
from inhouse_models.store import SUFFIX, ModelFile, Store, StoreFault

Origin = Literal["store", "catalogue", "file", "hub"]

# Such as Q4_K_M, UD-Q4_K_XL, IQ3_XS or F16 at the end of a file's name.
_QUANTISATION = re.compile(r"[-._]((?:UD-)?I?Q\d\w*|B?F16|F32|MXFP4)$", re.IGNORECASE)
_REFERENCE = re.compile(r"[\w.-]+/[\w.-]+(?:/.+\.gguf|:[\w.-]+)")


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One model that can be chosen; `name` is what `-m` and `models pull` take.

    `size` is in bytes, None when nobody says, and not `exact` when only published. `context` is
    in tokens, 0 when unknown. `fetched` are the bytes of a download that was stopped. `problem`
    says why a model that is here cannot be used. A `reference` is a file that lies elsewhere.
    """

    name: str
    origin: Origin
    title: str = ""
    size: int | None = None
    exact: bool = True
    licence: str = ""
    quantisation: str = ""
    context: int = 0
    note: str = ""
    thinks: bool = False
    path: Path | None = None
    fetched: int = 0
    problem: str = ""
    reference: bool = False
    entry: CatalogueEntry | None = None

    @property
    def here(self) -> bool:
        """Whether its file is on this machine."""
        return self.path is not None

    @property
    def deletable(self) -> bool:
        """Whether the store can forget it."""
        return self.origin == "store"


@dataclass(frozen=True, slots=True)
class Removed:
    """What deleting a model came to, in a sentence."""

    text: str
    failed: bool = False


class Models(Protocol):
    """What a picker asks about models; only `speed` is quick enough for the loop of a screen."""

    def machine(self) -> Machine:
        """What this machine offers, as if no model were loaded."""
        ...

    def proposal(self) -> Proposal:
        """What to run here, as `inhouse setup` proposes it; takes up to a second."""
        ...

    def choices(self) -> tuple[ModelChoice, ...]:
        """Those that are here, then the rest of the catalogue."""
        ...

    def typed(self, text: str) -> ModelChoice | None:
        """The file or the name on the hub that the text spells, if any."""
        ...

    def fit(self, choice: ModelChoice) -> Fit:
        """How it would lie in this machine's memory."""
        ...

    def speed(self, name: str) -> Speed:
        """How fast it was here."""
        ...

    def remove(self, choice: ModelChoice) -> Removed:
        """Delete its file, or forget a file that lies elsewhere."""
        ...


class MachineModels:
    """The models of this machine's store and of the catalogue. Making it reads small files.

    `current` is the model that the engine holds now: switching gives its memory back.
    """

    def __init__(self, current: str = "", store: Store | None = None) -> None:
        self._store = store or Store()
        found = self._store.find(current) if current else None
        self._loaded = found.path if isinstance(found, ModelFile) else None
        self._machine: Machine | None = None
        self._speeds = read_speeds()

    def machine(self) -> Machine:
        """What this machine offers, as if no model were loaded."""
        if self._machine is None:
            machine = look_at_machine()
            self._machine = machine_without(machine, self._loaded) if self._loaded else machine
        return self._machine

    def proposal(self) -> Proposal:
        """What to run here, as `inhouse setup` proposes it; takes up to a second."""
        return propose_for(examine([self._loaded] if self._loaded else []))

    def choices(self) -> tuple[ModelChoice, ...]:
        """Those that are here, then the rest of the catalogue."""
        here = [choice_of_file(model) for model in self._store.list()]
        present = {choice.name for choice in here}
        missing = [
            choice_of_entry(entry, self._store)
            for entry in load_catalogue()
            if entry.name not in present
        ]
        return (*here, *missing)

    def typed(self, text: str) -> ModelChoice | None:
        """The file or the name on the hub that the text spells, if any."""
        return typed_choice(text, self._store)

    def fit(self, choice: ModelChoice) -> Fit:
        """How it would lie in this machine's memory."""
        return fit_of(choice.name, choice.path, choice.entry, self.machine())

    def speed(self, name: str) -> Speed:
        """How fast it was here."""
        return self._speeds.get(name, Speed())

    def remove(self, choice: ModelChoice) -> Removed:
        """Delete its file, or forget a file that lies elsewhere."""
        try:
            removed = self._store.remove(choice.name)
        except OSError as problem:
            text = f"{choice.name} cannot be deleted from {self._store.folder}: {problem.strerror}."
            return Removed(text, failed=True)
        if isinstance(removed, StoreFault):
            return Removed(f"{removed.text}.", failed=True)
        if removed.reference:
            return Removed(f"{removed.name} is forgotten; its file stays: {removed.path}")
        return Removed(f"{removed.name} is deleted.")


def choice_of_file(model: ModelFile) -> ModelChoice:
    """A model of the store as a choice."""
    entry = model.entry
    gone = not model.path.is_file()
    return ModelChoice(
        name=model.name,
        origin="store",
        title=entry.title if entry else "",
        size=None if gone else model.size,
        licence=entry.licence if entry else "",
        quantisation=quantisation_of(entry.remote.file if entry else model.path.name),
        context=entry.context if entry else 0,
        note=entry.note if entry else "",
        thinks=entry.thinks if entry else False,
        path=model.path,
        problem=f"Its file is gone: {model.path}. Put it back, or delete the entry."
        if gone
        else "",
        reference=model.reference,
        entry=entry,
    )


def choice_of_entry(entry: CatalogueEntry, store: Store) -> ModelChoice:
    """A model of the catalogue that is not here."""
    shape = known_shapes().get(entry.name)
    published = shape.weights if shape else None
    return ModelChoice(
        name=entry.name,
        origin="catalogue",
        title=entry.title,
        size=entry.size or published,
        exact=entry.size is not None,
        licence=entry.licence,
        quantisation=quantisation_of(entry.remote.file),
        context=entry.context,
        note=entry.note,
        thinks=entry.thinks,
        fetched=fetched_bytes(store, entry.name),
        entry=entry,
    )


def typed_choice(text: str, store: Store) -> ModelChoice | None:
    """What a person means by a path, `OWNER/REPO/FILE.gguf` or `OWNER/REPO:QUANT`."""
    text = text.strip()
    path = Path(text).expanduser()
    if text.lower().endswith(SUFFIX) and path.is_file():
        found = store.find(str(path.absolute()))
        if isinstance(found, ModelFile):
            return ModelChoice(
                name=str(path.absolute()),
                origin="file",
                title=f"The file {path.name}",
                size=found.size,
                quantisation=quantisation_of(path.name),
                path=found.path,
                entry=found.entry,
            )
    if _REFERENCE.fullmatch(text):
        return ModelChoice(name=text, origin="hub", title=f"{text} from the hub")
    return None


def quantisation_of(file: str) -> str:
    """The quantisation that a file's name ends with, such as `Q4_K_M`; empty when it has none."""
    match = _QUANTISATION.search(file.removesuffix(SUFFIX))
    return match[1].upper() if match else ""


def fetched_bytes(store: Store, name: str) -> int:
    """How much of a model an earlier download has left."""
    try:
        parts = [part.stat().st_size for part in (store.downloads / name).glob("*.part")]
    except OSError:
        return 0
    return max(parts, default=0)
