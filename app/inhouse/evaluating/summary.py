"""What the attempts of one model come to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from inhouse.evaluating.attempt import Attempt
from inhouse.evaluating.estimates import Interval, all_of, any_of, mean, wilson


@dataclass(frozen=True, slots=True)
class Summary:
    """Attempts of one model over a set of tasks; `answered_by` is what really answered.

    `rate` is pass@1: the share of attempts that solve a task, averaged over tasks. `interval` takes
    the tasks, not the attempts, for independent, so repeating does not narrow it. `any_of` is
    pass@k and `all_of` pass^k for k = `repeat`, the attempts that every task has. Tokens read
    include the cached ones.
    """

    model: str
    answered_by: tuple[str, ...]
    tasks: int
    attempts: int
    solved: int
    skipped: int
    errors: int
    unjudged: int
    repeat: int
    rate: float
    interval: Interval
    any_of: float
    all_of: float
    several_solved: int
    several_attempts: int
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    read_seconds: float
    write_seconds: float
    seconds: float
    median_seconds: float
    longest_seconds: float
    turns: int
    calls: int
    failed_calls: int
    failed_edits: int

    def encode(self) -> dict[str, Any]:
        """As JSON, with pass@1 and its like under their usual names."""
        data = asdict(self)
        data["pass@1"] = data.pop("rate")
        data["interval"] = [self.interval.low, self.interval.high]
        data["pass@k"], data["pass^k"] = data.pop("any_of"), data.pop("all_of")
        return data


def summarise(model: str, attempts: Sequence[Attempt]) -> Summary:
    """What these attempts of one model come to; those that were skipped do not count."""
    made = [one for one in attempts if one.counts]
    by_task: dict[str, list[Attempt]] = defaultdict(list)
    for one in made:
        by_task[one.trial.task].append(one)
    counts = [(len(each), sum(one.solved for one in each)) for each in by_task.values()]
    repeat = min((total for total, _solved in counts), default=0)
    rate = mean([solved / total for total, solved in counts])
    several = [one for one in made if one.several]
    figures = [one.figures for one in made]
    seconds = [one.seconds for one in made]
    return Summary(
        model=model,
        answered_by=tuple(sorted({one.answered_by for one in made if one.answered_by})),
        tasks=len(counts),
        attempts=len(made),
        solved=sum(one.solved for one in made),
        skipped=len(attempts) - len(made),
        errors=sum(one.outcome == "error" for one in made),
        unjudged=sum(one.outcome == "unjudged" for one in made),
        repeat=repeat,
        rate=rate,
        interval=wilson(rate, len(counts)),
        any_of=mean([any_of(total, solved, repeat) for total, solved in counts]),
        all_of=mean([all_of(total, solved, repeat) for total, solved in counts]),
        several_solved=sum(one.solved for one in several),
        several_attempts=len(several),
        input_tokens=sum(one.input_tokens for one in figures),
        cached_input_tokens=sum(one.cached_input_tokens for one in figures),
        output_tokens=sum(one.output_tokens for one in figures),
        read_seconds=sum(one.read_seconds for one in figures),
        write_seconds=sum(one.write_seconds for one in figures),
        seconds=sum(seconds),
        median_seconds=median(seconds) if seconds else 0.0,
        longest_seconds=max(seconds, default=0.0),
        turns=sum(one.turns for one in figures),
        calls=sum(one.calls for one in figures),
        failed_calls=sum(one.failed_calls for one in figures),
        failed_edits=sum(one.failed_edits for one in figures),
    )


def by_model(attempts: Sequence[Attempt]) -> dict[str, list[Attempt]]:
    """The attempts of each model, in the order of their first."""
    found: dict[str, list[Attempt]] = defaultdict(list)
    for one in attempts:
        found[one.trial.model].append(one)
    return dict(found)
