"""Tool calls held to a grammar against free text: the speed, and whether the calls are valid."""

import asyncio
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from figure import Bench, Figure, Target
from loop import Answered, Loop
from material import ROOT, WORKER, tools

from inhouse_models.chat import Message, ModelError, Request, ToolCall, ToolSpec
from inhouse_models.host.prompting import Prepared, Prompter
from inhouse_models.host.renderer import TemplateRenderer
from inhouse_models.wire import KnownTokens

FREE_TOKENS = 48
CALL_TOKENS = 300
# A shorter answer says little about speed.
LEAST_TOKENS = 8
WISHES = (
    "Read {file} from line {number} on.",
    "What is defined in {file}?",
    "Which files are named like {name}?",
    "Run the tests of {file} and stop at the first failure.",
    "Where is {name} used?",
    "Rename {name} to {name}_again.",
    "Look for the text {name} in {file}.",
    "What was changed in {file}?",
)
KINDS: Mapping[object, type] = {"string": str, "integer": int, "boolean": bool}


@dataclass(frozen=True, slots=True)
class _Turn:
    """One question answered twice."""

    held: Answered
    free: Answered
    calls: Sequence[ToolCall]


def measure_calls(bench: Bench) -> list[Figure]:
    """40 turns with 10 tools in the prompt, each answered once held and once free."""
    return asyncio.run(_measure(bench))


async def _measure(bench: Bench) -> list[Figure]:
    loop, renderer = Loop(bench.model, bench.threads, 8_192), TemplateRenderer()
    prompter = Prompter(loop.weights, renderer)
    taken: list[_Turn] = []
    try:
        for number, wish in enumerate(_wishes(bench.few(40, 2))):
            prepared = await _prepare(prompter, wish)
            taken.append(_answer_twice(loop, prepared, held_first=number % 2 == 0))
    finally:
        loop.close()
        await renderer.close()
    return [_speed(taken), _validity(taken)]


def _wishes(count: int) -> list[str]:
    files = sorted((ROOT / "agent" / "inhouse_agent").glob("*.py"))
    texts: list[str] = []
    for number in range(count):
        file = files[number % len(files)]
        name = file.relative_to(ROOT).as_posix()
        wish = WISHES[number % len(WISHES)]
        texts.append(wish.format(file=name, name=file.stem, number=10 * number + 1))
    return texts


async def _prepare(prompter: Prompter, wish: str) -> Prepared:
    messages = (Message("system", WORKER), Message("user", wish))
    request = Request(messages, tools(), held=True, must_call=True)
    prepared = await prompter.prepare(request, KnownTokens())
    if isinstance(prepared, ModelError):
        raise TypeError(prepared.text)
    return prepared


def _answer_twice(loop: Loop, prepared: Prepared, *, held_first: bool) -> _Turn:
    # Read the prompt before any clock runs.
    loop.answer(prepared.prompt, 1)
    if held_first:
        held = loop.answer(prepared.prompt, CALL_TOKENS, prepared.hold)
        free = loop.answer(prepared.prompt, FREE_TOKENS)
    else:
        free = loop.answer(prepared.prompt, FREE_TOKENS)
        held = loop.answer(prepared.prompt, CALL_TOKENS, prepared.hold)
    parts = [part for one in held.written for part in prepared.parser.feed(one.token, one.text)]
    parts += prepared.parser.close(cut=held.ended.reason == "length")
    return _Turn(held, free, [part for part in parts if isinstance(part, ToolCall)])


def _speed(taken: Sequence[_Turn]) -> Figure:
    held = [_tokens_per_second(turn.held) for turn in taken]
    free = [_tokens_per_second(turn.free) for turn in taken]
    pairs = [
        (_tokens_per_second(turn.held) / _tokens_per_second(turn.free))
        for turn in taken
        if min(len(turn.held.written), len(turn.free.written)) >= LEAST_TOKENS
    ]
    ratio = statistics.median(pairs) if pairs else statistics.median(held) / statistics.median(free)
    written = sum(len(turn.held.written) for turn in taken)
    return Figure(
        "speed of held calls / of free text",
        statistics.median(held),
        "tokens/s",
        "free",
        statistics.median(free),
        ratio,
        Target("at least", 0.97),
        f"median of {len(pairs)} paired ratios; {written} tokens of calls in {len(taken)} turns",
    )


def _tokens_per_second(answered: Answered) -> float:
    # The first token comes from the prompt's logits and needs no decode.
    return max(len(answered.written) - 1, 1) / max(answered.seconds, 1e-6)


def _validity(taken: Sequence[_Turn]) -> Figure:
    specs = {tool.name: tool for tool in tools()}
    valid = [
        bool(turn.calls) and all(is_valid(call, specs) for call in turn.calls) for turn in taken
    ]
    cut = sum(turn.held.ended.reason == "length" for turn in taken)
    note = f"{sum(valid)} of {len(valid)} turns; {cut} were cut off"
    share = 100 * sum(valid) / len(valid)
    return Figure("valid calls", share, "%", target=Target("at least", 100.0), note=note)


def is_valid(call: ToolCall, specs: Mapping[str, ToolSpec]) -> bool:
    """Whether a call names a tool and gives each of its parameters a value of its kind."""
    tool = specs.get(call.name)
    try:
        arguments: object = json.loads(call.arguments)
    except ValueError:
        return False
    if tool is None or not isinstance(arguments, dict):
        return False
    given = cast("dict[str, object]", arguments)
    properties = cast("Mapping[str, Mapping[str, object]]", tool.parameters["properties"])
    return given.keys() == properties.keys() and all(
        type(given[key]) is KINDS[value["type"]] for key, value in properties.items()
    )
