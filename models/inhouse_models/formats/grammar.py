"""Which text a model may write: grammars for calls, for whole turns and for JSON answers."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from inhouse_models.chat import Choices, ToolSpec
from inhouse_models.formats.call_format import CLOSE, OPEN
from inhouse_models.formats.call_grammar import CallGrammar
from inhouse_models.formats.family import FormName
from inhouse_models.formats.held_calls import held_calls
from inhouse_models.formats.lark import Grammar, json_value, one_of, quote
from inhouse_models.formats.live_calls import LiveCalls, without_marks
from inhouse_models.formats.spelling import JsonSpelling, Spelling, XmlSpelling

ThinkingMode = Literal["off", "open", "optional"]

TEXT_CHARACTERS = 400
# As JSON begins.
BARRED_FIRST = r'{\["'
SPELLINGS: Mapping[FormName, Spelling] = {"hermes": JsonSpelling(), "xml": XmlSpelling()}


@dataclass(frozen=True, slots=True)
class Constraint:
    """A grammar in llguidance's Lark. It holds from behind `trigger`, or from the first token."""

    lark: str
    trigger: str | None


def build_constraint(  # noqa: PLR0913 (each is a fact of one request)
    form: FormName,
    *,
    tools: Sequence[ToolSpec],
    specials: Collection[str],
    choices: Choices | None = None,
    held: bool = False,
    must_call: bool = False,
    openings: Sequence[str] = (),
    barred: Sequence[str] = (),
    schema: Mapping[str, object] | None = None,
    thinking: ThinkingMode = "off",
    text_characters: int = TEXT_CHARACTERS,
) -> Constraint | None:
    """The grammar of an answer, None when it is free.

    Free text and calls: the grammar starts behind `<tool_call>` and ends with `</tool_call>`;
    with `must_call` the whole answer is one call.
    `held`: the whole turn is calls (see held_calls) or one line of at most `text_characters`;
    with `must_call` it is calls if any can be made.
    A text begins with one of the `openings`, and with none of the `barred` words.
    `choices`: the files and names that a call may use, when given.
    `schema`: the whole turn is JSON. `thinking`: "open" when the prompt ends inside thinking (the
    grammar starts behind `</think>`), "optional" when the model may begin with it.
    `specials`: the literals that are one special token in this vocabulary.
    """
    grammar = Grammar(specials)
    choices = choices or Choices()
    thinks = thinking == "optional" and {"<think>", "</think>"} <= set(specials)
    before = "(<think> THOUGHT </think> /\\n{0,2}/)? " if thinks else ""
    if thinks:
        grammar.rule("THOUGHT", "/(?s:.*)/")
    trigger = "</think>" if thinking == "open" else None
    if schema is not None:
        space = "/\\n{0,2}/ " if trigger else ""
        grammar.rule("answer", json_value(schema))
        return _finish(grammar, f"{before}{space}answer", trigger)
    if form == "plain" or not (tools or held):
        return None
    calls = CallGrammar(grammar, form, choices)
    if not held:
        # What is not ours is not written raw: which parameter is code cannot be told by its name.
        spelling = SPELLINGS.get(form) or (JsonSpelling() if choices.foreign else None)
        known = without_marks(choices, specials)
        body = (LiveCalls(grammar, spelling, known) if spelling else calls).body(tools)
        if must_call:
            space = "/\\n{0,2}/"
            call = f"{grammar.mark(OPEN)} {body} {grammar.mark(CLOSE)}"
            return _finish(grammar, f"{before}{space} {call}", trigger)
        return _finish(grammar, f"{body} {grammar.mark(CLOSE)}", OPEN)
    # Nothing precedes a call: what a small model announces there (a line to replace, a call in
    # other words) turns the code that follows into a fragment.
    work = held_calls(calls, tools)
    text = _text(grammar, openings, text_characters, barred)
    ways = [work] if work and must_call else [work, text] if work else [text]
    return _finish(grammar, f"{before}{one_of(ways)}", trigger)


def _text(grammar: Grammar, openings: Sequence[str], characters: int, barred: Sequence[str]) -> str:
    """One line, no fence and no mark spelled out: small models write calls and code that way,
    and none of it is ever run. It never begins like JSON or with a barred word either, and a "<"
    only compares.
    """
    letter = "([^`\\n<]|<[ =0-9]|`[^`\\n]{1,80}`)"
    if openings:
        rest = grammar.rule("REST", f"/{letter}{{0,{characters}}}/")
        return f"{one_of([quote(opening) for opening in openings])} {rest}"
    rest = f"{letter}{{0,{characters - 1}}}"
    text = _unlike(barred, rest, BARRED_FIRST)
    return grammar.rule("TEXT", f"/{text}/")


def _unlike(names: Sequence[str], rest: str, barred: str = "") -> str:
    """An expression for nothing, or a text that begins with none of the names and no character
    that is barred, and goes on with `rest`.

    It is spelled out letter by letter: a complement costs llguidance more than it allows.
    """
    following: dict[str, list[str]] = {}
    for name in names:
        following.setdefault(name[0], []).append(name[1:])
    taken = "".join(map(re.escape, following))
    ways = [f"([^`\\n<{barred}{taken}]|`[^`\\n]{{1,80}}`){rest}"]
    if not barred:
        ways.append(f"<[ =0-9]{rest}")
    for first, ends in following.items():
        if all(ends):
            ways.append(re.escape(first) + _unlike(ends, rest))
    return f"({'|'.join(ways)})?"


def _finish(grammar: Grammar, start: str, trigger: str | None) -> Constraint:
    return Constraint(f"start: {start}\n{grammar.text()}", trigger)
