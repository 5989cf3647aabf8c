"""Which symbol of a file is meant by a definition that was written without the file around it."""

import re
from collections.abc import Sequence

from inhouse_tools.editing.merge.outside import base_name, is_container
from inhouse_tools.editing.symbol_edit import BOUND, CLASSES, SourceFile
from inhouse_tools.refusal import Refusal
from inhouse_tools.syntax import Symbol
from inhouse_tools.writing.changes import plural

_SETTER = re.compile(r"^\s*@[\w.]+\.(getter|setter|deleter)\b", re.MULTILINE)
_ACCESSOR = re.compile(r"(?:(?:static|public|private|protected|override)\s+)*(get|set)\s+[\w#$]")
_STATIC = re.compile(r"^\s*@(static|class)method\b", re.MULTILINE)
_SELF = re.compile(r"\(\s*&?\s*(?:mut\s+)?(?:self|cls)\b")


def counterparts(
    part: SourceFile, file: SourceFile, units: Sequence[Symbol], indented: bool
) -> list[str] | Refusal:
    """The name in the file for each unit of the part: of the symbol it replaces, or a new one.

    `indented` says that the part was cut out of the middle of a class or function.
    """
    names: list[str] = []
    taken = [base_name(own) for own in file.symbols]
    for unit in units:
        standing = _standing(unit, part, file)
        name = standing or _new(unit, part, file, indented)
        if isinstance(name, Refusal):
            return name
        if standing is None:
            taken.append(name)
            name += f"#{taken.count(name)}" if taken.count(name) > 1 else ""
        names.append(name)
    return names


def _standing(unit: Symbol, part: SourceFile, file: SourceFile) -> str | Refusal | None:
    """The symbol that the unit replaces."""
    name = base_name(unit)
    own, written = (
        [
            each
            for each in source.symbols
            if base_name(each) == name and _accessor(each, source) == _accessor(unit, part)
        ]
        for source in (file, part)
    )
    if not own:
        return _standing_inside(unit, part, file)
    if len(own) == len(written):
        return own[written.index(unit)].name
    return Refusal(
        f"{name} is defined {plural(len(own), 'time')} in {file.name} and "
        f"{plural(len(written), 'time')} in what is written."
    )


def _standing_inside(unit: Symbol, part: SourceFile, file: SourceFile) -> str | Refusal | None:
    """The method, or what else stands inside another symbol, that was written without it."""
    known = [
        own
        for own in _namesakes(unit, file)
        if (_head(own, file), _accessor(own, file)) == (_head(unit, part), _accessor(unit, part))
    ]
    if not known:
        return None
    if len(known) > 1 or is_container(known[0], file):
        names = " or ".join(own.name for own in known)
        return Refusal(f"{unit.name} is {names} in {file.name}: write it inside of what holds it.")
    return known[0].name


def _new(unit: Symbol, part: SourceFile, file: SourceFile, indented: bool) -> str | Refusal:
    """The name for what the file has not: a method without its class goes to the last one."""
    name = base_name(unit)
    outer, _dot, last = name.rpartition(".")
    if file.name.endswith(".rs") and outer:
        scopes = re.findall(rf"^\s*impl\b[^{{]*\b{outer}\b", file.source.decode(), re.MULTILINE)
        if len(scopes) > 1:
            return Refusal(f"{outer} has several impl blocks, so the place of {last} is not clear.")
    if not outer and part.indent_of(unit):
        return Refusal(f"It is not clear where {name} belongs.")
    if outer or not file.name.endswith((".py", ".pyi")):
        return name
    core = part.source[unit.core_byte : unit.end_byte].decode("utf-8", "replace")
    if BOUND.match(core) or _STATIC.search(_decorators(unit, part)):
        owners = [own.name.rpartition(".")[0] for own in _namesakes(unit, file)]
        classes = [own.name for own in file.symbols if own.kind in CLASSES and "." not in own.name]
        return ".".join([*(owners or classes)[-1:], name])
    if indented and unit.kind == "constant":
        return Refusal(f"It is not clear where {name} belongs.")
    return name


def _namesakes(unit: Symbol, file: SourceFile) -> list[Symbol]:
    """Symbols that have the name of the unit inside another one."""
    return [own for own in file.symbols if base_name(own).endswith(f".{base_name(unit)}")]


def _accessor(symbol: Symbol, file: SourceFile) -> str:
    """What tells a getter from a setter of the same name."""
    found = _SETTER.search(_decorators(symbol, file))
    core = file.source[symbol.core_byte : symbol.end_byte].decode("utf-8", "replace")
    found = found or _ACCESSOR.match(core)
    return found[1] if found else ""


def _head(symbol: Symbol, file: SourceFile) -> tuple[str, bool]:
    """How a definition begins, up to its parameters, and whether it belongs to an instance."""
    core = file.source[symbol.core_byte : symbol.end_byte].decode("utf-8", "replace")
    words = re.split(r"[(:{\n]", core, maxsplit=1)[0].removeprefix("async ").split()
    return " ".join(words), bool(_SELF.search(core[: core.find(")") + 1]))


def _decorators(symbol: Symbol, file: SourceFile) -> str:
    return file.source[symbol.outer_byte : symbol.core_byte].decode("utf-8", "replace")
