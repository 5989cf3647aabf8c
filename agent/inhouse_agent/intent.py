"""Whether a prompt asks a question or for a change, as far as its words tell."""

import re
from typing import Final

QUESTION: Final = re.compile(
    r"(what|why|how|who|whose|which|where|explain|describe|summari[sz]e|list|show|tell|review"
    # "Do it" and "When the list is empty, return 0" are tasks.
    r"|do (i|we|you|they)|when (is|are|was|were|do|does|did|will|can|should)"
    r"|is|are|was|were|does|did|can|could|should|would|hi|hello|hey|thanks)\b",
    re.IGNORECASE,
)


def asks_question(prompt: str) -> bool:
    """True for questions and greetings. A question taken for a task is asked once for a change."""
    text = prompt.strip()
    polite = re.match(r"(can|could|would) you\b|please\b", text, re.IGNORECASE)
    if polite:
        return bool(QUESTION.match(text[polite.end() :].strip()))
    return text.endswith("?") or bool(QUESTION.match(text))


ANNOUNCEMENT: Final = re.compile(
    r"^(now,? )?(add|update|run|change|replace|remove|write|call|create|fix|rename|next|then)\b"
    r"|\b(i|you) (will|would|need|should|must)\b|\blet'?s\b|\b(is|are) (still )?missing\b"
    r"|\bhere'?s the (corrected|updated|new|fixed)\b|\bas follows:",
    re.IGNORECASE,
)


def announces_work(answer: str) -> bool:
    """Whether an answer tells what is to be done instead of what was done."""
    return bool(ANNOUNCEMENT.search(answer.strip()))
