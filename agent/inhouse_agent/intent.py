"""Whether a prompt asks a question or for a change, as far as its words tell."""

import re
from typing import Final

QUESTION: Final = re.compile(
    r"(what|why|how|who|whose|which|where|when|explain|describe|summari[sz]e|list|show|tell|review"
    r"|is|are|was|were|does|do|did|can|could|should|would|hi|hello|hey|thanks)\b",
    re.IGNORECASE,
)


def asks_question(prompt: str) -> bool:
    """True for questions and greetings; a wrong guess costs a reminder, never a change."""
    text = prompt.strip()
    polite = re.match(r"(can|could|would) you\b|please\b", text, re.IGNORECASE)
    if polite:
        return bool(QUESTION.match(text[polite.end() :].strip()))
    return text.endswith("?") or bool(QUESTION.match(text))
