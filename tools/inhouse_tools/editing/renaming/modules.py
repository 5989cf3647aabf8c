"""Which file of the project a module means."""

import posixpath
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from pydantic import BaseModel, ValidationError


class _Package(BaseModel):
    """What we read of a package.json."""

    name: str = ""
    main: str = "index"


_PYTHON = (".py", ".pyi")
_SCRIPTS = (".js", ".ts", ".tsx", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".d.ts")
# Where projects let the names of their own modules begin.
_ALIASES = ("@/", "~/", "#/", "#", "$lib/")
_ROOTS = ("", "src", "lib")


@dataclass(frozen=True, slots=True)
class Module:
    """A file of the project, or a folder of modules, or both: a package."""

    file: str = ""
    folder: str | None = None


@dataclass(frozen=True)
class Modules:
    """The files of a project by their paths; `read` gives the text of one, or ""."""

    files: frozenset[str]
    read: Callable[[str], str] = field(default=lambda _path: "")

    @cached_property
    def _parts(self) -> frozenset[str]:
        """Every name of a folder or of a file without its ending."""
        paths = (PurePosixPath(path) for path in self.files)
        return frozenset(part for path in paths for part in (*path.parts[:-1], path.stem))

    @cached_property
    def _folders(self) -> frozenset[str]:
        right_above = {posixpath.dirname(path) for path in self.files}
        return frozenset(folder for each in right_above for folder in _above(each))

    @cached_property
    def _by_last(self) -> dict[str, list[str]]:
        """The files by the last part of their module's name."""
        known: dict[str, list[str]] = {}
        for path in self.files:
            stem = posixpath.basename(path).split(".")[0]
            if stem in {"__init__", "index"}:
                stem = posixpath.basename(posixpath.dirname(path))
            known.setdefault(stem, []).append(path)
        return known

    @cached_property
    def _packages(self) -> dict[str, Module]:
        """The entry of every package of JavaScript by its name."""
        known: dict[str, Module] = {}
        for path in self.files:
            if posixpath.basename(path) != "package.json":
                continue
            try:
                facts = _Package.model_validate_json(self.read(path))
            except ValidationError:
                continue
            folder = posixpath.dirname(path)
            found = self._script(posixpath.normpath(posixpath.join(folder, facts.main)))
            known[facts.name] = Module(found.file if found else "", folder)
        return known

    def find(self, module: str, importer: str) -> Module | bool:
        """The module that a file imports: False for one of others, True when it cannot be told."""
        python = importer.endswith(_PYTHON)
        return self._python(module, importer) if python else self._javascript(module, importer)

    def inside(self, module: Module, name: str) -> Module | None:
        """A module of a package."""
        if module.folder is None:
            return None
        return self._at(posixpath.join(module.folder, name))

    def _python(self, module: str, importer: str) -> Module | bool:
        here = posixpath.dirname(importer)
        dots = len(module) - len(module.lstrip("."))
        inner = module.lstrip(".").strip().replace(".", "/")
        if dots:
            for _ in range(dots - 1):
                here = posixpath.dirname(here)
            return self._at(posixpath.join(here, inner) if inner else here) or True
        for root in _above(here):
            found = self._at(posixpath.join(root, inner))
            if found and found.file:
                return found
        near = [self._at(posixpath.join(root, inner)) for root in _ROOTS]
        found = next((each for each in near if each), None) or self._alone(inner, _PYTHON)
        if found:
            return found
        first = inner.split("/")[0]
        return first in self._parts and first not in sys.stdlib_module_names

    def _at(self, path: str) -> Module | None:
        """The module or package of Python at a path without ending."""
        for ending in _PYTHON:
            package = posixpath.join(path, f"__init__{ending}")
            if package in self.files:
                return Module(package, path)
            if path + ending in self.files:
                return Module(path + ending)
        return Module("", path) if path in self._folders else None

    def _javascript(self, module: str, importer: str) -> Module | bool:
        if module.startswith("."):
            here = posixpath.dirname(importer)
            return self._script(posixpath.normpath(posixpath.join(here, module))) or True
        if module.startswith("node:"):
            return False
        name, _slash, inner = module.partition("/")
        if module.startswith("@") and not module.startswith("@/"):
            scope, _slash, inner = inner.partition("/")
            name = f"{name}/{scope}"
        package = self._packages.get(name)
        if package:
            inside = posixpath.join(package.folder or "", inner)
            return (self._script(inside) or True) if inner else package
        alias = next((each for each in _ALIASES if module.startswith(each)), None)
        if alias is None and not (inner and name in self._parts):
            return False
        return self._alone(module.removeprefix(alias or ""), _SCRIPTS) or alias is not None

    def _script(self, path: str) -> Module | None:
        """The file of JavaScript or TypeScript that is meant by a path with or without ending."""
        path = "" if path == "." else path
        stem, ending = posixpath.splitext(path)
        # TypeScript names what its files become.
        stems = (path, stem) if ending in {".js", ".mjs", ".cjs", ".jsx"} else (path,)
        if path in self.files:
            return Module(path)
        for each in stems:
            for name in (each, posixpath.join(each, "index")):
                for known in _SCRIPTS:
                    if name + known in self.files:
                        return Module(name + known)
        return None

    def _alone(self, inner: str, endings: tuple[str, ...]) -> Module | None:
        """The only module anywhere whose path ends so."""
        last = posixpath.basename(inner).split(".")[0]
        found: list[Module] = []
        for path in self._by_last.get(last, ()):
            stem = path.removesuffix(next((e for e in endings if path.endswith(e)), "\0"))
            package = posixpath.basename(stem) in {"__init__", "index"}
            stem = posixpath.dirname(stem) if package else stem
            if stem != path and (stem == inner or stem.endswith(f"/{inner}")):
                found.append(Module(path, stem if package else None))
        return found[0] if len(found) == 1 else None


def _above(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""
