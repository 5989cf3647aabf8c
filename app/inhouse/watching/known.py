"""What is known of a file's comments, and which of those that stand there are new."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inhouse.watching.comment import AIComment


@dataclass(frozen=True, slots=True)
class Known:
    """A comment that stood somewhere at some time: its words, and the code beside it."""

    words: str
    beside: str


def known_of(comments: Iterable[AIComment]) -> tuple[Known, ...]:
    """What is remembered of comments."""
    return tuple(Known(comment.words, comment.beside) for comment in comments)


def new_among(now: Sequence[AIComment], known: Iterable[Known]) -> tuple[AIComment, ...]:
    """The comments that were not there: of equal words as many as there are more than before.

    Those whose line of code is another one than before are taken for the new ones.
    """
    before = tuple(known)
    words = Counter(one.words for one in before)
    places = Counter(before)
    chosen: list[AIComment] = []
    rest: list[AIComment] = []
    for comment in now:
        one = Known(comment.words, comment.beside)
        if places[one] > 0:
            places[one] -= 1
            words[one.words] -= 1
        else:
            rest.append(comment)
    for comment in rest:
        # It was there, beside code that has changed since.
        if words[comment.words] > 0:
            words[comment.words] -= 1
        else:
            chosen.append(comment)
    return tuple(chosen)
