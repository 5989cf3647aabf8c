"""Tells the model what an edit broke: what a project's checks say now and did not say before."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from inhouse_tools.checks.checker import Checker
from inhouse_tools.checks.command import CommandTest
from inhouse_tools.checks.problem import Finding, Mark, Problem, new_problems
from inhouse_tools.refusal import Refusal

EDIT_SECONDS: Final = 20.0
"""What checks may take before the edits of an answer, and again after them."""
END_SECONDS: Final = 600.0
MOST_LINES: Final = 10
MOST_ROUNDS: Final = 2
"""How often at most a turn goes on because a check at its end finds something."""
LEFT_OUT: Final = "{} It is left out for this session."
STILL: Final = "The turn ends although this still fails: {}."
AFTER_EDIT: Final = "after this edit"
AT_END: Final = "since the first edit of this turn"
SINCE_PLAN: Final = "since the plan began"


@dataclass(frozen=True, slots=True)
class Found:
    """What runs by itself in a project: checks that are compared, and tests at the end.

    `notices` are what a person should know of it.
    """

    checkers: Sequence[Checker] = ()
    tests: Sequence[CommandTest] = ()
    notices: Sequence[str] = ()


@dataclass(slots=True)
class Checking:
    """The checks of one session.

    `find` looks up which there are when they are first needed; it may be slow. `notice` takes what
    a person should know. What was found is remembered until the unit changes, so that most
    baselines cost nothing; a check that fails itself is left out from then on.
    """

    find: Callable[[], Found] = Found
    notice: Callable[[str], None] = lambda _text: None
    seconds: float = EDIT_SECONDS
    _found: Found | None = None
    _left_out: set[str] = field(default_factory=set[str])
    _known: dict[tuple[str, str], tuple[str, Counter[Mark]]] = field(
        default_factory=dict[tuple[str, str], tuple[str, Counter[Mark]]]
    )

    def turn(self) -> "TurnChecks":
        """What watches the edits of one turn."""
        return TurnChecks(self)

    async def close(self) -> None:
        """End what still runs."""
        for checker in self._found.checkers if self._found else ():
            await checker.close()

    async def found(self) -> Found:
        """What has not failed."""
        if self._found is None:
            self._found = await asyncio.to_thread(self.find)
            for notice in self._found.notices:
                self.notice(notice)
        return Found(
            [one for one in self._found.checkers if one.name not in self._left_out],
            [one for one in self._found.tests if one.name not in self._left_out],
        )

    async def look(
        self, checker: Checker, units: Sequence[str], seconds: float
    ) -> tuple[Finding, ...] | None:
        """What a checker finds, remembered; None when it failed itself."""
        states = await asyncio.to_thread(lambda: {unit: checker.state(unit) for unit in units})
        found = await checker.look(units, seconds)
        if isinstance(found, Refusal):
            self.leave_out(checker.name, found)
            return None
        marks = Counter(finding.mark for finding in found)
        for unit, state in states.items():
            self._known[checker.name, unit] = state, marks
        return found

    async def recall(self, checker: Checker, unit: str) -> Counter[Mark] | None:
        """What is known of a unit as it is now, None when it has to be looked at."""
        state = await asyncio.to_thread(checker.state, unit)
        if not state:
            return Counter()
        then, marks = self._known.get((checker.name, unit), ("", Counter[Mark]()))
        return marks if then == state else None

    def leave_out(self, name: str, why: Refusal) -> None:
        """Run it no more, and say so once."""
        self._left_out.add(name)
        self.notice(LEFT_OUT.format(why.text))


@dataclass(slots=True)
class _Baseline:
    """What was wrong in some units before they were changed."""

    units: set[str] = field(default_factory=set[str])
    marks: Counter[Mark] = field(default_factory=Counter[Mark])


@dataclass(slots=True)
class TurnChecks:
    """The checks of one turn: asked before each change, after the last one of an answer, and at
    the end; or, of a change that is written as a whole, before and after that. Paths are relative
    to the root; others are not looked at."""

    session: Checking
    _before: dict[str, _Baseline] = field(default_factory=dict[str, _Baseline])
    _rounds: int = 0

    async def before_change(self, paths: Sequence[str]) -> None:
        """These files are about to change: note what is wrong now."""
        found = await self.session.found()
        async with asyncio.TaskGroup() as group:
            for checker in found.checkers:
                group.create_task(self._take_baseline(checker, _inside(paths)))

    async def after_change(self, paths: Sequence[str]) -> str:
        """What the model is told after these files have changed: nothing, or what is new."""
        found = await self.session.found()
        checkers = [one for one in found.checkers if one.when == "edit"]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._compare(one, _inside(paths))) for one in checkers]
        for checker in checkers:
            self._before.pop(checker.name, None)
        return describe([one for task in tasks for one in task.result()], paths, AFTER_EDIT)

    async def at_end(self, paths: Sequence[str]) -> str:
        """What the checks at the end say of a turn that changed these files; "" to let it end."""
        found = await self.session.found()
        told: dict[str, str] = {}
        for checker in found.checkers:
            if checker.when == "end":
                problems = await self._compare(checker, _inside(paths))
                told[checker.name] = describe(problems, paths, AT_END)
        for test in found.tests:
            told[test.name] = await self._run_test(test, _inside(paths))
        failing = [name for name, text in told.items() if text]
        if not failing:
            return ""
        if self._rounds == MOST_ROUNDS:
            self.session.notice(STILL.format(", ".join(failing)))
            return ""
        self._rounds += 1
        return "\n\n".join(told[name] for name in failing)

    async def of_whole(self, paths: Sequence[str]) -> str:
        """What all checks and tests say of a change that is made: nothing, or what is new.

        Nothing is forgotten, so that the same change may be looked at again after a repair.
        """
        found = await self.session.found()
        told = [
            describe(await self._compare(checker, _inside(paths)), paths, SINCE_PLAN)
            for checker in found.checkers
        ]
        told += [await self._run_test(test, _inside(paths)) for test in found.tests]
        return "\n\n".join(text for text in told if text)

    async def _take_baseline(self, checker: Checker, paths: Sequence[str]) -> None:
        """Within an answer, and for checks at the end within a turn, the oldest state counts."""
        before = self._before.setdefault(checker.name, _Baseline())
        units = [unit for unit in checker.units(paths) if unit not in before.units]
        unknown: list[str] = []
        for unit in units:
            marks = await self.session.recall(checker, unit)
            if marks is None:
                unknown.append(unit)
            else:
                before.marks |= marks
        if unknown:
            found = await self.session.look(checker, unknown, self._seconds(checker))
            if found is None:
                return
            before.marks |= Counter(finding.mark for finding in found)
        before.units.update(units)

    async def _compare(self, checker: Checker, paths: Sequence[str]) -> list[Problem]:
        """What is wrong now and was not before; nothing of units whose past is not known."""
        before = self._before.get(checker.name, _Baseline())
        units = [unit for unit in checker.units(paths) if unit in before.units]
        if not units:
            return []
        found = await self.session.look(checker, units, self._seconds(checker))
        return [] if found is None else new_problems(before.marks, found)

    async def _run_test(self, test: CommandTest, paths: Sequence[str]) -> str:
        """How tests fail, if they do."""
        units = test.units(paths)
        if not units:
            return ""
        run = await test.run(units, END_SECONDS)
        if isinstance(run, Refusal):
            self.session.leave_out(test.name, run)
            return ""
        self.session.notice(f"`{test.check.line}` {'fails' if run.exit_code else 'passes'}.")
        return f"`{test.check.line}` fails:\n{run.short}" if run.exit_code else ""

    def _seconds(self, checker: Checker) -> float:
        return self.session.seconds if checker.when == "edit" else END_SECONDS


def describe(problems: Sequence[Problem], changed: Sequence[str], when: str) -> str:
    """New problems for the model, those in changed files first, at most a screen of them."""
    order = {path: place for place, path in enumerate(changed)}
    unique = {(one.file, one.line, one.text): one for one in problems}.values()
    found = sorted(unique, key=lambda one: (order.get(one.file, len(order)), one.file, one.line))
    lines: list[str] = []
    file = ""
    for one in found[:MOST_LINES]:
        if one.file != file:
            file = one.file
            lines.append(f"New problems in {file} {when}:")
        lines.append(one.said)
    if len(found) > MOST_LINES:
        lines.append(f"and {len(found) - MOST_LINES} more")
    return "\n".join(lines)


def _inside(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if not path.startswith(("/", "../"))]
