"""The slash command about what goes ahead unasked."""

import asyncio
from typing import TYPE_CHECKING, Final

from inhouse.tui.commands.command import SlashCommand

if TYPE_CHECKING:
    from inhouse.live.rules_in_force import RuleInForce
    from inhouse.tui.app import InhouseApp

NOT_OPEN: Final = "The session is not open yet: the model is still being loaded."


async def show_permissions(app: "InhouseApp", _arguments: str) -> None:
    """The mode and all rules, to look over and to remove."""
    from inhouse.live.kept_rules import forget_rule
    from inhouse.live.rules_in_force import rules_in_force
    from inhouse.live.session_rules import without_rule
    from inhouse.tui.blocks.notice import NoticeBlock
    from inhouse.tui.screens.permissions import PermissionsScreen

    built, wish = app.live.built, app.live.wish
    if built is None or wish is None:
        app.presenter.put(NoticeBlock(NOT_OPEN))
        return
    kit = built.kit

    async def forget(found: "RuleInForce") -> str:
        if found.source == "user":
            problem = await asyncio.to_thread(forget_rule, found.rule, found.file)
            if problem is not None:
                return problem.text
        kit.policy = without_rule(kit.policy, found.rule)
        return ""

    rules = await asyncio.to_thread(rules_in_force, kit.policy, wish.settings, wish.root)
    await app.push_screen_wait(PermissionsScreen(app.live.mode, rules, forget))


COMMANDS = (SlashCommand("permissions", "the mode, and every rule in force", show_permissions),)
