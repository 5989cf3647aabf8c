"""What "for this session" and "always" mean: the rule for a call, and a policy that holds it."""

import posixpath
from dataclasses import replace
from typing import Final

from inhouse.live.command_pattern import pattern_of
from inhouse_agent.kit import Question
from inhouse_agent.permission import Policy
from inhouse_agent.rules import KIND_NAMES, Rule, parse_rule
from inhouse_tools.tool import Access

MAX_PATTERN: Final = 300
WILD: Final = frozenset("*?")


def rule_for(question: Question, policy: Policy | None = None) -> Rule | None:
    """The narrowest sensible rule that would have let this call go ahead.

    None when no rule can, or none should: several files at once, a protected file, a rule of the
    person's that says ask, or text that one line cannot show as it is.
    """
    touched = {(access.kind, access.target): access for access in question.accesses}
    if len(touched) != 1:
        return None
    access = next(iter(touched.values()))
    rule = _rule_for_access(question.name, access)
    if rule is None or not rule.pattern or len(rule.pattern) > MAX_PATTERN:
        return None
    if not access.target.isprintable() or parse_rule(str(rule), "allow") != rule:
        return None
    return rule if allows(with_rule(policy or Policy(), rule), question) else None


def _rule_for_access(tool: str, access: Access) -> Rule | None:
    if access.kind == "run":
        return Rule("allow", tool, pattern_of(access.target))
    path = posixpath.normpath(access.target)
    if WILD & set(path):
        # A rule cannot say that a star in a file's name is only a star.
        return None
    return Rule("allow", KIND_NAMES[access.kind], path)


def allows(policy: Policy, question: Question) -> bool:
    """Whether a call goes ahead unasked by this policy."""
    return policy.judge(question.name, question.accesses).verdict == "allow"


def with_rule(policy: Policy, *rules: Rule) -> Policy:
    """The policy with rules added, each once."""
    return replace(policy, rules=tuple(dict.fromkeys((*policy.rules, *rules))))


def without_rule(policy: Policy, rule: Rule) -> Policy:
    """The policy without one rule."""
    return replace(policy, rules=tuple(one for one in policy.rules if one != rule))
