"""Runs a plan in front of a person: with progress, to its end or until it is interrupted."""

import asyncio
import contextlib

from inhouse.evaluating.evaluation import EvaluationProblem, Material, Means, Result, evaluate
from inhouse.evaluating.plan import Plan
from inhouse.evaluating.progress import TICK_SECONDS, RunProgress
from inhouse.evaluating.run_folder import RunFolder
from inhouse.exit_codes import ExitCode
from inhouse.interrupting import interrupts

STOPPED = "Stopped. What was done is kept; go on with: inhouse eval --resume {}"
NOT_KEPT = "Results cannot be kept in {}: {}"
BUSY = "{} is being continued by another inhouse."


def carry_out(
    plan: Plan, material: Material, means: Means, run: RunFolder, progress: RunProgress
) -> Result:
    """Make the trials of a plan; the result says why they did not come to their end."""
    result = Result()
    try:
        with run.hold() as ours:
            if ours:
                result = asyncio.run(_watch(plan, material, means, run, progress))
            else:
                result.problem = EvaluationProblem(BUSY.format(run.path))
    except* OSError as problems:
        text = NOT_KEPT.format(run.path, "; ".join(str(one) for one in problems.exceptions))
        result.problem = EvaluationProblem(text, ExitCode.FAILED)
    return result


async def _watch(
    plan: Plan, material: Material, means: Means, run: RunFolder, progress: RunProgress
) -> Result:
    ticking = asyncio.create_task(_tick(progress))
    result = Result()
    with interrupts() as interrupted:
        try:
            result = await evaluate(plan, material, means, run, progress)
        except asyncio.CancelledError:
            if not interrupted():
                raise
            text = STOPPED.format(run.path)
            result.problem = EvaluationProblem(text, ExitCode.INTERRUPTED)
        finally:
            ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticking
            progress.end()
    return result


async def _tick(progress: RunProgress) -> None:
    while True:
        await asyncio.sleep(TICK_SECONDS)
        progress.tick()
