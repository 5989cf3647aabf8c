"""Whether a call may go ahead: modes and rules, decided without the model."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from inhouse_agent.events import Verdict
from inhouse_agent.rules import Rule, RuleProblem, analysis_of, parse_rule
from inhouse_tools.tool import Access

if TYPE_CHECKING:
    from inhouse_tools.shell import Grade

__all__ = ["MODES", "Judgement", "Mode", "Policy", "Rule", "RuleProblem", "parse_rule"]

Mode = Literal["plan", "ask", "auto-edit", "yolo"]
MODES: Final[tuple[Mode, ...]] = get_args(Mode)
STRICTNESS: Final[dict[Verdict, int]] = {"allow": 0, "ask": 1, "deny": 2}
ASKS: Final = "mode ask asks before each command"
UNBOUNDED: Final = "there is no sandbox for commands here"
NOT_FULL: Final = "there is no full sandbox for commands here"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided, and why in words that follow "because". `by_rule`: a rule of the person's
    let it go ahead, not the mode."""

    verdict: Verdict
    reason: str
    by_rule: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """A mode, a person's rules, and how commands are held back.

    `sandboxed`: in a full sandbox; `bounded`: in some sandbox. `root` is the workspace. `network`
    are the rules for commands that may reach `hosts`, all hosts when there are none.

    A rule speaks before the mode, the strictest that fits wins, with three exceptions that no
    rule opens: mode plan only reads, protected paths are asked for, and in mode yolo only a
    rule that denies still holds. A command that may hide what such a rule denies is asked for in
    every mode.
    """

    mode: Mode = "ask"
    rules: tuple[Rule, ...] = ()
    sandboxed: bool = False
    bounded: bool = False
    root: Path | None = None
    network: tuple[Rule, ...] = ()
    hosts: tuple[str, ...] = ()

    def judge(self, name: str, accesses: tuple[Access, ...]) -> Judgement:
        """The strictest of what each access comes to; a call that touches nothing may go."""
        judgements = [self._judge_one(name, access) for access in accesses]
        nothing = Judgement("allow", "it touches nothing")
        return max(judgements, key=lambda one: STRICTNESS[one.verdict], default=nothing)

    def grants_network(self, name: str, access: Access) -> bool:
        """Whether the person lets commands such as this one reach the network."""
        return access.kind == "run" and self._permitting(name, access, self.network) is not None

    def _judge_one(self, name: str, access: Access) -> Judgement:
        by_mode = self._judge_by_mode(access)
        if by_mode.verdict == "deny":
            return by_mode
        by_rule = self._judge_by_rule(name, access)
        doubt = self._doubt(name, access)
        if by_rule is not None and by_rule.verdict == "deny":
            return by_rule
        if doubt is not None:
            return doubt
        if by_rule is None or self.mode == "yolo":
            return by_mode
        if access.protected and access.kind != "run" and by_rule.verdict == "allow":
            return by_mode
        return by_rule

    def _judge_by_rule(self, name: str, access: Access) -> Judgement | None:
        restricting = [
            rule
            for rule in self.rules
            if rule.verdict != "allow" and rule.fits(name, access, self.root)
        ]
        if restricting:
            strictest = max(restricting, key=lambda rule: STRICTNESS[rule.verdict])
            return Judgement(strictest.verdict, f"the rule {strictest} says {strictest.verdict}")
        permitting = self._permitting(name, access, self.rules)
        if permitting is None:
            return None
        return Judgement("allow", f"the rule {permitting} says allow", by_rule=True)

    def _permitting(self, name: str, access: Access, rules: tuple[Rule, ...]) -> Rule | None:
        """The rule that lets an access go ahead; of a list of plain commands each needs one, or
        only reads."""
        rules = tuple(rule for rule in rules if rule.verdict == "allow")
        fitting = next((rule for rule in rules if rule.fits(name, access, self.root)), None)
        speaking = [rule for rule in rules if access.kind == "run" and rule.speaks_of(name, access)]
        if fitting is not None or not speaking:
            return fitting
        analysis = analysis_of(access, self.root)
        if not analysis.listed or analysis.grade == "unclear":
            return None
        found: Rule | None = None
        for command in analysis.commands:
            if command.inner or (command.grade == "reads" and self._holds):
                continue
            covering = next((rule for rule in speaking if rule.covers(command)), None)
            if covering is None:
                return None
            found = found or covering
        return found

    def _doubt(self, name: str, access: Access) -> Judgement | None:
        """A command that may hide what a rule denies."""
        denying = [
            rule for rule in self.rules if rule.verdict == "deny" and rule.speaks_of(name, access)
        ]
        if access.kind != "run" or not denying:
            return None
        analysis = analysis_of(access, self.root)
        if analysis.grade == "reads":
            return None
        for rule in denying:
            if rule.mentioned_in(analysis):
                return Judgement("ask", f"it may do what the rule {rule} denies")
        if analysis.dynamic or not analysis.commands:
            return Judgement(
                "ask", f"{analysis.reason}, and the rule {denying[0]} denies something"
            )
        return None

    def _judge_by_mode(self, access: Access) -> Judgement:
        if access.kind == "run" and "\0" in access.target:
            return Judgement("deny", "a command cannot hold a NUL character")
        if self.mode == "yolo":
            return Judgement("allow", "mode yolo allows everything")
        if access.kind == "run":
            return self._judge_command(access)
        if self.mode == "plan" and access.kind != "read":
            return Judgement("deny", "mode plan only reads")
        if access.same:
            return Judgement("allow", f"nothing would change in {access.target}")
        if access.protected:
            return Judgement("ask", f"{access.target} is protected")
        if access.outside:
            return Judgement("ask", f"{access.target} is outside the folder")
        if access.kind == "write" and self.mode == "ask":
            return Judgement("ask", "mode ask asks before each write")
        return Judgement("allow", "it stays inside the folder")

    @property
    def _holds(self) -> bool:
        """Whether there is any boundary around commands."""
        return self.sandboxed or self.bounded

    def _judge_command(self, access: Access) -> Judgement:
        """By what is known of the command; one that nobody has looked at does more than read."""
        analysis = access.analysis
        grade: Grade = analysis.grade if analysis is not None else "runs"
        if grade == "reads" and analysis is not None:
            if self._holds:
                return Judgement("allow", analysis.reason)
            return Judgement("ask", UNBOUNDED)
        reason = analysis.reason if analysis is not None else ASKS
        if self.mode == "plan":
            return Judgement("deny", "mode plan only reads")
        if grade == "unclear":
            return Judgement("ask", reason)
        if self.mode == "ask":
            return Judgement("ask", reason)
        if self.sandboxed:
            return Judgement("allow", "the command runs in the sandbox")
        return Judgement("ask", NOT_FULL)
