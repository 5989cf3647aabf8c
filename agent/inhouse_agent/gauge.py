"""How full the context of a model is, and what of it is kept free."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inhouse_models.chat import Message

MOST_SUMMARY_TOKENS: Final = 4_000
MOST_ANSWER_TOKENS: Final = 4_096
SHARE_KEPT_FREE: Final = 8
# What a template writes around one message, generously.
MARKS_PER_MESSAGE: Final = 32
# What an image takes at most, whatever its size, in the models that are known here.
MOST_IMAGE_TOKENS: Final = 16_384


@dataclass(frozen=True, slots=True)
class Room:
    """How a context is shared out, in tokens; `share` of it may be filled (0.0 to 1.0)."""

    context: int
    share: float
    asking: int

    @property
    def summary(self) -> int:
        """What a summary may have; `asking` is what it takes to ask for one."""
        return min(MOST_SUMMARY_TOKENS, self.context // SHARE_KEPT_FREE)

    @property
    def most(self) -> int:
        """The largest prompt and answer behind which a summary can still be asked for."""
        return self.context - self.summary - self.asking

    def answer(self, wanted: int | None) -> int:
        """What is kept free for an answer that may have `wanted` tokens, None for any number."""
        return min(wanted or MOST_ANSWER_TOKENS, self.context // SHARE_KEPT_FREE)

    def limit(self, wanted: int | None) -> int:
        """The largest prompt that is asked without making room first."""
        return min(int(self.share * self.context), self.most) - self.answer(wanted)


@dataclass(frozen=True, slots=True)
class Gauge:
    """The prompt of the first `messages` messages had exactly `tokens`."""

    messages: int
    tokens: int

    def at_most(self, history: Sequence[Message]) -> int:
        """No fewer tokens than the history has now: each stands for a byte of text at least."""
        return self.tokens + sum(_bytes_of(message) for message in history[self.messages :])


def _bytes_of(message: Message) -> int:
    texts = [message.text, message.thinking, message.answers]
    texts += [part for call in message.calls for part in (call.id, call.name, call.arguments)]
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    images = MOST_IMAGE_TOKENS * len(message.images)
    return size + images + MARKS_PER_MESSAGE * (1 + len(message.calls))
