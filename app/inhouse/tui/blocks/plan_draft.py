"""A proposed plan while a person goes over it: every change gives another value."""

from dataclasses import dataclass, replace

from inhouse_agent.plan import Plan, PlanStep


@dataclass(frozen=True, slots=True)
class DraftStep:
    """A step that is to be done, or was dropped and can be taken back."""

    step: PlanStep
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """The steps in their order, those that were dropped among them."""

    goal: str
    steps: tuple[DraftStep, ...]
    verify: tuple[str, ...] = ()

    @classmethod
    def of(cls, plan: Plan) -> "PlanDraft":
        """The plan as it was proposed."""
        return cls(plan.goal, tuple(DraftStep(step) for step in plan.steps), plan.verify)

    @property
    def plan(self) -> Plan:
        """What would be carried out; without steps when all were dropped."""
        kept = tuple(one.step for one in self.steps if not one.dropped)
        return Plan(self.goal, kept, self.verify)

    def toggled(self, place: int) -> "PlanDraft":
        """With this step dropped, or taken back."""
        step = self.steps[place]
        return self._with(place, replace(step, dropped=not step.dropped))

    def edited(self, place: int, step: PlanStep) -> "PlanDraft":
        """With another step in this place, that is to be done."""
        return self._with(place, DraftStep(step))

    def moved(self, place: int, by: int) -> "PlanDraft":
        """With this step before or behind its neighbour; the same at either end."""
        other = place + by
        if not 0 <= other < len(self.steps):
            return self
        steps = list(self.steps)
        steps[place], steps[other] = steps[other], steps[place]
        return replace(self, steps=tuple(steps))

    def _with(self, place: int, step: DraftStep) -> "PlanDraft":
        return replace(self, steps=(*self.steps[:place], step, *self.steps[place + 1 :]))
