"""Every rule that calls are judged by now, and where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast

from inhouse.rule_entries import VERDICT_OF, rule_text
from inhouse.settings import Settings
from inhouse.settings_file import FileProblem, read_file
from inhouse_agent.permission import Policy
from inhouse_agent.rules import Rule, parse_rule

Source = Literal["session", "user", "project", "start"]
NETWORK: Final = "network"
Written = tuple[str, Rule]
"""A rule with the name of the list that it stands in."""


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """One rule: given for this session, written in the person's own file or in the project's, or
    given at the start (environment or flag). `file` is where it is written, if it is. `network`: it
    says what may reach the network, not what goes ahead."""

    rule: Rule
    source: Source
    file: Path | None = None
    network: bool = False

    @property
    def says(self) -> str:
        """What it says, as the settings name the list that it stands in."""
        return NETWORK if self.network else self.rule.verdict


def rules_in_force(policy: Policy, settings: Settings, root: Path) -> tuple[RuleInForce, ...]:
    """The rules of a policy in their order; the settings are those that the session began with."""
    from inhouse.sources import project_file, user_file

    own, projects = _written_in(user_file()), _written_in(project_file(root))
    lists = settings.rules
    at_start = _read(
        {"allow": lists.allow, "ask": lists.ask, "deny": lists.deny, NETWORK: lists.network}
    )

    def place(written: Written) -> RuleInForce:
        name, rule = written
        network = name == NETWORK
        if written in own:
            return RuleInForce(rule, "user", user_file(), network)
        if written not in at_start:
            return RuleInForce(rule, "session", None, network)
        if written in projects:
            return RuleInForce(rule, "project", project_file(root), network)
        return RuleInForce(rule, "start", None, network)

    given = [(rule.verdict, rule) for rule in policy.rules]
    given += [(NETWORK, rule) for rule in policy.network]
    return tuple(place(written) for written in dict.fromkeys(given))


def _written_in(file: Path) -> frozenset[Written]:
    """The rules of a settings file; what cannot be read holds none."""
    tables = read_file(file, owned=False)
    if isinstance(tables, FileProblem):
        return frozenset()
    listed = tables.get("rules")
    return _read(cast("Mapping[str, object]", listed) if isinstance(listed, Mapping) else {})


def _read(lists: Mapping[str, object]) -> frozenset[Written]:
    """The rules of lists by name; what is no rule is left out."""
    found: set[Written] = set()
    for name, verdict in VERDICT_OF.items():
        entries = lists.get(name)
        for entry in cast("list[object]", entries) if isinstance(entries, list | tuple) else ():
            rule = parse_rule(rule_text(entry), verdict)
            if isinstance(rule, Rule):
                found.add((name, rule))
    return frozenset(found)
