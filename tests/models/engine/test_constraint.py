"""Constraints over the real vocabulary: whatever tokens they allow make a call that fits."""

import random
from collections.abc import Callable
from string import ascii_lowercase

import llguidance
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask
from tests.models.engine.conftest import LoadedEngine
from tests.models.formats.format_samples import EDIT, REPLACE, SPECIALS, WRITE
from tests.models.formats.live_samples import (
    NATIVE,
    TEXTS,
    TOOLS,
    check_call,
    lark_of,
    places_of,
    write_call,
)

from inhouse_models.chat import Choices, ToolSpec
from inhouse_models.engine.constraint import GrammarCompiler, GrammarError
from inhouse_models.formats import FormName, build_constraint
from inhouse_models.formats.passage import lines_of

pytestmark = pytest.mark.model
MOST_STEPS = 600
# What ends a free text: a walk over all tokens would seldom meet it.
ENDINGS = ('"', '\\n"', "\n</parameter>\n", "\n\n</parameter>\n")

Tokenise = Callable[[str], list[int]]


@pytest.fixture(scope="module")
def compiler(engine: LoadedEngine) -> GrammarCompiler:
    return GrammarCompiler(engine.weights)


@pytest.fixture(scope="module")
def tokenise(engine: LoadedEngine) -> Tokenise:
    """Ids of a call up to and with the token that ends it."""
    return lambda text: engine.weights.tokenise(text, special=True)


@pytest.mark.parametrize("form", NATIVE)
@pytest.mark.parametrize("path", TEXTS)
def test_every_run_that_stands_once_can_be_written(
    compiler: GrammarCompiler, tokenise: Tokenise, form: FormName, path: str
) -> None:
    whole = lines_of(TEXTS[path])
    for first in range(len(whole)):
        for end in range(first + 1, len(whole) + 1):
            old = "\n".join(whole[first:end])
            if not whole[first] or not whole[end - 1]:
                continue
            arguments = {"file_path": path, "old_string": old, "new_string": "new\n"}
            constraint = compiler.matcher(lark_of(form))
            fits = True
            for token in tokenise(write_call(form, "edit", arguments)):
                fits = constraint.allows(token)
                if not fits:
                    break
                constraint.accept(token)
            assert fits == (len(places_of(TEXTS[path], old)) == 1)
            assert constraint.finished == fits


@pytest.mark.parametrize("form", NATIVE)
@pytest.mark.parametrize("begun", ["", "def si", "def tw"])
def test_what_must_follow_is_allowed(
    compiler: GrammarCompiler, tokenise: Tokenise, form: FormName, begun: str
) -> None:
    arguments = {"file_path": "a.py", "old_string": begun, "new_string": "x"}
    written = write_call(form, "edit", arguments)
    place = written.rindex(begun) if begun else len("\n")
    constraint = compiler.matcher(lark_of(form, tools=(EDIT,)))
    for token in tokenise(written[: place + len(begun)]):
        constraint.accept(token)
    forced = constraint.forced()
    assert forced
    for token in forced:
        assert constraint.allows(token)
        constraint.accept(token)


def test_a_grammar_is_compiled_once(compiler: GrammarCompiler) -> None:
    lark = lark_of("hermes")
    first, second = compiler.matcher(lark), compiler.matcher(lark)
    token = compiler.tokenizer.tokenize_str("\n")[0]
    first.accept(token)
    assert second.allows(token)
    with pytest.raises(GrammarError):
        compiler.matcher("start: MISSING")


@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(NATIVE), st.sampled_from([(EDIT,), (REPLACE,), TOOLS]), st.integers())
def test_a_walk_over_allowed_tokens_ends_in_a_call_that_fits(
    engine: LoadedEngine,
    compiler: GrammarCompiler,
    form: FormName,
    tools: tuple[ToolSpec, ...],
    seed: int,
) -> None:
    grammar = llguidance.LLMatcher.grammar_from_lark(lark_of(form, tools=tools))
    matcher = llguidance.LLMatcher(compiler.tokenizer, grammar)
    endings = [engine.weights.tokenise(ending, special=False) for ending in ENDINGS]
    written = walk(matcher, compiler.size, endings, random.Random(seed))
    pieces = engine.weights.vocabulary.pieces
    name = check_call(form, b"".join(pieces[token] for token in written).decode())
    assert name in {tool.name for tool in tools}


def walk(
    matcher: llguidance.LLMatcher, size: int, endings: list[list[int]], choice: random.Random
) -> list[int]:
    """Tokens picked at random among the allowed, up to the end of the call."""
    written: list[int] = []
    mask = allocate_token_bitmask(1, size)
    for _step in range(MOST_STEPS):
        if matcher.is_stopped():
            break
        picked = choice.choice(endings)
        if choice.random() < 0.5 or matcher.validate_tokens(picked) < len(picked):
            fill_next_token_bitmask(matcher, mask)
            bits = np.unpackbits(mask.view(np.uint8)[0], bitorder="little", count=size)
            picked = [int(choice.choice(np.flatnonzero(bits)))]
        assert matcher.consume_tokens(picked)
        written += picked
    assert matcher.is_stopped()
    assert not matcher.is_error()
    return written


def test_a_new_file_is_named_beside_two_thousand_known_ones(
    compiler: GrammarCompiler, tokenise: Tokenise
) -> None:
    """That no known name is taken again costs most where much is known: more than llguidance's
    own limit of steps for a token."""
    chance = random.Random(7)
    names = (
        "".join(chance.choices(ascii_lowercase, k=chance.randint(4, 40))) for _ in range(2_000)
    )
    paths = tuple(f"{name}.py" for name in names)
    constraint = build_constraint(
        "fenced",
        tools=[WRITE],
        specials=SPECIALS,
        choices=Choices(paths=paths, invent=True),
        held=True,
        must_call=True,
    )
    assert constraint is not None
    matcher = compiler.matcher(constraint.lark)
    logits = np.zeros(compiler.size, np.float32)
    call = '<tool_call>\n{"name": "write", "arguments": {"file_path": "app/engines_new'
    for token in tokenise(call):
        assert matcher.masked(logits)[token] == 0.0
        matcher.accept(token)
