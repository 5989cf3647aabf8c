"""Which text a model may write: grammars for calls, for whole turns and for JSON answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from inhouse_models.chat import Choices, ToolSpec
from inhouse_models.formats.call_format import CLOSE, OPEN
from inhouse_models.formats.call_grammar import CallGrammar
from inhouse_models.formats.family import FormName
from inhouse_models.formats.lark import Grammar, json_value

ThinkingMode = Literal["off", "open", "optional"]

TEXT_CHARACTERS = 400
REASON_CHARACTERS = 240


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
    schema: Mapping[str, object] | None = None,
    thinking: ThinkingMode = "off",
    text_characters: int = TEXT_CHARACTERS,
) -> Constraint | None:
    """The grammar of an answer, None when it is free.

    Free text and calls: the grammar starts behind `<tool_call>` and ends with `</tool_call>`.
    `held`: the whole turn is one line of at most `text_characters`, then one call or the end;
    with `must_call` there is no end without a call.
    `choices`: the files and names that a call may use, when given.
    `schema`: the whole turn is JSON. `thinking`: "open" when the prompt ends inside thinking (the
    grammar starts behind `</think>`), "optional" when the model may begin with it.
    `specials`: the literals that are one special token in this vocabulary.
    """
    grammar = Grammar(specials)
    calls = CallGrammar(grammar, form, choices or Choices())
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
    if not held:
        return _finish(grammar, f"{calls.body(tools)} {grammar.mark(CLOSE)}", OPEN)
    # One line, no fence and no mark spelled out: small models write calls and code that way,
    # and none of it is ever run.
    # It never begins like JSON either.
    # A "<" stands only as a comparison.
    letter = "([^`\\n<]|<[ =0-9]|`[^`\\n]{1,80}`)"
    first = '([^`\\n<{\\["]|`[^`\\n]{1,80}`)'
    grammar.rule("TEXT", f"/({first}{letter}{{0,{text_characters - 1}}})?/")
    if not tools:
        return _finish(grammar, f"{before}TEXT", trigger)
    # What precedes a call is shorter: small models repeat themselves when they may go on.
    grammar.rule("REASON", f"/({first}{letter}{{0,{REASON_CHARACTERS}}})?/")
    call = f"/\\n{{0,2}}/ {grammar.mark(OPEN)} {calls.body(tools)} {grammar.mark(CLOSE)}"
    turn = f"REASON {call}" if must_call else f"(REASON {call} | TEXT)"
    return _finish(grammar, f"{before}{turn}", trigger)


def _finish(grammar: Grammar, start: str, trigger: str | None) -> Constraint:
    return Constraint(f"start: {start}\n{grammar.text()}", trigger)
