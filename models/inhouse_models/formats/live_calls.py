"""Calls in a free answer, held to what exists now: files, their symbols and their lines."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from inhouse_models.chat import MOST_SOURCE_BYTES, Choices, ToolSpec
from inhouse_models.formats.call_format import properties_of, required_of
from inhouse_models.formats.call_grammar import (
    ANY_PATH,
    MAKING_TOOLS,
    MOST_PAIRS,
    MOST_PATHS,
    PATH,
    SYMBOL,
)
from inhouse_models.formats.lark import Field, Grammar, one_of, quote
from inhouse_models.formats.spelling import Spelling

EVERYWHERE = "replace_all"
OLD = "old_string"
# Parameters whose values depend on the file named before them.
LINES = ([PATH, EVERYWHERE, OLD], [PATH, OLD])
NAMED = [PATH, SYMBOL]
# Only the tool that reads a file can read a folder or a kept output.
READING_TOOL = "read"
# The lines of all files together; shorter ones cost as much as longer ones.
MOST_LINES = 8_000

# A part of a path has no character that would need quotes, and is not "..".
LETTER = r'[^"\\\s,:;*?<>|`\/\x00-\x1f\x7f]'
NO_DOT = LETTER.replace("[^", "[^.")
PART = rf"({NO_DOT}{LETTER}*|\.({NO_DOT}{LETTER}*)?|\.\.{LETTER}+)"
RELATIVE_PATH = rf"{PART}(\/{PART})*"


def without_marks(choices: Choices, marks: Collection[str]) -> Choices:
    """The choices but for names and texts that hold a mark of the vocabulary.

    Where characters must follow, llguidance takes those of a mark for the special token, which
    the grammar then refuses.
    """

    named = (*choices.paths, *choices.readable, *(n for ns in choices.symbols.values() for n in ns))
    texts = (f"{source.name}\n{source.text}" for source in choices.sources)
    everything = "\n".join((*named, *choices.symbols, *texts))
    found = [mark for mark in marks if mark in everything]
    if not found:
        return choices

    def plain(text: str) -> bool:
        return not any(mark in text for mark in found)

    return replace(
        choices,
        paths=tuple(filter(plain, choices.paths)),
        readable=tuple(filter(plain, choices.readable)),
        symbols={
            path: names
            for path, names in choices.symbols.items()
            if plain("\n".join((path, *names)))
        },
        sources=tuple(s for s in choices.sources if plain(f"{s.name}\n{s.text}")),
    )


@dataclass(frozen=True, slots=True)
class LiveCalls:
    """Writes the rules for calls into a grammar. Where nothing is known, only syntax is held."""

    grammar: Grammar
    spelling: Spelling
    choices: Choices

    def body(self, tools: Sequence[ToolSpec]) -> str:
        """A call of one of the tools, with the line ends around it."""
        return one_of(
            [
                self.grammar.rule(f"call_{place}", self._call(tool, place))
                for place, tool in enumerate(tools)
            ]
        )

    def _call(self, tool: ToolSpec, place: int) -> str:
        keys = list(properties_of(tool))
        required = required_of(tool)
        known = () if self.choices.foreign else (*LINES, NAMED)
        tied = next((start for start in known if keys[: len(start)] == start), None)
        if tied is None or not {PATH, tied[-1]} <= required:
            fields = [Field(key, self._value(tool, place, key), key in required) for key in keys]
            return self.spelling.call(tool.name, fields)
        held = self._passages() if OLD in tied else self._symbols()
        others = self._other_files(tool, place, tied, [path for path, _rest in held])
        rests = [f"{self.spelling.literal(path)} {rest}" for path, rest in held]
        fields = [Field(PATH, one_of([*rests, *others]), required=True)]
        fields += [
            Field(key, self._value(tool, place, key), key in required) for key in keys[len(tied) :]
        ]
        return self.spelling.call(tool.name, fields)

    def _value(self, tool: ToolSpec, place: int, key: str) -> str:
        if key != PATH or self.choices.foreign:
            return self.spelling.value(self.grammar, tool, place, key)
        if tool.name in MAKING_TOOLS:
            return self.spelling.string(self._new_path())
        also = self.choices.readable if tool.name == READING_TOOL and self._paths else ()
        return self.spelling.string(self._known_path(also))

    @property
    def _paths(self) -> Sequence[str]:
        """The files that exist, none when they are not known or too many."""
        return self.choices.paths if len(self.choices.paths) <= MOST_PATHS else ()

    def _known_path(self, also: Collection[str] = ()) -> str:
        """A terminal: one of the files, or of what is readable besides."""
        if "FILE" not in self.grammar.rules:
            self.grammar.rule("FILE", self._either(self._paths) if self._paths else ANY_PATH)
        return self.grammar.rule("READABLE", f"FILE | {self._either(also)}") if also else "FILE"

    def _new_path(self) -> str:
        """A terminal: any path below the root, and those that exist, however odd."""
        odd = [path for path in self._paths if not re.fullmatch(RELATIVE_PATH, path)]
        ways = [f"/{RELATIVE_PATH}/", *([self._either(odd)] if odd else [])]
        return self.grammar.rule("PATH", " | ".join(ways))

    def _either(self, texts: Iterable[str]) -> str:
        return " | ".join(quote(self.spelling.escape(text)) for text in texts)

    def _other_files(
        self, tool: ToolSpec, place: int, tied: Sequence[str], held: Collection[str]
    ) -> list[str]:
        """A file of which no more is known, with any value for what depends on it."""
        if self._paths and set(self._paths) <= set(held):
            return []
        path = self._known_path()
        if held:
            path = self.grammar.rule(f"OTHER_{place}", f"{path} & ~({self._either(held)})")
        parts = [self.spelling.string(path)]
        for key in tied[1:]:
            part = f"{self.spelling.later(key)} {self._value(tool, place, key)}"
            parts.append(part if key in required_of(tool) else f"({part})?")
        return [" ".join(parts)]

    def _symbols(self) -> list[tuple[str, str]]:
        """Files whose names are known, and what follows their path."""
        known = [(path, names) for path, names in self.choices.symbols.items() if names]
        return [
            (path, f"{self.spelling.later(SYMBOL)} {self._symbol(place, names)}")
            for place, (path, names) in enumerate(known[:MOST_PAIRS])
        ]

    def _symbol(self, place: int, names: Sequence[str]) -> str:
        return self.spelling.string(self.grammar.rule(f"SYMBOL_{place}", self._either(names)))

    def _passages(self) -> list[tuple[str, str]]:
        """Files whose text is known, and what follows their path up to the lines to replace."""
        passages: list[tuple[str, str]] = []
        room, line_room = MOST_SOURCE_BYTES, MOST_LINES
        for place, source in enumerate(self.choices.sources[:MOST_PAIRS]):
            text = source.text or ""
            size, lines = len(text.encode()), text.count("\n")
            if size <= room and lines <= line_room and self.spelling.holds(text):
                room, line_room = room - size, line_room - lines
                passages.append((source.name, self._lines(text, str(place))))
        return passages

    def _lines(self, text: str, name: str) -> str:
        """Lines that stand in the text once, or several times when that was said before."""
        later, switch = self.spelling.later, self.spelling.switch
        passage = self.spelling.passage(self.grammar, text, name)
        return one_of(
            [
                f"({later(EVERYWHERE)} {switch(False)})? {later(OLD)} {passage.once}",
                f"{later(EVERYWHERE)} {switch(True)} {later(OLD)} {passage.any}",
            ]
        )
