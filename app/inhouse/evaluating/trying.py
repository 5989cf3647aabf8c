"""Tries one assignment once: lays it out, lets the agent work, has it judged."""

import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from inhouse.evaluating.agent_run import Order, Report, run_agent
from inhouse.evaluating.assignment import Assignment
from inhouse.evaluating.attempt import Attempt, Trial
from inhouse.evaluating.ground import Ground, read_changes
from inhouse.evaluating.judging import Verdict
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import Sandbox

# A trial that ends so says nothing about the model yet.
BROKEN = frozenset({"engine_error", "interrupted"})
CHANGES, CHECK = "changes.diff", "check.txt"


@dataclass(frozen=True, slots=True)
class Place:
    """Where trials are made: what holds commands back, and the folder for what is thrown away."""

    sandbox: Sandbox
    scratch: Path


async def try_once(
    assignment: Assignment, trial: Trial, order: Order, place: Place, logs: Path
) -> Attempt:
    """Make one attempt; its events, complaints, changes and check go to the folder `logs`."""
    traits = assignment.traits
    begun = Attempt(
        trial,
        "error",
        shape=traits.shape,
        languages=traits.languages,
        several=traits.several,
        endpoint=order.endpoint,
        started=datetime.now(UTC).isoformat("T", "seconds"),
    )
    missing = [program for program in assignment.programs if shutil.which(program) is None]
    if missing:
        reason = f"{', '.join(missing)} is not installed"
        return replace(begun, outcome="skipped", reason=reason)
    with tempfile.TemporaryDirectory(dir=place.scratch, ignore_cleanup_errors=True) as folder:
        ground = Ground(Path(folder), place.sandbox)
        try:
            if problem := await assignment.lay_out(ground):
                return replace(begun, reason=problem)
            return await _work(assignment, begun, order, ground, logs)
        except (OSError, shutil.Error) as problem:
            return replace(begun, reason=str(problem)[:500])


async def _work(
    assignment: Assignment, begun: Attempt, order: Order, ground: Ground, logs: Path
) -> Attempt:
    report = await run_agent(assignment.prompt, order, ground, logs)
    if isinstance(report, Refusal):
        return replace(begun, reason=report.text)
    changes = await read_changes(ground)
    diff = changes.text if isinstance(changes, Refusal) else changes
    (logs / CHANGES).write_text(diff, "utf-8", "replace")
    began = time.monotonic()
    verdict = await assignment.judge(ground)
    (logs / CHECK).write_text(verdict.output, "utf-8", "replace")
    ended = replace(
        begun,
        ending=report.ending,
        answered_by=report.answered_by,
        seconds=round(report.seconds, 3),
        judge_seconds=round(time.monotonic() - began, 3),
        figures=report.figures,
    )
    return judged(ended, report, verdict)


def judged(attempt: Attempt, report: Report, verdict: Verdict) -> Attempt:
    """What the check, and how the agent ended, make of an attempt.

    A solved task is solved, however the agent ended.
    """
    attempt = replace(attempt, outcome=verdict.outcome, reason=verdict.reason, patch=verdict.patch)
    if verdict.outcome == "solved" or report.ending in ("success", "failed"):
        return attempt
    said = ": ".join(filter(None, (report.ending, report.error)))
    outcome = "error" if report.ending in BROKEN else attempt.outcome
    return replace(attempt, outcome=outcome, reason="; ".join(filter(None, (said, verdict.reason))))
