"""The tool that keeps the model's plan visible."""

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from inhouse_tools.documentation import page
from inhouse_tools.tool import Access, Output, Tool, Workspace

if TYPE_CHECKING:
    from inhouse_tools.json_value import JsonValue

State = Literal["todo", "doing", "done"]


class Step(BaseModel):
    """One step and how far it is."""

    model_config = ConfigDict(extra="forbid")

    step: str
    state: State = "todo"


class PlanArgs(BaseModel):
    """The whole plan as it stands now."""

    model_config = ConfigDict(extra="forbid")

    steps: list[Step]


def access(_args: PlanArgs, _workspace: Workspace) -> tuple[Access, ...]:
    """A plan touches nothing."""
    return ()


async def run(args: PlanArgs, _workspace: Workspace) -> Output:
    """The plan for the screen, as show["plan"]: a list of [step, state]."""
    steps: list[JsonValue] = [[step.step, step.state] for step in args.steps]
    done = sum(step.state == "done" for step in args.steps)
    return Output(f"Plan kept: {done} of {len(args.steps)} steps done.", show={"plan": steps})


TOOL = Tool("plan", page("plan").description, PlanArgs, access, run, page("plan").brief)
