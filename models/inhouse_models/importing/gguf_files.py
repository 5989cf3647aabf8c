"""Groups the GGUF files of a folder into models: parts belong together, projectors to models."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from inhouse_models.importing.found import FoundModel, Program
from inhouse_models.importing.walking import size_of
from inhouse_models.parts import describe_missing, files_of, part_name, read_part_name

SUFFIX = ".gguf"


def models_in(program: Program, files: Iterable[tuple[str, Path]]) -> Iterator[FoundModel]:
    """The models among files, each given with the title that its program has for it."""
    plain: dict[str, Path] = {}
    parts: dict[tuple[str, int], dict[int, Path]] = {}
    projectors: dict[str, Path] = {}
    for title, path in sorted(files):
        if not title.lower().endswith(SUFFIX):
            continue
        name = title.rpartition("/")[2]
        if name.lower().startswith("mmproj"):
            projectors.setdefault(_folder(title), path)
        elif part := read_part_name(title):
            parts.setdefault((part.stem, part.count), {})[part.number] = path
        else:
            plain[title] = path
    models = [FoundModel(program, title, path, size_of(path) or 0) for title, path in plain.items()]
    models += [_join(program, stem, count, found) for (stem, count), found in parts.items()]
    for model in sorted(models, key=lambda model: model.title):
        yield replace(model, projector=projectors.get(_folder(model.title)))


def _folder(title: str) -> str:
    return title.rpartition("/")[0]


def _join(program: Program, stem: str, count: int, found: dict[int, Path]) -> FoundModel:
    """One model of the parts that are here; those that are not are its fault."""
    first = found.get(1) or found[min(found)]
    size = sum(size_of(path) or 0 for path in found.values())
    title = part_name(stem, 1, count)
    missing = tuple(file for file in files_of(first) if file not in found.values())
    fault = f"it has {count} files, and {describe_missing(missing)}" if missing else ""
    return FoundModel(program, title, first, size, count, fault=fault)
