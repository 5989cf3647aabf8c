"""What a compaction makes of any history: valid, foldable, smaller, the same at both ends."""

import asyncio
from pathlib import Path

import hypothesis
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.agent.kits import Bench
from tests.agent.small_context import SmallContext, is_paired, tokens_of

from inhouse_agent.compaction import NotCompacted, compact_history
from inhouse_agent.compaction_tail import keep_tail, opening_length, seams, size_of
from inhouse_agent.compaction_text import cut_middle, cut_prompts, list_steps
from inhouse_agent.context import build_request
from inhouse_agent.events import Event, MessageAdded
from inhouse_agent.gauge import Gauge
from inhouse_agent.history import fold
from inhouse_models.chat import Message, ToolCall
from inhouse_models.scripted import say

OPENING = (Message("system", "You help."), Message("user", "Task:\nBegin."))
words = st.text("ab \n", max_size=600)
LONG = '{"content": "' + "x" * 500 + '"}'
arguments = st.sampled_from(['{"file_path": "a.py"}', "{", "{}", LONG])


@st.composite
def histories(draw: st.DrawFn) -> list[Message]:
    """Valid histories: prompts, answers with token ids, calls with their results."""
    history = list(OPENING)
    for place in range(draw(st.integers(0, 12))):
        if draw(st.booleans()):
            history.append(Message("user", draw(words)))
        ids = [f"call-{place}-{number}" for number in range(draw(st.integers(0, 3)))]
        calls = tuple(ToolCall(one, "look", draw(arguments)) for one in ids)
        history.append(Message("assistant", draw(words), calls=calls, tokens=(1, 2), model="m"))
        history += [Message("tool", draw(words), answers=one) for one in draw(st.permutations(ids))]
    return history


@settings(deadline=None, max_examples=60)
@given(history=histories(), summary=words, prompts=st.lists(words, max_size=4))
def test_any_history(history: list[Message], summary: str, prompts: list[str]) -> None:
    bench = Bench(Path.cwd(), SmallContext((), 3_000, summary=say(summary)))
    bench.kit.memory.prompts = prompts
    before: list[Event] = [MessageAdded(message) for message in history]
    event = asyncio.run(compact_history(bench.kit, history))
    hypothesis.event(type(event).__name__)
    if isinstance(event, NotCompacted):
        assert fold(before) == history
        return
    assert tuple(history[:2]) == OPENING
    assert is_paired(history)
    assert fold([*before, *bench.events]) == history
    assert event.after < event.before
    request = asyncio.run(build_request(bench.kit, history))
    assert event.after == tokens_of(request)
    assert not any(message.tokens or message.model for message in history)
    if prompts and prompts[-1]:
        assert any(prompts[-1] in message.text for message in history)


@given(histories(), st.integers(0, 4_000))
def test_an_end_is_whole(history: list[Message], characters: int) -> None:
    kept = opening_length(history)
    tail = keep_tail(history, kept, characters)
    assert kept == 2
    assert is_paired(tail.messages)
    assert tail.start + len(tail.messages) == len(history) or not tail.messages
    assert tail.start in seams(history, kept)
    waits = history[-1].role == "user" and len(history) > kept
    assert size_of(tail.messages) <= characters or waits
    if waits:
        assert tail.messages[-1] == history[-1]
    for message, old in zip(tail.messages, history[tail.start :], strict=False):
        assert (message.role, message.calls, message.answers) == (old.role, old.calls, old.answers)


@given(histories(), st.integers(0, 4_000))
def test_the_longest_end_that_fits_is_kept(history: list[Message], characters: int) -> None:
    start = keep_tail(history, 2, characters).start
    earlier = [place for place in seams(history, 2) if place < start]
    assert all(size_of(history[place:]) > characters for place in earlier)


@given(st.text(max_size=300), st.integers(0, 300))
def test_a_cut_text_fits(text: str, characters: int) -> None:
    cut = cut_middle(text, characters)
    assert len(cut) <= max(characters, 0)
    assert cut == text or not cut or "characters left out]" in cut


@given(histories(), st.integers(0, 4_000))
def test_listed_steps_fit(history: list[Message], characters: int) -> None:
    listed = list_steps(history, characters)
    assert len(listed) <= characters + len("[99 earlier messages left out]") + 1


def test_the_newest_prompt_is_whole() -> None:
    prompts = ["a" * 100, "b" * 100, "c" * 100]
    assert cut_prompts(prompts, 1_000, whole=True) == prompts
    assert cut_prompts(prompts, 0, whole=True) == ["[2 earlier left out]", "c" * 100]
    assert cut_prompts(prompts, 0, whole=False) == ["[3 earlier left out]"]
    kept = cut_prompts(prompts, 160, whole=True)
    assert kept[0] == "[1 earlier left out]"
    assert kept[1].startswith("b")
    assert "characters left out]" in kept[1]
    assert cut_prompts([], 10, whole=True) == []


@given(histories(), st.integers(0, 20))
def test_a_gauge_is_never_too_low(history: list[Message], place: int) -> None:
    place = min(place, len(history))
    bench = Bench(Path.cwd(), SmallContext(()))
    sizes = [
        tokens_of(asyncio.run(build_request(bench.kit, part)))
        for part in (history[:place], history)
    ]
    assert Gauge(place, sizes[0]).at_most(history) >= sizes[1]
