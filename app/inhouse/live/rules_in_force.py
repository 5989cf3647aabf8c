"""Every rule that calls are judged by now, and where it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast, get_args

from inhouse.settings import Settings
from inhouse.settings_file import FileProblem, read_file
from inhouse_agent.events import Verdict
from inhouse_agent.permission import Policy
from inhouse_agent.rules import Rule, parse_rule

Source = Literal["session", "user", "project", "start"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """One rule: given for this session, written in the person's own file or in the project's, or
    given at the start (environment or flag). `file` is where it is written, if it is."""

    rule: Rule
    source: Source
    file: Path | None = None


def rules_in_force(policy: Policy, settings: Settings, root: Path) -> tuple[RuleInForce, ...]:
    """The rules of a policy in their order; the settings are those that the session began with."""
    from inhouse.sources import project_file, user_file

    own, projects = _written_in(user_file()), _written_in(project_file(root))
    rules = settings.rules
    at_start = _read({"allow": rules.allow, "ask": rules.ask, "deny": rules.deny})

    def place(rule: Rule) -> RuleInForce:
        if rule in own:
            return RuleInForce(rule, "user", user_file())
        if rule not in at_start:
            return RuleInForce(rule, "session")
        if rule in projects:
            return RuleInForce(rule, "project", project_file(root))
        return RuleInForce(rule, "start")

    return tuple(place(rule) for rule in dict.fromkeys(policy.rules))


def _written_in(file: Path) -> frozenset[Rule]:
    """The rules of a settings file; what cannot be read holds none."""
    tables = read_file(file, owned=False)
    if isinstance(tables, FileProblem):
        return frozenset()
    listed = tables.get("rules")
    return _read(cast("Mapping[str, object]", listed) if isinstance(listed, Mapping) else {})


def _read(lists: Mapping[str, object]) -> frozenset[Rule]:
    """The rules of lists by verdict; what is no rule is left out."""
    found: set[Rule] = set()
    for verdict in VERDICTS:
        texts = lists.get(verdict)
        for text in cast("Sequence[object]", texts) if isinstance(texts, list | tuple) else ():
            rule = parse_rule(text, verdict) if isinstance(text, str) else None
            if isinstance(rule, Rule):
                found.add(rule)
    return frozenset(found)
