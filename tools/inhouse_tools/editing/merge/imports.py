"""Joining the imports of a piece of code to those of the file that it goes into."""

import re
from collections.abc import Iterable

from inhouse_tools import syntax
from inhouse_tools.editing.symbol_edit import SourceFile

FUTURE = "from __future__"
_PYTHON = re.compile(r"(from\s+\S+\s+import|import)\b\s*\(?(.*?)\)?", re.DOTALL)
_SCRIPT = re.compile(
    r"(import(?:\s+type)?|const|let|var)\s+(?P<outer>[^{]*?)(?:\{(?P<inner>.*)\})?\s*"
    r"(?P<source>(?:from\b|=\s*require\().*)",
    re.DOTALL,
)
_GO = re.compile(r"import\s*\(?(.*?)\)?", re.DOTALL)


def with_imports(file: SourceFile, part: bytes) -> bytes:
    """The source of the file with the imports of part that it has not, beside its own."""
    stands = {
        _plain(single)
        for text in _imports(file.name, file.source)
        for single in _singles(file.name, text)
    }
    new: list[str] = []
    for text in _imports(file.name, part):
        singles = _singles(file.name, text)
        missing = [single for single in singles if _plain(single) not in stands]
        new += [text] if len(missing) == len(singles) else missing
    future = [text for text in new if text.startswith(FUTURE)]
    source = _inserted(file.name, file.source, [text for text in new if text not in future], False)
    return _inserted(file.name, source, future, True)


def _imports(name: str, source: bytes) -> list[str]:
    spans = syntax.statements(name, source).imports
    return [source[start:end].decode("utf-8", "replace").rstrip() for start, end in spans]


def _singles(name: str, text: str) -> list[str]:
    """An import as statements of one name each; other languages keep it whole."""
    language = syntax.language_of(name)
    family = language.family if language else ""
    if family == "python" and (found := _PYTHON.fullmatch(re.sub(r"#[^\n]*|\\\n", "", text))):
        return [f"{found[1]} {single}" for single in _split(found[2].split(","))]
    if family == "go" and (found := _GO.fullmatch(text)):
        return [f"import {single}" for single in _split(found[1].split("\n"))]
    if family == "javascript" and (found := _SCRIPT.fullmatch(text)):
        inner = [f"{{ {single} }}" for single in _split((found["inner"] or "").split(","))]
        names = [*_split(found["outer"].split(",")), *inner]
        return [f"{found[1]} {single} {found['source']}" for single in names]
    return [text]


def _split(names: Iterable[str]) -> list[str]:
    return [" ".join(name.split()) for name in names if name.strip()]


def _plain(text: str) -> str:
    """An import without what is a matter of taste."""
    return "".join(text.split()).replace("'", '"').rstrip(";")


def _inserted(name: str, source: bytes, new: list[str], first: bool) -> bytes:
    if not new:
        return source
    code = "\n".join(new).encode()
    stands = syntax.statements(name, source)
    defined = [item.start_byte for item in syntax.symbols(name, source) if item.kind != "constant"]
    body = min(defined, default=len(source))
    leading = [span for span in stands.imports if span[1] <= body]
    if leading and first:
        start = leading[0][0]
        return source[:start] + code + b"\n" + source[start:]
    if leading:
        end = source.find(b"\n", leading[-1][1] - 1)
        end = len(source) if end < 0 else end
        return source[:end] + b"\n" + code + source[end:]
    before = source[: stands.opening].rstrip()
    after = source[stands.opening :].lstrip(b"\n")
    gap = b"\n\n\n" if name.endswith((".py", ".pyi")) else b"\n\n"
    return (before + b"\n\n" if before else b"") + code + gap + after
