"""Carries a plan out: finds what is to be tried, readies each model, makes the trials."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inhouse.connect import connect
from inhouse.endpoint_keys import key_for_run
from inhouse.evaluating.agent_run import Order, passed_on
from inhouse.evaluating.assignment import Assignment, JudgedTask
from inhouse.evaluating.attempt import Attempt, Trial
from inhouse.evaluating.plan import Plan, matches
from inhouse.evaluating.run_folder import RunFolder
from inhouse.evaluating.scheduling import Schedule, Watcher, make_trials
from inhouse.evaluating.task import TaskProblem, find_tasks
from inhouse.evaluating.trying import Place
from inhouse.exit_codes import ExitCode
from inhouse.settings import SettingProblem, Settings, flatten
from inhouse.sources import Resolved, resolve
from inhouse_models.chat import ModelError
from inhouse_tools.json_value import JsonValue
from inhouse_tools.sandbox import Sandbox, probe

NOTHING = "{} holds no task: a task is a folder with a task.toml (docs/evaluation.md)."
NO_SUCH = "No task of {} is called {}."
NONE_LEFT = "No endpoint answers any more; {} attempts were not made."
TRUST = ("--trust-once",)


@dataclass(frozen=True, slots=True)
class EvaluationProblem:
    """Why nothing can be tried, or not to its end, for a person, and the exit code it means."""

    text: str
    code: ExitCode = ExitCode.USAGE


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to try, and what cannot be tried because it is broken."""

    assignments: Sequence[Assignment]
    broken: Sequence[TaskProblem] = ()


@dataclass(frozen=True, slots=True)
class Means:
    """Who answers: endpoints, or "" for the engine of this machine, with so many jobs at each."""

    urls: tuple[str, ...] = ("",)
    jobs: int = 1


@dataclass(slots=True)
class Result:
    """What a run has come to so far; `problem` says why it could not end."""

    attempts: list[Attempt] = field(default_factory=list[Attempt])
    problem: EvaluationProblem | None = None


def find_material(plan: Plan) -> Material | EvaluationProblem:
    """What the plan means, chosen by its patterns; what is broken is part of it."""
    if plan.kind == "swebench":
        from inhouse.evaluating.swebench import read_instances

        found = read_instances(Path(plan.source), plan.repositories)
        if isinstance(found, str):
            return EvaluationProblem(found)
        material = Material(found)
    else:
        try:
            tasks = find_tasks(Path(plan.source))
        except OSError as problem:
            return EvaluationProblem(f"{plan.source} cannot be read: {problem.strerror}.")
        broken = [task for task in tasks if isinstance(task, TaskProblem)]
        good = [JudgedTask(task) for task in tasks if not isinstance(task, TaskProblem)]
        material = Material(good, broken)
    names = [one.name for one in (*material.assignments, *material.broken)]
    if not names:
        return EvaluationProblem(NOTHING.format(plan.source))
    for pattern in plan.only:
        if not any(matches(name, (pattern,)) for name in names):
            return EvaluationProblem(NO_SUCH.format(plan.source, pattern))
    broken = [one for one in material.broken if matches(one.name, plan.only)]
    return Material(plan.choose(material.assignments), broken)


def finished(attempts: Sequence[Attempt]) -> set[Trial]:
    """The trials that need not be made again: those that say something, or never can."""
    return {attempt.trial for attempt in attempts if attempt.outcome != "error"}


async def evaluate(
    plan: Plan, material: Material, means: Means, run: RunFolder, watcher: Watcher
) -> Result:
    """Make every trial of a plan that was not made yet; each result is kept at once.

    Raises OSError when results cannot be kept.
    """
    result = Result()
    done = finished(run.read_attempts())
    with tempfile.TemporaryDirectory(prefix="inhouse-eval-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        sandbox: Sandbox | None = None
        for model in plan.models:
            planned = plan.trials(model, material.assignments)
            trials = [trial for trial in planned if trial not in done]
            if not trials:
                continue
            settings = await ready(model, means.urls, scratch)
            if isinstance(settings, EvaluationProblem):
                result.problem = settings
                break
            if sandbox is None:
                sandbox = await _choose_sandbox(settings, scratch)
                if sandbox.held != "full":
                    watcher.note(f"Checks are not fully held back: {sandbox.label}")
            orders = _Orders(plan, _chosen_settings(settings), _hidden(plan, run))
            schedule = Schedule(
                {one.name: one for one in material.assignments},
                orders.order,
                Place(sandbox, scratch),
                run,
                watcher,
                result.attempts,
            )
            left = await make_trials(trials, schedule, means.urls, means.jobs)
            if left:
                result.problem = EvaluationProblem(NONE_LEFT.format(left), ExitCode.ENGINE)
                break
    return result


async def ready(model: str, urls: Sequence[str], folder: Path) -> Resolved | EvaluationProblem:
    """The settings with which a model answers at every endpoint, once it does.

    On this machine the engine is started here, so that it belongs to the person and not to the
    home of the first attempt.
    """
    found = [await _ready_at(model, url, folder) for url in urls]
    problems = [one for one in found if isinstance(one, EvaluationProblem)]
    return problems[0] if problems else found[-1]


async def _ready_at(model: str, url: str, folder: Path) -> Resolved | EvaluationProblem:
    given: dict[str, JsonValue] = {"model": model} if model else {}
    if url:
        given["endpoint"] = url
    resolved = resolve(folder, os.environ, given)
    if isinstance(resolved, SettingProblem):
        return EvaluationProblem(resolved.text)
    problem = await _answers(resolved.settings)
    return EvaluationProblem(problem.text, ExitCode.ENGINE) if problem else resolved


async def _answers(settings: Settings) -> ModelError | None:
    client = await connect(settings, lambda _done, _total, _what: None)
    if isinstance(client, ModelError):
        return client
    try:
        info = await client.info()
    finally:
        await client.close()
    return info if isinstance(info, ModelError) else None


async def _choose_sandbox(resolved: Resolved, scratch: Path) -> Sandbox:
    settings = resolved.settings
    if settings.sandbox == "off":
        return Sandbox.off()
    tried = scratch / "tried"
    tried.mkdir()
    return await probe(tried, memory=settings.command_memory)


def _chosen_settings(resolved: Resolved) -> dict[str, JsonValue]:
    chosen = [name for name, source in resolved.sources.items() if source != "default"]
    settings = flatten(resolved.settings.model_dump(mode="json"))
    return {name: settings[name] for name in chosen}


def _hidden(plan: Plan, run: RunFolder) -> tuple[Path, ...]:
    """What would show the agent its checks, solutions, and earlier answers."""
    paths = [plan.source, str(run.path)]
    if plan.repositories and "://" not in plan.repositories:
        paths.append(plan.repositories)
    return tuple(Path(path).resolve() for path in paths)


@dataclass(frozen=True, slots=True)
class _Orders:
    """Makes the order for a trial."""

    plan: Plan
    settings: Mapping[str, JsonValue]
    hidden: tuple[Path, ...]

    def order(self, trial: Trial, assignment: Assignment, url: str) -> Order:
        limits = self.plan.limits
        form: dict[str, JsonValue] = {"call_form": limits.call_form} if limits.call_form else {}
        endpoint = url or str(self.settings.get("endpoint", ""))
        key = key_for_run(endpoint, os.environ) if endpoint else ""
        return Order(
            trial.model,
            endpoint,
            limits.seconds or assignment.seconds,
            (*limits.flags(), *(TRUST if self.plan.kind == "tasks" else ())),
            {**passed_on(self.settings), **form},
            self.hidden,
            key if isinstance(key, str) else "",
        )
