"""Has the model write a passage anew: one question, and only text that fits its place is taken."""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from inhouse_agent.events import Noticed, PrefillProgress
from inhouse_agent.kit import Emit
from inhouse_models.chat import (
    Finish,
    Message,
    ModelClient,
    ModelError,
    Notice,
    Prefill,
    Request,
    Text,
    Usage,
)
from inhouse_tools import syntax

SYSTEM: Final = (
    "You change a passage of a file as the person asks. Answer with the whole new passage in one "
    "fenced block, and with nothing else. What the request does not mention stays as it is, "
    "character for character."
)
AGAIN: Final = "This cannot be used: {}. Answer with the whole new passage in one fenced block."
NO_BLOCK: Final = "there is no fenced block with the passage in it"
CUT_OFF: Final = "the answer was cut off before its end"
TRIES: Final = 2
CONTEXT_LINES: Final = 60
CHARACTERS_PER_TOKEN: Final = 2.0
LEAST_TOKENS: Final = 512
OPENING: Final = re.compile(r"^(?P<fence>`{3,}|~{3,})[^\n`]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Passage:
    """What is to be changed, and what stands around it in the file `name` ("" for no file)."""

    text: str
    name: str = ""
    before: str = ""
    after: str = ""

    def problem_with(self, new: str) -> str:
        """What is wrong with a new text in this place; "" for nothing that can be told.

        Only faults that were not there before count.
        """
        if not self.name:
            return ""
        found = syntax.errors(self.name, self._whole(new))
        if not found or syntax.errors(self.name, self._whole(self.text)):
            return ""
        return f"line {found[0].line} of {self.name} would be no valid code: {found[0].text}"

    def _whole(self, text: str) -> bytes:
        return f"{self.before}{text}{self.after}".encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new text of a passage, and what it cost."""

    text: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class NotRewritten:
    """Why there is no text that could be taken, in words for a person."""

    text: str


async def rewrite(
    client: ModelClient, emit: Emit, passage: Passage, wanted: str
) -> Rewritten | NotRewritten | ModelError:
    """The passage as the model writes it anew; asked a second time when the first cannot be used.

    What makes valid code invalid is not taken. `emit` hears how far it is.
    """
    info = await client.info()
    if isinstance(info, ModelError):
        return info
    asked = question(passage, wanted, around=info.profile == "large")
    tokens = int(len(passage.text) * 2 / CHARACTERS_PER_TOKEN) + LEAST_TOKENS
    request = Request(
        (Message("system", SYSTEM), Message("user", asked)),
        max_tokens=tokens,
        think=False,
    )
    usage, problem = Usage(), ""
    for _try in range(TRIES):
        finish = await _ask(client, emit, request)
        if finish.error is not None:
            return finish.error
        usage += finish.usage
        found = block_of(finish.message.text)
        text = fit(passage.text, without_surroundings(passage, found or ""))
        problem = NO_BLOCK if found is None else passage.problem_with(text)
        if found is None and finish.reason == "length":
            problem = CUT_OFF
        if not problem:
            return Rewritten(text, usage)
        again = (finish.message, Message("user", AGAIN.format(problem)))
        request = replace(request, messages=(*request.messages, *again))
    return NotRewritten(f"The model's answer cannot be used: {problem}.")


def question(passage: Passage, wanted: str, *, around: bool = True) -> str:
    """What the model is asked: the passage with what stands around it, and the request at the end.

    Not `around` for small models: they write anew all that they see.
    """
    before = "".join(passage.before.splitlines(keepends=True)[-CONTEXT_LINES:]) if around else ""
    after = "".join(passage.after.splitlines(keepends=True)[:CONTEXT_LINES]) if around else ""
    where = f" of {passage.name}" if passage.name else ""
    parts = [
        f"What stands before the passage{where}:\n{_fenced(before)}" if before.strip() else "",
        f"What stands behind it:\n{_fenced(after)}" if after.strip() else "",
        f"The passage{where}:\n{_fenced(passage.text)}",
        f"Request: {wanted.strip()}",
    ]
    return "\n\n".join(part for part in parts if part)


def block_of(answer: str) -> str | None:
    """What stands in the first fenced block of an answer that is closed; None without one."""
    opening = OPENING.search(answer)
    if opening is None:
        return None
    fence = re.escape(opening["fence"])
    closing = re.compile(rf"^{fence}[`~]*[ \t]*$", re.MULTILINE).search(answer, opening.end())
    return None if closing is None else answer[opening.end() : closing.start()]


def without_surroundings(passage: Passage, new: str) -> str:
    """The new text without the neighbouring lines that a model wrote along with it."""
    lines = new.splitlines(keepends=True)
    start = _overlap(passage.before.splitlines(), new.splitlines())
    rest = [line.rstrip("\n") for line in lines[start:]][::-1]
    end = len(lines) - _overlap(passage.after.splitlines()[::-1], rest)
    return "".join(lines[start:end])


def _overlap(outer: Sequence[str], inner: Sequence[str]) -> int:
    """How many lines at the beginning of the inner text are the end of the outer one.

    A single line may be the same by chance, unless it is all there is.
    """
    outer = [line.strip() for line in outer]
    inner = [line.strip() for line in inner]
    for count in range(min(len(outer), len(inner) - 1), 0, -1):
        said = sum(1 for line in inner[:count] if line)
        if outer[-count:] == inner[:count] and (said > 1 or count == len(outer)):
            return count
    return 0


def fit(old: str, new: str) -> str:
    """The new text with the indentation and the end of line that the place has.

    Models write a passage from the left margin, although it stands inside of something.
    """
    if old.endswith("\n") != new.endswith("\n"):
        new = new.removesuffix("\n") if new.endswith("\n") else new + "\n"
    margin, written = _margin(old), _margin(new)
    if not margin or written:
        return new
    lines = new.splitlines(keepends=True)
    return "".join(margin + line if line.strip() else line for line in lines)


def _margin(text: str) -> str:
    """The white space that every line begins with."""
    lines = [line for line in text.splitlines() if line.strip()]
    starts = [line[: len(line) - len(line.lstrip())] for line in lines]
    return min(starts, key=len, default="")


def _fenced(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}"


async def _ask(client: ModelClient, emit: Emit, request: Request) -> Finish:
    """One answer, ended where its block ends: what a model says behind it is not waited for."""
    said = ""
    stream = client.stream(request)
    try:
        async for part in stream:
            match part:
                case Finish():
                    return part
                case Text(text):
                    said += text
                    if "\n" in text and block_of(said) is not None:
                        return Finish(Message("assistant", said), "stop")
                case Prefill(cached, done, total):
                    emit(PrefillProgress(cached, done, total))
                case Notice(text):
                    emit(Noticed(text))
                case _:
                    pass
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
    return Finish(Message("assistant", said), "stop")
