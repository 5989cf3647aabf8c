"""The words of a compaction: how a summary is asked for, and the message that stands for it."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from inhouse_agent.arguments import given_arguments, shorten
from inhouse_models.chat import Message, ToolCall

WANTED: Final = (
    "Stop here and summarise this conversation. The summary is all that is kept of it, so write "
    "what is needed to go on: what the person wants; what was decided, and why; every file that "
    "was read or changed, by its path, and its state; commands that were run and what came of "
    "them; what is open, and the next step. Give names, paths and numbers exactly. Call no tool. "
    "At most {words} words."
)
WORDS_PER_TOKEN: Final = 0.5
BEGUN: Final = "What followed was taken out of this conversation to make room."
PROMPTS: Final = "The person asked since then, oldest first:"
PLAN: Final = "The plan:"
SUMMARY: Final = "Summary:"
STEPS: Final = "What was said and done, oldest first:"
GO_ON: Final = "Go on from here. Read a file again before you change it."
CUT: Final = "[… {} characters left out]"
IS_CUT: Final = re.compile(r"\[… \d+ characters left out\]")
MOST_LINE: Final = 200
MOST_RESULT: Final = 80


def ask_for_summary(tokens: int, wish: str = "") -> str:
    """The message that asks for a summary; `wish` is what a person wants it to hold."""
    words = WANTED.format(words=max(int(tokens * WORDS_PER_TOKEN), 20))
    return f"{words}\nMind above all: {wish}" if wish else words


def compacted_text(
    prompts: Sequence[str], plan: Sequence[tuple[str, str]], summary: str, steps: str
) -> str:
    """The message that stands in the place of what was taken out."""
    blocks = [BEGUN]
    if prompts:
        blocks.append("\n".join([PROMPTS, *(f"- {prompt}" for prompt in prompts)]))
    if plan:
        blocks.append("\n".join([PLAN, *(f"- [{state}] {step}" for step, state in plan)]))
    if summary:
        blocks.append(f"{SUMMARY}\n{summary}")
    if steps:
        blocks.append(f"{STEPS}\n{steps}")
    return "\n\n".join((*blocks, GO_ON))


def cut_prompts(prompts: Sequence[str], characters: int, *, whole: bool) -> list[str]:
    """As much of the newest prompts as fits; with `whole` the newest of them is not cut."""
    kept: list[str] = []
    for prompt in reversed(prompts):
        shown = prompt if whole and not kept else cut_middle(prompt, characters)
        if prompt and not shown:
            kept.append(f"[{len(prompts) - len(kept)} earlier left out]")
            break
        kept.append(shown)
        characters -= len(shown)
    return kept[::-1]


def list_steps(messages: Sequence[Message], characters: int) -> str:
    """One line for each thing said and done, the newest of them as far as they fit.

    It stands for a summary that no model wrote; an earlier one within it gets half the room.
    """
    lines: list[str] = []
    calls = {call.id: call for message in messages for call in message.calls}
    for place in range(len(messages) - 1, -1, -1):
        line = _line(messages[place], calls.get, characters // 2)
        if len(line) > characters:
            lines.append(f"[{place + 1} earlier messages left out]")
            break
        if line:
            lines.append(line)
            characters -= len(line) + 1
    return "\n".join(reversed(lines))


def cut_middle(text: str, characters: int) -> str:
    """The beginning and the end of a text, with what is left out said; "" where nothing fits."""
    if len(text) <= characters:
        return text
    side = (characters - len(CUT.format(len(text)))) // 2
    if side <= 0:
        return ""
    return f"{text[:side]}{CUT.format(len(text) - 2 * side)}{text[-side:]}"


def is_cut(text: str) -> bool:
    """Whether the middle of a text was taken out here."""
    return IS_CUT.search(text) is not None


def _line(message: Message, find: Callable[[str], ToolCall | None], most: int) -> str:
    """What a message comes to; calls are told with their results."""
    if message.role == "tool":
        call = find(message.answers)
        # The first argument names the file or the command.
        told = [call.name, *map(str, given_arguments(call).values())][:2] if call else ["a call"]
        return f"- {shorten(' '.join(told), MOST_RESULT)}: {_one_line(message.text, MOST_RESULT)}"
    if message.role == "user" and message.text.startswith(BEGUN):
        _, _, summary = message.text.partition(f"{SUMMARY}\n")
        _, _, steps = message.text.partition(f"{STEPS}\n")
        return cut_middle((summary or steps).removesuffix(GO_ON).strip(), most)
    said = _one_line(message.text, MOST_LINE)
    return f"- {'you' if message.role == 'assistant' else 'told'}: {said}" if said else ""


def _one_line(text: str, limit: int) -> str:
    """The beginning of a text, which may be very long."""
    return shorten(text[: 4 * limit], limit)
