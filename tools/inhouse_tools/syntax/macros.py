"""Macros around declarations of C and C++: their grammars take them for types and stumble.

`LLAMA_API int f(void);` is a declaration to everybody but a parser that does not run the
preprocessor. So such words are blanked before a file is parsed; every other byte stays where it is.
"""

import re
from dataclasses import dataclass

from inhouse_tools.syntax.tree import Span

# Each begins with a line break, or a bracket, and gives up early: so most of a file is passed over
# quickly.
_LINE = rb"\n[ \t]*+"
_NAME = rb"[A-Za-z_]\w*"
_MACRO = rb"[A-Z][A-Z0-9_]{2,}+"
_GAP = rb"(?:[ \t]++|[ \t]*\n[ \t]*)"
_BEFORE = (
    rb"(?=[A-Zesivcf])"
    rb"(?:(?:extern(?:[ \t]+\"C\")?|static|inline|virtual|constexpr|friend)[ \t]+)*+"
)
_TYPE = _NAME + rb"(?:::\w+)*(?:<[^<>;{}()]*>)?[ \t*&]+"
# A type and a name behind it, so that `SIZE_T f(void)` and `SIZE_T const f(void)` keep theirs.
_DECLARED = (
    rb"(?:const[ \t]+)*(?!(?:const|volatile)\b)(?:" + _TYPE + rb")+" + _NAME + rb"[ \t]*[(;=\[]"
)
_LEADING = re.compile(_LINE + _BEFORE + rb"((?:" + _MACRO + _GAP + rb")+)(?=" + _DECLARED + rb")")
"""`GGML_API GGML_CALL void f(int a);`"""
_CLASS = re.compile(
    _LINE + rb"(?:class|struct|union)[ \t]+(" + _MACRO + rb")[ \t]+"
    rb"(?=" + _NAME + rb"(?:::\w+)*\s*(?:final\s*)?(?:\{|:(?![:\d])\s*[a-zA-Z]))"
)
"""`class OPENVINO_API Thing : public Other {`"""
_WRAPPER = re.compile(
    _LINE + rb"(?:" + _MACRO + rb"[ \t]+)*(\w*DEPRECATED\w*)([ \t]*\()"
    rb"(?=[^;{}\"]*(,\s*(?://[^\n]*\s*)?(?:\"(?:[^\"\\\n]|\\.)*\"\s*)+\))\s*;)"
)
"""`DEPRECATED(void f(int a), "use g");`"""
_FORMAT = rb"([A-Z][A-Z0-9_]*(?:ATTR|FORMAT|PRINTF)[A-Z0-9_]*)([ \t]*\([\w \t,]*\))"
_FORMAT_BEFORE = re.compile(_LINE + rb"(?=[A-Z])" + _FORMAT + rb"(?=\s*" + _NAME + rb"[ \t*&])")
_FORMAT_BEHIND = re.compile(rb"\)\s*" + _FORMAT + rb"(?=\s*[;{])")
"""`FORMAT_ATTRIBUTE(1, 2)`, before or behind a declaration."""
_GUARD = _LINE + rb"#[ \t]*ifdef[ \t]+(__cplusplus)[^\n]*\s*"
_END_OF_GUARD = rb"[^\n]*\s*#[ \t]*endif[^\n]*"
_OPENING = re.compile(_GUARD + rb"extern[ \t]+\"C\"\s*\{" + _END_OF_GUARD)
_CLOSING = re.compile(_GUARD + rb"\}" + _END_OF_GUARD)
"""What lets a header of C be read by C++: a block that begins and ends in conditions."""
_WORD = re.compile(_MACRO)


@dataclass(frozen=True, slots=True)
class Macros:
    """What the parser is not shown: the `names` of macros, and all `pieces` that stand before
    something, with their arguments."""

    names: tuple[Span, ...] = ()
    pieces: tuple[Span, ...] = ()


def blank_macros(source: bytes) -> tuple[bytes, Macros]:
    """Source of the same length for the parser, and what is blanked in it."""
    # With a line break before it, which is taken away again at the end.
    blanked = bytearray(b"\n" + source)
    names: list[Span] = []
    pieces: list[Span] = []
    openings, closings = list(_OPENING.finditer(blanked)), list(_CLOSING.finditer(blanked))
    if len(openings) == len(closings):
        for match in (*openings, *closings):
            names.append(match.span(1))
            _blank(blanked, match.span())
    wrappers = (_WRAPPER,) if b"DEPRECATED" in source else ()
    for pattern in (*wrappers, _FORMAT_BEFORE, _FORMAT_BEHIND):
        for match in list(pattern.finditer(blanked)):
            names.append(match.span(1))
            pieces.append((match.start(1), match.end(2)))
            for group in range(1, pattern.groups + 1):
                _blank(blanked, match.span(group))
    # The wrappers are gone by now, which uncovers the macros inside of them.
    for pattern in (_LEADING, _CLASS):
        for match in list(pattern.finditer(blanked)):
            for word in list(_WORD.finditer(blanked, *match.span(1))):
                names.append(word.span())
                pieces.append(word.span())
                _blank(blanked, word.span())
    return bytes(blanked[1:]), Macros(_moved(names), _moved(pieces))


def _moved(spans: list[Span]) -> tuple[Span, ...]:
    """In order, and counted in the source."""
    return tuple(sorted((start - 1, end - 1) for start, end in spans))


def _blank(source: bytearray, span: Span) -> None:
    """Spaces in place of everything but line breaks."""
    start, end = span
    source[start:end] = re.sub(rb"[^\n]", b" ", source[start:end])
