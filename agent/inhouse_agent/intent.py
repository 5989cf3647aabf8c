"""Whether a prompt asks a question or for a change, as far as its words tell."""

import re
from typing import Final

QUESTION: Final = re.compile(
    r"(what|why|how|who|whose|which|where|explain|describe|summari[sz]e|list|show|tell|review"
    # "Do it" and "When the list is empty, return 0" are tasks.
    r"|do (i|we|you|they)|when (is|are|was|were|do|does|did|will|can|should)"
    r"|is|are|was|were|does|did|can|could|should|would"
    r"|say|repeat|find|search|look|count|compare|suggest|recommend|discuss|give me|help me"
    r"|check (if|whether|that)|hi|hello|hey|thanks|thank you|good|yes|no|ok|okay|bye)\b",
    re.IGNORECASE,
)


def asks_question(prompt: str) -> bool:
    """True for questions and greetings. A question taken for a task is asked once for a change."""
    text = prompt.strip()
    polite = re.match(r"(can|could|would) you\b|please\b", text, re.IGNORECASE)
    if polite:
        return bool(QUESTION.match(text[polite.end() :].strip()))
    return text.endswith("?") or bool(QUESTION.match(text))


NEW_FILE: Final = re.compile(
    r"\b(new|create|separate|own)\b|\b(script|program|module|test file)\b", re.IGNORECASE
)


def wants_new_file(prompt: str) -> bool:
    """Whether a task may need a file that it does not name."""
    return bool(NEW_FILE.search(prompt))


def wants_rename(prompt: str) -> bool:
    """Whether a task asks for another name: small models rename what they should repair."""
    return bool(re.search(r"\brenam|\b(new|other|better|different) name", prompt, re.IGNORECASE))


def names_to_remove(prompt: str) -> frozenset[str]:
    """The words of a task that takes something away, nothing of any other: a definition among
    them may go."""
    removes = re.search(r"\b(remov|delet|drop|mov|get rid of)", prompt, re.IGNORECASE)
    return frozenset(re.findall(r"\w+", prompt)) if removes else frozenset()
