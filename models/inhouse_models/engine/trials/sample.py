"""The text that trials read and write on: ordinary code, since repeated tokens would flatter."""

from itertools import cycle, islice
from pathlib import Path

from inhouse_models.engine.weights import Weights

_QUESTION = "Write this program again, whole, with one comment above every function.\n\n"
_LINES = 24


def sample_tokens(weights: Weights, count: int) -> list[int]:
    """So many tokens of code, from its beginning again when it is too short."""
    return list(islice(cycle(weights.tokenise(_code(), special=False)), count))


def rewriting_prompt(weights: Weights) -> tuple[int, ...]:
    """Tokens of a request whose answer copies much of it, as those of an agent do."""
    code = "\n".join(_code().splitlines()[:_LINES])
    text = f"{_QUESTION}```python\n{code}\n```\n\nThe program again:\n\n```python\n"
    return tuple(weights.tokenise(text, special=False))


def _code() -> str:
    return Path(__file__).with_name("bench.py").read_text(encoding="utf-8")
