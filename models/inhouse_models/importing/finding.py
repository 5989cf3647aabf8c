"""Looks for models in every place where other programs keep them, and finds one by its name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from inhouse_models.catalogue import CatalogueEntry, find_entry, load_catalogue
from inhouse_models.importing import folders, hugging_face, ollama
from inhouse_models.importing.found import Findings, FoundModel


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A found model and the name it gets here; `entry` when it is a model of the catalogue."""

    name: str
    model: FoundModel
    entry: CatalogueEntry | None = None

    def means(self, wanted: str) -> bool:
        """Whether a person who types this wants this model."""
        titles = (self.name, self.model.title, self.model.source)
        return wanted.lower() in {title.lower() for title in titles}


@dataclass(frozen=True, slots=True)
class Search:
    """Every model that was found, by name, and a line for everything that could not be read."""

    models: tuple[NamedModel, ...]
    notes: tuple[str, ...]

    def find(self, wanted: str) -> tuple[NamedModel, ...]:
        """The models that this name, or the start of it, can mean."""
        exact = tuple(one for one in self.models if one.means(wanted))
        if exact:
            return exact
        start = wanted.lower()
        starts = (one for one in self.models if one.name.lower().startswith(start))
        return tuple(starts) if start else ()


def search(environment: Mapping[str, str] = os.environ, home: Path | None = None) -> Search:
    """Look everywhere. Reads folders and manifests, no model. A file counts once."""
    home = home or Path.home()
    findings = Findings()
    hugging_face.find(hugging_face.cache_folder(environment, home), findings)
    for folder in ollama.store_folders(environment, home):
        ollama.find(folder, findings)
    for folder in folders.lm_studio_folders(home):
        folders.find_lm_studio(folder, findings)
    folders.find_llama_cpp(folders.llama_cache_folder(environment, home), findings)
    distinct: dict[str, FoundModel] = {}
    for model in findings.models:
        # A model of Ollama may have several tags: the first is as good as the others.
        distinct.setdefault(os.path.realpath(model.path), model)
    return Search(_name(list(distinct.values())), tuple(findings.notes))


def _name(models: list[FoundModel]) -> tuple[NamedModel, ...]:
    """A name for each that is unlike every other and unlike what the catalogue means by it."""
    named: dict[str, NamedModel] = {}
    for model in models:
        entry = _entry_of(model)
        name = entry.name if entry else model.plain_name
        if not entry and find_entry(name):
            name = f"{name}-{model.program}"
        number, wanted = 1, name
        while name.lower() in named:
            number += 1
            entry, name = None, f"{wanted}-{number}"
        named[name.lower()] = NamedModel(name, model, entry)
    return tuple(sorted(named.values(), key=lambda one: one.name.lower()))


def _entry_of(model: FoundModel) -> CatalogueEntry | None:
    """The catalogue's model that this is by its hash, or by the place on the hub it came from."""
    if model.fault or model.parts > 1:
        return None
    for entry in load_catalogue():
        if entry.sha256 and model.sha256:
            if entry.sha256 == model.sha256:
                return entry
            continue
        origin = f"{entry.remote.repository}/{entry.remote.file}"
        same_place = model.program in ("hugging-face", "lm-studio") and model.title == origin
        if same_place and entry.size in (None, model.size):
            return entry
    return None


def without_entry(named: NamedModel) -> NamedModel:
    """The model under a name of its own, when its bytes are not what the catalogue says."""
    name = f"{named.model.plain_name}-{named.model.program}"
    return replace(named, name=name, entry=None)
