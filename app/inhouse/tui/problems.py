"""What is shown when no session can be opened: a way on, not only an error."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inhouse.build import BuildProblem
    from inhouse.tui.app import InhouseApp


async def show_problem(app: "InhouseApp", problem: "BuildProblem") -> None:
    """Shows why there is no session; where there is no model, the way to one first."""
    if problem.error is not None and problem.error.kind == "no_model":
        from inhouse.tui.commands.models import set_up_model

        if await set_up_model(app):
            return
    from inhouse.tui.blocks.failure import FailureBlock

    app.presenter.put(FailureBlock(problem.error or problem.text))
