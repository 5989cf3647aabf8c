"""Holds what may be written next to a grammar, through llguidance."""

import ctypes
from collections import OrderedDict
from typing import Any

import llguidance
import numpy as np
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask
from numpy.typing import NDArray

from inhouse_models.engine.binding import library
from inhouse_models.engine.weights import Weights

# Grammars of large files take up to a tenth of a second to compile, and the next call often has
# the same.
REMEMBERED_GRAMMARS = 4
# llguidance counts what it builds, 50,000 steps in a millisecond. Its own limits are too low for
# files in which much is repeated, and for a new name beside a thousand that are taken.
MOST_STEPS = 10_000_000


class GrammarError(Exception):
    """A grammar that llguidance refuses."""


class GrammarCompiler:
    """The vocabulary as llguidance needs it; made once per model, about a second."""

    def __init__(self, weights: Weights) -> None:
        vocabulary, self.vocab = weights.vocabulary, weights.vocab
        marked = vocabulary.control | {
            i
            for i in vocabulary.user_defined
            if vocabulary.pieces[i].startswith(b"<") and vocabulary.pieces[i].endswith(b">")
        }
        tokens = [b"\xff" + p if i in marked else p for i, p in enumerate(vocabulary.pieces)]
        function: Any = library()._lib.llama_tokenize
        # The bridge is missing from the package's type stubs.
        maker: Any = llguidance.LLTokenizer
        self.tokenizer: llguidance.LLTokenizer = maker.from_llamacpp(
            tokens=tokens,
            vocab_ptr=self.vocab,
            tokenize_fptr=ctypes.cast(function, ctypes.c_void_p).value,
            eos_token=sorted(vocabulary.ends),
        )
        self.size = len(tokens)
        self._limits = llguidance.LLParserLimits(
            initial_lexer_fuel=MOST_STEPS, step_lexer_fuel=MOST_STEPS, verbose_errors=False
        )
        self._compiled: OrderedDict[str, llguidance.LLMatcher] = OrderedDict()

    def matcher(self, lark: str) -> "Constraint":
        """A fresh constraint for one answer; raises GrammarError."""
        compiled = self._compiled.pop(lark, None) or self._compile(lark)
        self._compiled[lark] = compiled
        if len(self._compiled) > REMEMBERED_GRAMMARS:
            self._compiled.popitem(last=False)
        return Constraint(compiled.deep_copy(), self.size)

    def _compile(self, lark: str) -> llguidance.LLMatcher:
        grammar = llguidance.LLMatcher.grammar_from_lark(lark)
        matcher = llguidance.LLMatcher(self.tokenizer, grammar, log_level=0, limits=self._limits)
        if matcher.is_error():
            raise GrammarError(matcher.get_error())
        return matcher


class Constraint:
    """A grammar and how far an answer has followed it."""

    def __init__(self, matcher: llguidance.LLMatcher, size: int) -> None:
        self._matcher = matcher
        self._mask = allocate_token_bitmask(1, size)
        self._size = size

    def allows(self, token: int) -> bool:
        """Whether this token may come next."""
        return self._matcher.validate_tokens([token]) == 1

    def allowed_prefix(self, tokens: list[int]) -> int:
        """How many of these tokens may come next, one after the other."""
        return int(self._matcher.validate_tokens(tokens))

    def masked(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """A copy of the logits in which every forbidden token is minus infinity."""
        fill_next_token_bitmask(self._matcher, self._mask)
        self._check()
        bits = np.unpackbits(self._mask.view(np.uint8)[0], bitorder="little", count=self._size)
        return np.where(bits.view(np.bool_), logits[: self._size], np.float32("-inf"))

    def accept(self, token: int) -> None:
        """Go on by a token that is allowed."""
        if not self._matcher.consume_token(token):
            raise GrammarError(self._matcher.get_error() or f"token {token} is not allowed here")

    def forced(self) -> list[int]:
        """Tokens that must come next whatever the model thinks; may be empty."""
        return self._matcher.compute_ff_tokens()

    @property
    def finished(self) -> bool:
        """Whether nothing but the end of the turn can follow."""
        self._check()
        return self._matcher.is_stopped()

    def _check(self) -> None:
        # A matcher that runs into its own limits stops as if the grammar were at its end.
        if self._matcher.is_error():
            raise GrammarError(self._matcher.get_error())
