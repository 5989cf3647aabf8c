"""What goes ahead unasked: the policy that settings and a sandbox come to."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from inhouse.rule_entries import read_entries
from inhouse_agent.permission import Mode, Policy
from inhouse_agent.rules import Rule, RuleProblem

if TYPE_CHECKING:
    from inhouse.settings import Settings
    from inhouse_tools.sandbox import Sandbox


def read_policy(settings: "Settings", default_mode: Mode, root: Path) -> Policy | RuleProblem:
    """The mode and the rules of settings, as if there were no sandbox; or why they cannot be used.

    `default_mode` holds where no setting says another.
    """
    lists = settings.rules
    rules: list[Rule] = []
    network: tuple[Rule, ...] = ()
    for name, entries in (
        ("allow", lists.allow),
        ("ask", lists.ask),
        ("deny", lists.deny),
        ("network", lists.network),
    ):
        read = read_entries(name, entries)
        if isinstance(read, RuleProblem):
            return RuleProblem(f"rules.{name}: {read.text}")
        if name == "network":
            network = read
        else:
            rules += read
    return Policy(
        settings.mode or default_mode,
        tuple(rules),
        root=root.resolve(),
        network=network,
        hosts=settings.network_hosts,
    )


def held_by(policy: Policy, sandbox: "Sandbox") -> Policy:
    """The policy where commands are held back by this sandbox."""
    return replace(policy, sandboxed=sandbox.full, bounded=sandbox.holds)
