"""`inhouse` itself: its subcommands, and a prompt in place of one."""

from collections.abc import Collection
from typing import Any

from typer.core import TyperCommand, TyperGroup

PROMPT_COMMAND = "prompt"
HELP = frozenset({"-h", "--help"})
RESUME = frozenset({"-r", "--resume"})
PRINT = frozenset({"-p", "--print"})


class Root(TyperGroup):
    """A group that gives everything which is not a subcommand to the hidden prompt command.

    The contexts are of a class that typer keeps private, hence Any.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Choose between a subcommand and a prompt by the first word."""
        if self._is_prompt(args, completing=ctx.resilient_parsing):
            helping = not HELP.isdisjoint(args) and not ctx.resilient_parsing
            args = ["--help"] if helping else [PROMPT_COMMAND, *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The help of `inhouse` lists the flags of a prompt."""
        self.commands[PROMPT_COMMAND].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What may follow the name."""
        del ctx
        return ["[OPTIONS]", "[PROMPT | COMMAND ...]"]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Subcommands and the flags of a prompt."""
        flags = self.commands[PROMPT_COMMAND].shell_complete(ctx, incomplete)
        return [*super().shell_complete(ctx, incomplete), *flags]

    def _is_prompt(self, args: list[str], *, completing: bool) -> bool:
        if not args:
            return not completing
        return args[0] not in self.commands.keys() - {PROMPT_COMMAND} | HELP


class PromptCommand(TyperCommand):
    """A command whose -r may stand without an ID, and whose -p without a text."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give an ID-less -r and a text-less -p an empty value, which typer cannot express."""
        known = frozenset(name for option in self.params for name in option.opts)
        return super().parse_args(ctx, complete_prompt(complete_resume(args), known))


def complete_prompt(args: list[str], known: Collection[str]) -> list[str]:
    """The arguments with an empty text after a -p that is last or followed by a known option.

    Then the prompt is what was piped in. Any other text may be a prompt, also one with a dash.
    """
    completed: list[str] = []
    for place, word in enumerate(args):
        completed.append(word)
        follower = args[place + 1 : place + 2]
        if word in PRINT and (not follower or follower[0] in known):
            completed.append("")
    return completed


def complete_resume(args: list[str]) -> list[str]:
    """The arguments with an empty ID after each -r or --resume that has none."""
    completed: list[str] = []
    for place, word in enumerate(args):
        completed.append(word)
        follower = args[place + 1 : place + 2]
        if word in RESUME and (not follower or follower[0].startswith("-")):
            completed.append("")
    return completed
