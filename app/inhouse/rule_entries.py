"""Rules as they stand in the settings, with the examples that they carry."""

from collections.abc import Iterable, Mapping
from typing import Final, cast

from inhouse_agent.events import Verdict
from inhouse_agent.rules import Rule, RuleProblem, parse_rule
from inhouse_tools.tool import Access, AccessKind

VERDICT_OF: Final[Mapping[str, Verdict]] = {
    "allow": "allow",
    "ask": "ask",
    "deny": "deny",
    "network": "allow",
}
"""What the rules of each list say; those of `network` allow to reach it."""
KINDS: Final[Mapping[str, AccessKind]] = {"bash": "run", "read": "read", "grep": "read"}
MATCHES, MISSES = "matches", "misses"


def rule_text(entry: object) -> str:
    """The rule of an entry, which is a text or a table with `rule`; empty when it is neither."""
    if isinstance(entry, str):
        return entry
    rule = _fields(entry).get("rule")
    return rule if isinstance(rule, str) else ""


def read_entries(name: str, entries: Iterable[object]) -> tuple[Rule, ...] | RuleProblem:
    """The rules of one list, named as in VERDICT_OF, or why one of them cannot be used.

    A rule that does not do what its own examples say is not what its author meant.
    """
    rules: list[Rule] = []
    for entry in entries:
        rule = parse_rule(rule_text(entry), VERDICT_OF[name])
        if isinstance(rule, RuleProblem):
            return rule
        problem = _problem_of_examples(rule, _fields(entry))
        if problem:
            return RuleProblem(problem)
        rules.append(rule)
    return tuple(rules)


def problem_of_rules(key: str, value: object) -> str:
    """Why the value of a setting such as `rules.deny` cannot be used, or nothing."""
    table, _dot, name = key.partition(".")
    if table != "rules" or name not in VERDICT_OF or not isinstance(value, list | tuple):
        return ""
    read = read_entries(name, cast("Iterable[object]", value))
    return read.text if isinstance(read, RuleProblem) else ""


def _fields(entry: object) -> Mapping[str, object]:
    """The fields of a table, or of a value of the settings that stands for one."""
    if isinstance(entry, Mapping):
        return cast("Mapping[str, object]", entry)
    names = ("rule", MATCHES, MISSES)
    return {name: getattr(entry, name) for name in names if hasattr(entry, name)}


def _problem_of_examples(rule: Rule, fields: Mapping[str, object]) -> str:
    for key, expected in ((MATCHES, True), (MISSES, False)):
        examples = fields.get(key, ())
        texts = cast("Iterable[object]", examples) if isinstance(examples, list | tuple) else ()
        for text in texts:
            if isinstance(text, str) and _fits(rule, text) is not expected:
                said = "should match" if expected else "should not match"
                does = "does not" if expected else "does"
                return f"The rule {rule} {said} its example {text!r} and {does}."
    return ""


def _fits(rule: Rule, example: str) -> bool:
    kind: AccessKind = KINDS.get(rule.name, "write")
    outside = kind != "run" and example.startswith(("/", "~"))
    return rule.fits(rule.name, Access(kind, example, outside=outside))
