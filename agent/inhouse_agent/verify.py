"""Checks a final answer with a person's own command (`--verify`)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from inhouse_tools.tool import Output


@dataclass(frozen=True, slots=True)
class Verify:
    """`run_command` runs the command in the workspace's sandbox; `rounds` is how often at most."""

    command: str
    run_command: Callable[[str], Awaitable[Output]]
    rounds: int = 3

    async def check(self) -> Output:
        """Runs the command; the output has failed when the command did."""
        return await self.run_command(self.command)

    def explain(self, output: Output) -> str:
        """What the model is told when the command failed."""
        return (
            f"The task is not done yet: `{self.command}` fails.\n\n{output.text}\n\n"
            "Find the cause, fix it with the tools, then give your final answer."
        )
