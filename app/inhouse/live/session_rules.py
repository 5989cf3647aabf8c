"""What "for this session" and "always" mean: the rule for a call, and a policy that holds it."""

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from inhouse.live.command_pattern import patterns_of
from inhouse_agent.kit import Question
from inhouse_agent.permission import Policy
from inhouse_agent.rules import KIND_NAMES, Rule, analysis_of, parse_rule
from inhouse_tools.tool import Access

MAX_PATTERN: Final = 300
WILD: Final = frozenset("*?")


def rule_for(question: Question, policy: Policy | None = None) -> Rule | None:
    """The narrowest sensible rule that would have let this call go ahead.

    None when no rule can, or none should: several files at once, a protected file, a rule of the
    person's that says ask, a command that is not clear, or text that one line cannot show as it is.
    """
    touched = {(access.kind, access.target): access for access in question.accesses}
    if len(touched) != 1:
        return None
    access = next(iter(touched.values()))
    if not access.target.isprintable():
        return None
    for rule in _rules_for_access(question.name, access, policy or Policy()):
        written = rule.pattern and len(rule.pattern) <= MAX_PATTERN
        if not written or parse_rule(str(rule), "allow") != rule:
            continue
        if allows(with_rule(policy or Policy(), rule), question):
            return rule
    return None


def _rules_for_access(tool: str, access: Access, policy: Policy) -> Iterator[Rule]:
    """Rules that might do, the one to be preferred first."""
    if access.kind == "run":
        analysis = analysis_of(access, policy.root)
        if analysis.grade != "unclear":
            for pattern in patterns_of(access.target, analysis):
                yield Rule("allow", tool, pattern)
        return
    path = posixpath.normpath(access.target)
    if not WILD & set(path):
        # A rule cannot say that a star in a file's name is only a star.
        yield Rule("allow", KIND_NAMES[access.kind], path)


def allows(policy: Policy, question: Question) -> bool:
    """Whether a call goes ahead unasked by this policy."""
    return policy.judge(question.name, question.accesses).verdict == "allow"


def with_rule(policy: Policy, *rules: Rule) -> Policy:
    """The policy with rules added, each once."""
    return replace(policy, rules=tuple(dict.fromkeys((*policy.rules, *rules))))


def without_rule(policy: Policy, rule: Rule) -> Policy:
    """The policy without one rule."""
    return replace(policy, rules=tuple(one for one in policy.rules if one != rule))
