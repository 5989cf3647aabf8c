"""Putting new code in the place of a named function or class, or adding it."""

import re
from dataclasses import dataclass

from inhouse_tools import syntax
from inhouse_tools.refusal import Refusal
from inhouse_tools.syntax import Symbol

_FENCE = re.compile(r"\A\s*```[^\n]*\n(.*?)\n?```\s*\Z", re.DOTALL)
NUMBER = re.compile(r"#\d+\Z")
_MAIN_GUARD = re.compile(r"^if __name__\s*==", re.MULTILINE)
BOUND = re.compile(r"\A\s*(?:@[^\n]*\n\s*)*(?:async\s+)?def\s+\w+\s*\(\s*(?:self|cls)\b")
CLASSES = frozenset({"class", "struct", "interface", "trait", "enum", "type", "module"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A parsed file: `source` is UTF-8 with "\\n" only."""

    name: str
    source: bytes
    symbols: tuple[Symbol, ...]

    @staticmethod
    def of(name: str, source: bytes) -> "SourceFile":
        """Parse a file."""
        return SourceFile(name, source, syntax.symbols(name, source))

    def find(self, name: str) -> Symbol | None:
        """The symbol of exactly this name."""
        return next((symbol for symbol in self.symbols if symbol.name == name), None)

    def text_of(self, symbol: Symbol) -> str:
        """A symbol's lines, with the indentation of the first."""
        start = self.source.rfind(b"\n", 0, symbol.start_byte) + 1
        if self.source[start : symbol.start_byte].strip():
            start = symbol.start_byte
        return self.source[start : symbol.end_byte].decode("utf-8", "replace")

    def indent_of(self, symbol: Symbol) -> str:
        """The white space before a symbol's first line."""
        start = self.source.rfind(b"\n", 0, symbol.start_byte) + 1
        before = self.source[start : symbol.start_byte].decode("utf-8", "replace")
        return before[: len(before) - len(before.lstrip())]


@dataclass(frozen=True, slots=True)
class Edited:
    """The new source, and what was done for the answer, such as "Replaced total"."""

    source: bytes
    said: str


def plain_name(symbol: str) -> str:
    """The name a model meant: `Cart::total`, `Cart#total` and `total()` become `Cart.total`."""
    name = symbol.strip().removesuffix("()").replace("::", ".")
    return name if NUMBER.search(name) else name.replace("#", ".") if "#" in name[1:] else name


def last_part(name: str) -> str:
    """The identifier alone: `total` of `Cart.total#2`."""
    return NUMBER.sub("", name).rpartition(".")[2]


def put(
    file: SourceFile, name: str, content: str, renamer: str = "rename_symbol"
) -> Edited | Refusal:
    """Replace the symbol by content, or add it when there is none of that name.

    The source is the same as before when the symbol has exactly this code already. `renamer` is
    what a model should use to give a symbol another name.
    """
    code = unfenced(content)
    if not code.strip():
        return Refusal("content is empty. Give the whole new code of the symbol.")
    found = file.find(name)
    if found is None and "." not in name:
        method = _method_meant(file, name, code)
        if isinstance(method, Refusal):
            return method
        found = method
    code, left_out = _own_part(file, found.name if found else name, code)
    edited = _replace(file, found, code, renamer) if found else _add(file, name, code, renamer)
    if isinstance(edited, Refusal) or not left_out:
        return edited
    return Edited(
        edited.source,
        f"{edited.said} Only this symbol was taken from content; not used: {left_out}. "
        "Call replace_symbol once for each of them.",
    )


def unfenced(content: str) -> str:
    """Code without a fence around it and empty lines at its ends."""
    fenced = _FENCE.match(content)
    return (fenced[1] if fenced else content).strip("\n").replace("\r\n", "\n")


def _method_meant(file: SourceFile, name: str, code: str) -> Symbol | Refusal | None:
    """The method that a bare name means when the code is no function of its own."""
    methods = [symbol for symbol in file.symbols if symbol.name.endswith(f".{name}")]
    alone = SourceFile.of(file.name, dedented(code).encode())
    defined = {NUMBER.sub("", symbol.name) for symbol in alone.symbols}
    exact = [symbol for symbol in methods if symbol.name in defined]
    if len(exact) == 1:
        return exact[0]
    if not methods or (name in defined and not BOUND.match(code)):
        return None
    if len(methods) == 1:
        return methods[0]
    names = ", ".join(symbol.name for symbol in methods[:10])
    return Refusal(f"{name} is ambiguous in {file.name}. Use one of: {names}.")


def _own_part(file: SourceFile, name: str, code: str) -> tuple[str, str]:
    """The part of the code that is the symbol, and the names of others that stand in it.

    Small models write the whole class or file again. What the file has already is left out,
    while new helpers beside the symbol stay.
    """
    alone = SourceFile.of(file.name, dedented(code).encode())
    base = NUMBER.sub("", name)
    own = alone.find(base)
    wrapped = False
    if own is None and "." in base:
        # A class around the method, without the outer part of its name.
        parts = [symbol for symbol in alone.symbols if base.endswith(f".{symbol.name}")]
        own = next((symbol for symbol in parts if "." in symbol.name), None)
        own = own or (parts[0] if parts else None)
    if own is None:
        return code, ""
    wrapped = any(
        symbol is not own and symbol.start_byte <= own.core_byte and own.end_byte <= symbol.end_byte
        for symbol in alone.symbols
    )
    others = [
        symbol.name
        for symbol in alone.symbols
        if symbol is not own
        and not (own.start_byte <= symbol.start_byte and symbol.end_byte <= own.end_byte)
        and not own.name.startswith(f"{symbol.name}.")
        and file.find(symbol.name) is not None
    ]
    if not wrapped and not others:
        return code, ""
    return dedented(alone.text_of(own)), ", ".join(others[:10])


def _replace(file: SourceFile, old: Symbol, code: str, renamer: str) -> Edited | Refusal:
    fitted = indented(file, code, file.indent_of(old)).lstrip(" \t").encode()
    source = file.source[: old.start_byte] + fitted + file.source[old.end_byte :]
    new = _defined_at(file, source, old, old.start_byte + len(fitted))
    if new is None:
        return _not_defined(file, source, old.name, fitted.decode(), renamer)
    kept: list[str] = []
    comment = file.source[old.start_byte : old.outer_byte]
    outer = file.source[old.outer_byte : old.core_byte]
    start = old.start_byte
    if outer and new.outer_byte == new.core_byte and new.start_byte == new.core_byte:
        source = source[: new.core_byte] + outer + source[new.core_byte :]
        kept.append(outer.decode("utf-8", "replace").strip().split("\n")[0])
    if comment and new.start_byte == new.outer_byte and new.start_byte == start:
        source = source[:start] + comment + source[start:]
        kept.append("the comment above it")
    said = f"Replaced {old.name} in {file.name}, line {old.start_line}."
    return Edited(source, said + (f" Kept {' and '.join(reversed(kept))}." if kept else ""))


def _defined_at(file: SourceFile, source: bytes, old: Symbol, end: int) -> Symbol | None:
    """The symbol of the old one's name in the part of the new source that was put in."""
    wanted = NUMBER.sub("", old.name)
    for symbol in syntax.symbols(file.name, source):
        inside = old.start_byte <= symbol.core_byte < end
        if inside and NUMBER.sub("", symbol.name) == wanted:
            return symbol
    return None


def _not_defined(
    file: SourceFile, source: bytes, name: str, code: str, renamer: str
) -> Edited | Refusal:
    """When the name is not found: a broken file is the syntax check's to refuse."""
    if len(syntax.errors(file.name, source)) > len(syntax.errors(file.name, file.source)):
        return Edited(source, "")
    defined = [symbol.name for symbol in syntax.symbols(file.name, dedented(code).encode())]
    does = f"It defines {', '.join(defined[:5])}." if defined else "It defines nothing."
    return Refusal(
        f"content must define {last_part(name)}. {does} Write the whole definition, or use "
        f"{renamer} to rename."
    )


def _add(file: SourceFile, name: str, code: str, renamer: str) -> Edited | Refusal:
    outer, _dot, _last = NUMBER.sub("", name).rpartition(".")
    alone = SourceFile.of(file.name, dedented(code).encode())
    if outer and alone.find(name) is None:
        container = file.find(outer)
        members = [symbol for symbol in file.symbols if symbol.name.rpartition(".")[0] == outer]
        if (container is None or container.kind not in CLASSES) and not members:
            return Refusal(_no_class(file, outer))
        source = with_member(file, container, members, code)
    else:
        source = _at_top_level(file, dedented(code))
    added = SourceFile.of(file.name, source)
    if added.find(name) is None:
        return _not_defined(file, source, name, code, renamer)
    symbol = added.find(name)
    line = symbol.start_line if symbol else 0
    return Edited(source, f"{name} did not exist: added it to {file.name} at line {line}.")


def _no_class(file: SourceFile, outer: str) -> str:
    names = [symbol.name for symbol in file.symbols if symbol.kind in CLASSES]
    known = f"Its classes are {', '.join(names[:10])}." if names else "It has no classes."
    return f"There is no class {outer} in {file.name}. {known}"


def with_member(
    file: SourceFile, container: Symbol | None, members: list[Symbol], code: str
) -> bytes:
    """The source with a member more, after the last one of its class."""
    functions = [symbol for symbol in members if symbol.kind in {"method", "function"}]
    if members:
        last = max(functions or members, key=lambda symbol: symbol.end_byte)
        indent, at = file.indent_of(last), last.end_byte
        fitted = indented(file, code, indent).encode()
        return file.source[:at] + b"\n\n" + fitted + file.source[at:]
    if container is None:
        raise ValueError("a member needs a container or another member")
    indent = file.indent_of(container) + _unit(file)
    fitted = indented(file, code, indent).encode()
    end = container.end_byte
    brace = file.source.rfind(b"}", container.core_byte, end)
    if brace >= 0 and not file.source[brace + 1 : end].strip(b"; \n"):
        before = file.source[:brace].rstrip()
        closing = file.indent_of(container).encode()
        return before + b"\n" + fitted + b"\n" + closing + file.source[brace:]
    if file.source[:end].endswith(b"end"):
        before = file.source[: end - 3].rstrip()
        closing = file.indent_of(container).encode()
        return before + b"\n" + fitted + b"\n" + closing + file.source[end - 3 :]
    return file.source[:end] + b"\n\n" + fitted + file.source[end:]


def _at_top_level(file: SourceFile, code: str) -> bytes:
    """The source with code after the last definition, before what runs at the end of a script."""
    top = [
        symbol
        for symbol in file.symbols
        if file.indent_of(symbol) == "" and symbol.kind not in {"constant", "key"}
    ]
    gap = b"\n\n\n" if file.name.endswith((".py", ".pyi")) else b"\n\n"
    guard = _MAIN_GUARD.search(file.source.decode("utf-8", "replace"))
    if top:
        at = max(symbol.end_byte for symbol in top)
    elif guard and file.name.endswith(".py"):
        at = file.source.index(guard[0].encode())
    else:
        at = len(file.source)
    before, after = file.source[:at].rstrip(), file.source[at:].lstrip(b"\n")
    joined = (before + gap if before else b"") + code.encode()
    return joined + (gap + after if after.strip() else b"\n")


def _unit(file: SourceFile) -> str:
    """One step of a file's indentation."""
    for line in file.source.decode("utf-8", "replace").split("\n"):
        if line.startswith("\t"):
            return "\t"
        spaces = len(line) - len(line.lstrip(" "))
        if spaces >= 2 and line.strip() and not line.lstrip().startswith("*"):
            return " " * min(spaces, 8)
    return "\t" if file.name.endswith(".go") else "    "


def dedented(code: str) -> str:
    """Code whose first line stands at the left; lines inside strings stay where they are."""
    return _shifted(code, frozenset(), "")


def indented(file: SourceFile, code: str, indent: str) -> str:
    """Code at an indentation, except for the lines inside its strings."""
    if indent and _lost_first_indent(file, code, indent):
        return indent + code
    flat = dedented(code)
    return _shifted(flat, syntax.lines_inside_strings(file.name, flat.encode()), indent)


def _lost_first_indent(file: SourceFile, code: str, indent: str) -> bool:
    """Whether code was copied from its place with only the first line's indentation missing."""
    first, *rest = [line for line in code.split("\n") if line.strip()]
    if first[:1].isspace() or not rest or not all(line.startswith(indent) for line in rest):
        return False
    if not file.name.endswith((".py", ".pyi")):
        return True
    # A body one step in is what a definition at the left has, unless it begins otherwise.
    return first.startswith(("@", "#")) or all(line[len(indent)].isspace() for line in rest)


def _shifted(code: str, fixed: frozenset[int], indent: str) -> str:
    lines = code.split("\n")
    first = lines[0]
    old = first[: len(first) - len(first.lstrip())]
    shifted: list[str] = []
    for number, line in enumerate(lines):
        if number in fixed:
            shifted.append(line)
        elif not line.strip():
            shifted.append("")
        else:
            shifted.append(indent + line.removeprefix(old))
    return "\n".join(shifted)
