"""Shows the checks of a turn the files before and after the calls of one answer change them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from inhouse_agent.arguments import BadCall, read_call
from inhouse_agent.checking import TurnChecks
from inhouse_agent.kit import Kit
from inhouse_models.chat import ToolCall
from inhouse_tools.tool import Output


@dataclass(slots=True)
class EditWatch:
    """`calls` are those of one answer. What the checks say is put behind the output of the last
    of them that may change files, before it joins the history."""

    kit: Kit
    calls: Sequence[ToolCall]
    checks: TurnChecks | None
    _changed: dict[str, None] = field(default_factory=dict[str, None])

    async def before(self, paths: Sequence[str]) -> None:
        """These files are about to change."""
        if self.checks is not None and paths and not self._staged():
            await self.checks.before_change(paths)

    async def after(self, call: ToolCall, output: Output, changed: Sequence[str] = ()) -> Output:
        """The output of a call that changed these files, with what is new because of the answer."""
        self._changed.update(dict.fromkeys(changed))
        if self.checks is None or not self._changed or self._staged() or self._goes_on(call):
            return output
        told = await self.checks.after_change(tuple(self._changed))
        self._changed.clear()
        if not told:
            return output
        return replace(
            output, text=f"{output.text}\n{told}", show={**output.show, "problems": told}
        )

    def _staged(self) -> bool:
        """Whether changes are kept in memory for now: then no check would see them."""
        return self.kit.workspace.overlay is not None

    def _goes_on(self, call: ToolCall) -> bool:
        """Whether a later call of the answer may change files as well."""
        tools = {tool.name: tool for tool in self.kit.profile.tools(self.kit.tools)}
        for later in self.calls[self.calls.index(call) + 1 :]:
            good = read_call(tools, later)
            if isinstance(good, BadCall):
                continue
            accesses = good.tool.access(good.args, self.kit.workspace)
            if any(access.kind == "write" for access in accesses):
                return True
        return False
