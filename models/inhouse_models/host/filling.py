"""What the host remembers between the keystrokes of editors, so that little is read again."""

from collections import OrderedDict, deque
from dataclasses import dataclass, replace

from inhouse_models.chat import ModelError
from inhouse_models.completion import Candidate, Completion, CompletionRequest
from inhouse_models.engine.beginning import Beginning, PieceIndex
from inhouse_models.engine.fill_tokens import fill_tokens
from inhouse_models.engine.weights import Weights
from inhouse_models.formats.fill_in_middle import (
    FillPrompt,
    Room,
    Surroundings,
    lay_out_fill,
    plain_tokeniser,
)

CANNOT = (
    "This model was not made to fill in: its vocabulary has no tokens for prefix and suffix."
    " Qwen2.5-Coder can; get one with: inhouse models pull starter"
)
MOST_PREFIX, MOST_SUFFIX, MOST_FILES = 1024, 256, 4096
# So many characters are written as the beginning of the middle before they become prefix.
MOST_BEGUN = 480
MOST_EDITORS = 32
KEPT_ANSWERS = 64
KEPT_TEXTS = 128
LEAST_KEPT_TEXT = 200


@dataclass(frozen=True, slots=True)
class _Anchor:
    """Where a prompt was divided into prefix and middle, and what stood behind the cursor."""

    prefix: str
    suffix: str

    def holds(self, request: CompletionRequest) -> bool:
        """Whether the cursor is still near behind it, and nothing else was changed."""
        grown = len(request.prefix) - len(self.prefix)
        return (
            0 <= grown <= MOST_BEGUN
            and request.suffix == self.suffix
            and request.prefix.startswith(self.prefix)
        )


@dataclass(frozen=True, slots=True)
class _Proposed:
    """An answer and what it was asked for."""

    request: CompletionRequest
    completion: Completion

    def typed(self, request: CompletionRequest) -> str | None:
        """What was typed since; None when more than that has changed."""
        before, now = self.request, request.prefix
        if not now.startswith(before.prefix) or replace(request, prefix=before.prefix) != before:
            return None
        return now[len(before.prefix) :]


class Filling:
    """Makes the prompts of one model's completions.

    What is typed behind the anchor moves nothing before it, so that a keystroke reads a token and
    not the suffix once more. And where the person types what was proposed, nothing is asked.
    """

    def __init__(self, weights: Weights) -> None:
        vocabulary = weights.vocabulary
        special = vocabulary.control | vocabulary.user_defined
        literals = {vocabulary.pieces[token].decode("utf-8", "replace") for token in special}
        spelled = sorted(text for text in literals if text.strip())
        self._plain = plain_tokeniser(weights.tokenise, spelled)
        self._tokens = fill_tokens(weights)
        self._pieces = vocabulary.pieces
        self._index = PieceIndex(vocabulary.pieces, vocabulary.control)
        self._texts: OrderedDict[str, tuple[int, ...]] = OrderedDict()
        self._anchors: OrderedDict[str, _Anchor] = OrderedDict()
        self._proposed: deque[_Proposed] = deque(maxlen=KEPT_ANSWERS)

    def prompt(self, request: CompletionRequest, cells: int) -> FillPrompt | ModelError:
        """The prompt of a request in a context of so many tokens."""
        if self._tokens is None:
            return ModelError("request", CANNOT)
        anchor = self._anchor(request)
        # The conversations of agents want most of the context.
        room = max(cells // 2 - request.max_tokens, 64)
        prefix, suffix = min(MOST_PREFIX, room // 2), min(MOST_SUFFIX, room // 8)
        around = Surroundings(
            anchor.prefix,
            request.prefix[len(anchor.prefix) :],
            request.suffix,
            request.file,
            request.files,
            request.repository,
        )
        files = min(MOST_FILES, max(room - prefix - suffix - MOST_BEGUN // 2, 0))
        made = lay_out_fill(self._tokens, self._tokenise, around, Room(prefix, suffix, files))
        if made.last is not None and not _is_whole(self._pieces[made.last]):
            return replace(made, ids=(*made.ids, made.last), last=None)
        return made

    def beginning(self, prompt: FillPrompt) -> Beginning | None:
        """What the answer to a prompt begins with."""
        return None if prompt.last is None else Beginning(self._pieces[prompt.last], self._index)

    def _anchor(self, request: CompletionRequest) -> _Anchor:
        anchor = self._anchors.pop(request.editor, None)
        if anchor is None or not anchor.holds(request):
            line = request.prefix.rfind("\n") + 1
            # A line without an end, as minified files have it, is divided somewhere.
            line = max(line, len(request.prefix) - MOST_BEGUN)
            anchor = _Anchor(request.prefix[:line], request.suffix)
        self._anchors[request.editor] = anchor
        if len(self._anchors) > MOST_EDITORS:
            self._anchors.popitem(last=False)
        return anchor

    def _tokenise(self, text: str) -> tuple[int, ...]:
        """The ids of a text; those of the latest long ones are remembered."""
        if len(text) < LEAST_KEPT_TEXT:
            return tuple(self._plain(text))
        ids = self._texts.pop(text, None)
        if ids is None:
            ids = tuple(self._plain(text))
        self._texts[text] = ids
        if len(self._texts) > KEPT_TEXTS:
            self._texts.popitem(last=False)
        return ids

    def remember(self, request: CompletionRequest, completion: Completion) -> None:
        """Note an answer that may serve while the person types it."""
        if not completion.text or completion.reason not in ("stop", "length"):
            return
        self._proposed.append(_Proposed(request, completion))

    def recall(self, request: CompletionRequest) -> Completion | None:
        """The rest of an answer of which the person has typed the beginning, the latest first."""
        for proposed in reversed(self._proposed):
            typed = proposed.typed(request)
            if typed is None:
                continue
            going_on = [
                Candidate(one.text[len(typed) :], 0, one.reason)
                for one in proposed.completion.candidates
                if one.text.startswith(typed) and len(one.text) > len(typed)
            ]
            if going_on:
                return Completion(tuple(going_on), truncated=proposed.completion.truncated)
        return None


def _is_whole(piece: bytes) -> bool:
    """Whether a token is text by itself, and not a part of a character."""
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
