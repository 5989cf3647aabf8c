"""Gets a call its permission: judged, asked for, and looked at again after the wait."""

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from inhouse_agent.events import Answered, Asked
from inhouse_agent.kit import Answer, Kit, Question
from inhouse_agent.permission import Judgement
from inhouse_tools.tool import Access

if TYPE_CHECKING:
    from collections.abc import Callable

    from inhouse_tools.sandbox.network import Network
    from inhouse_tools.shell import Script

ROUNDS: Final = 3
"""How often a person is asked about one call that keeps changing under their eyes."""
SAID_NO: Final = "the person said no"
CHANGED: Final = "{} changed since you looked"
CHANGED_SINCE_ALLOWED: Final = "{} changed since you allowed this command"
KEPT_CHANGING: Final = "{} changed while it was asked about"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that wants to go ahead; `look` says anew what it would touch."""

    call_id: str
    name: str
    accesses: tuple[Access, ...]
    judgement: Judgement
    look: "Callable[[], tuple[Access, ...]]"


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a call may go ahead; `denial` says why not. `network` is what it may reach, and
    `scripts` are the files it would run, as they were when that was decided."""

    denial: str = ""
    network: "Network | None" = None
    scripts: "tuple[Script, ...]" = ()


async def permit(kit: Kit, wanted: Wanted) -> Permission:
    """The permission for a call. What a person agreed to is what they saw: when that is another
    thing after the wait, they are asked again."""
    accesses, judgement = wanted.accesses, _with_memory(kit, wanted)
    for _round in range(ROUNDS):
        if judgement.verdict == "deny":
            return Permission(judgement.reason)
        if judgement.verdict == "allow":
            return _granted(kit, wanted.name, accesses, None)
        answer = await _ask(kit, wanted, accesses, judgement.reason)
        if not answer.allowed:
            return Permission(answer.comment or SAID_NO)
        fresh = wanted.look()
        changed = what_changed(accesses, fresh)
        if not changed:
            return _granted(kit, wanted.name, fresh, answer)
        accesses, judgement = fresh, kit.policy.judge(wanted.name, fresh)
        if judgement.verdict != "deny":
            judgement = Judgement("ask", CHANGED.format(changed))
    return Permission(KEPT_CHANGING.format(", ".join(access.target for access in accesses)))


@contextlib.contextmanager
def granted(kit: Kit, permission: Permission) -> Generator[None]:
    """While one call runs, the workspace holds what was granted for it."""
    workspace = kit.workspace
    workspace.network, workspace.scripts = permission.network, permission.scripts
    try:
        yield
    finally:
        workspace.network, workspace.scripts = None, ()


def what_changed(before: Sequence[Access], now: Sequence[Access]) -> str:
    """The files that are not what they were when a person looked, or nothing."""
    if [_shown(access) for access in before] != [_shown(access) for access in now]:
        return ", ".join(dict.fromkeys(access.target for access in before)) or "it"
    known = {one.path: one.sha256 for one in _scripts(before)}
    fresh = {one.path: one.sha256 for one in _scripts(now)}
    changed = [path for path in {**known, **fresh} if known.get(path) != fresh.get(path)]
    return ", ".join(changed)


def _shown(access: Access) -> Access:
    return replace(access, analysis=None)


def _scripts(accesses: Sequence[Access]) -> "tuple[Script, ...]":
    return tuple(one for access in accesses if access.analysis for one in access.analysis.scripts)


def _with_memory(kit: Kit, wanted: Wanted) -> Judgement:
    """The judgement; what a rule allows is asked for when a script is not what it was when the
    person allowed it in this session."""
    judgement = wanted.judgement
    if judgement.verdict != "allow" or not judgement.by_rule:
        return judgement
    changed = [
        one.path
        for one in _scripts(wanted.accesses)
        if kit.approved.get(one.path, one.sha256) != one.sha256
    ]
    if not changed:
        return judgement
    return Judgement("ask", CHANGED_SINCE_ALLOWED.format(", ".join(changed)))


def _granted(
    kit: Kit, name: str, accesses: tuple[Access, ...], answer: Answer | None
) -> Permission:
    """Permission with the network for it; the scripts are remembered as they are now."""
    scripts = _scripts(accesses)
    kit.approved.update({one.path: one.sha256 for one in scripts})
    network = answer.network if answer is not None else None
    if network is None and any(kit.policy.grants_network(name, one) for one in accesses):
        network = network_of(kit)
    return Permission(network=network, scripts=scripts)


def network_of(kit: Kit) -> "Network":
    """The network that a person grants to one command: their hosts, or all when they named none."""
    from inhouse_tools.sandbox.network import Network

    hosts = kit.policy.hosts
    return Network.hosts(hosts) if hosts else Network.all()


async def _ask(kit: Kit, wanted: Wanted, accesses: tuple[Access, ...], reason: str) -> Answer:
    targets = tuple(access.target for access in accesses)
    preview = "\n".join(access.preview for access in accesses if access.preview)
    if kit.workspace.undo and any(access.kind == "run" for access in accesses):
        await kit.workspace.undo.foretell()
    kit.emit(Asked(wanted.call_id, wanted.name, reason, targets, preview))
    wants = any(one.analysis is not None and one.analysis.network for one in accesses)
    offered = network_of(kit) if wants and kit.policy.sandboxed else None
    answer = await kit.ask(Question(wanted.call_id, wanted.name, reason, accesses, offered))
    kit.emit(Answered(wanted.call_id, answer.allowed, answer.by, answer.comment))
    return answer
