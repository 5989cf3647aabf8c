"""Whether a call may go ahead: modes and rules, decided without the model."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from inhouse_agent.events import Verdict
from inhouse_agent.rules import Rule, RuleProblem, parse_rule
from inhouse_tools.tool import Access

__all__ = ["MODES", "Judgement", "Mode", "Policy", "Rule", "RuleProblem", "parse_rule"]

Mode = Literal["plan", "ask", "auto-edit", "yolo"]
MODES: Final[tuple[Mode, ...]] = get_args(Mode)
STRICTNESS: Final[dict[Verdict, int]] = {"allow": 0, "ask": 1, "deny": 2}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided, and why in words that follow "because"."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A mode, a person's rules, and whether commands run in a full sandbox.

    A rule speaks before the mode, the strictest that fits wins, with three exceptions that no
    rule opens: mode plan only reads, protected paths are asked for, and in mode yolo only a
    rule that denies still holds.
    """

    mode: Mode = "ask"
    rules: tuple[Rule, ...] = ()
    sandboxed: bool = False

    def judge(self, name: str, accesses: tuple[Access, ...]) -> Judgement:
        """The strictest of what each access comes to; a call that touches nothing may go."""
        judgements = [self._judge_one(name, access) for access in accesses]
        nothing = Judgement("allow", "it touches nothing")
        return max(judgements, key=lambda one: STRICTNESS[one.verdict], default=nothing)

    def _judge_one(self, name: str, access: Access) -> Judgement:
        by_mode = self._judge_by_mode(access)
        by_rule = self._judge_by_rule(name, access)
        if by_rule is None or by_mode.verdict == "deny":
            return by_mode
        if by_rule.verdict == "deny":
            return by_rule
        if self.mode == "yolo":
            return by_mode
        if access.protected and access.kind != "run" and by_rule.verdict == "allow":
            return by_mode
        return by_rule

    def _judge_by_rule(self, name: str, access: Access) -> Judgement | None:
        fitting = [rule for rule in self.rules if rule.fits(name, access)]
        if not fitting:
            return None
        strictest = max(fitting, key=lambda rule: STRICTNESS[rule.verdict])
        return Judgement(strictest.verdict, f"the rule {strictest} says {strictest.verdict}")

    def _judge_by_mode(self, access: Access) -> Judgement:
        if self.mode == "yolo":
            return Judgement("allow", "mode yolo allows everything")
        if self.mode == "plan" and access.kind != "read":
            return Judgement("deny", "mode plan only reads")
        if access.kind == "run":
            return self._judge_command()
        if access.protected:
            return Judgement("ask", f"{access.target} is protected")
        if access.outside:
            return Judgement("ask", f"{access.target} is outside the folder")
        if access.kind == "write" and self.mode == "ask":
            return Judgement("ask", "mode ask asks before each write")
        return Judgement("allow", "it stays inside the folder")

    def _judge_command(self) -> Judgement:
        if self.mode == "ask":
            return Judgement("ask", "mode ask asks before each command")
        if self.sandboxed:
            return Judgement("allow", "the command runs in the sandbox")
        return Judgement("ask", "there is no full sandbox for commands here")
