"""Which calls a held answer may hold: one whose result must be seen, or several that write."""

from collections.abc import Sequence
from dataclasses import replace

from inhouse_models.chat import ToolSpec
from inhouse_models.formats.call_format import CLOSE, OPEN
from inhouse_models.formats.call_grammar import MAKING_TOOLS, CallGrammar
from inhouse_models.formats.fenced import raw_parameter
from inhouse_models.formats.lark import one_of

MOST_WRITES = 8


def held_calls(calls: CallGrammar, tools: Sequence[ToolSpec]) -> str:
    """An expression for the calls of one answer, empty when none can be made.

    Every file is written at most once, in the order of `Choices.whole`: a small model that may
    write on and on writes the same again, or makes files up. When more files are known than an
    answer may write, any of them may be written several times.
    """
    makers = [tool for tool in tools if tool.name in MAKING_TOOLS]
    changers = [tool for tool in tools if raw_parameter(tool) and tool not in makers]
    others = [tool for tool in tools if not raw_parameter(tool)]
    ways = _orders(_writes(calls, makers, changers))
    invent = replace(calls, choices=replace(calls.choices, whole=(), new=()), suffix="_NEW")
    new = _call(invent, makers) if calls.choices.invent else ""
    other = _call(calls, others, len(makers) + len(changers))
    possible = [way for way in (*ways, new, other) if way]
    return one_of(possible) if possible else ""


def _writes(
    calls: CallGrammar, makers: Sequence[ToolSpec], changers: Sequence[ToolSpec]
) -> list[str]:
    """One expression for each file that can be written, and one for the definitions of others."""
    choices = calls.choices
    known = [((path,), ()) for path in choices.whole] + [((), (path,)) for path in choices.new]
    changes = _call(calls, changers, len(makers))
    several = [_several(changes)] if changes else []
    if not choices.paths:
        return [*([_several(_call(calls, makers))] if makers else []), *several]
    single = [
        replace(
            calls,
            choices=replace(choices, whole=whole, new=new),
            suffix=f"_{place}",
            invents=False,
        )
        for place, (whole, new) in enumerate(known)
    ]
    ways = [way for one in single if (way := _call(one, makers))]
    return [*([_several(one_of(ways))] if len(ways) > MOST_WRITES else ways), *several]


def _several(calls: str) -> str:
    return f"({calls}){{1,{MOST_WRITES}}}"


def _orders(writes: Sequence[str]) -> list[str]:
    """Every choice of at least one of them that keeps the order."""
    return [
        " ".join([first, *(f"({later})?" for later in writes[place + 1 :])])
        for place, first in enumerate(writes)
    ]


def _call(calls: CallGrammar, tools: Sequence[ToolSpec], first: int = 0) -> str:
    body = calls.body(tools, first) if tools else ""
    mark = calls.grammar.mark
    call = f"/\\n{{0,2}}/ {mark(OPEN)} {body} {mark(CLOSE)}"
    return calls.grammar.rule(f"held_{first}{calls.suffix.lower()}", call) if body else ""
