"""Two sets of attempts side by side: what only one of them solved, and what each cost."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from inhouse.evaluating.attempt import Attempt
from inhouse.evaluating.estimates import sign_test


@dataclass(frozen=True, slots=True)
class Comparison:
    """B against A over the pairs that both tried: the same task, the same version, the same number.

    `chance` is the p-value of the sign test. The ratios are B to A in total over all pairs; None
    where A has nothing. `alike` is false when limits or flags differ.
    """

    first: str
    second: str
    pairs: int
    both: int
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    neither: int
    chance: float
    read_ratio: float | None
    written_ratio: float | None
    seconds_ratio: float | None
    alike: bool

    def encode(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


Named = tuple[str, Sequence[Attempt]]


def compare(first: Named, second: Named) -> Comparison:
    """Compare two named sets of attempts."""
    ours, theirs = _by_pair(first[1]), _by_pair(second[1])
    pairs = [(ours[key], theirs[key]) for key in ours if key in theirs]
    only_first = tuple(a.trial.name for a, b in pairs if a.solved and not b.solved)
    only_second = tuple(b.trial.name for a, b in pairs if b.solved and not a.solved)
    return Comparison(
        first[0],
        second[0],
        len(pairs),
        sum(a.solved and b.solved for a, b in pairs),
        only_first,
        only_second,
        sum(not a.solved and not b.solved for a, b in pairs),
        sign_test(len(only_first), len(only_second)),
        _ratio([(_read(a), _read(b)) for a, b in pairs]),
        _ratio([(a.figures.output_tokens, b.figures.output_tokens) for a, b in pairs]),
        _ratio([(a.seconds, b.seconds) for a, b in pairs]),
        all(a.trial.conditions == b.trial.conditions for a, b in pairs),
    )


def _by_pair(attempts: Sequence[Attempt]) -> dict[tuple[str, str, int], Attempt]:
    return {
        (one.trial.task, one.trial.digest, one.trial.number): one for one in attempts if one.counts
    }


def _read(attempt: Attempt) -> float:
    """Tokens that were really read."""
    return attempt.figures.input_tokens - attempt.figures.cached_input_tokens


def _ratio(pairs: Sequence[tuple[float, float]]) -> float | None:
    before = sum(first for first, _second in pairs)
    return sum(second for _first, second in pairs) / before if before else None
