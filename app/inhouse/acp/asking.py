"""Asks the person in the editor for permission, and understands what was chosen there."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from acp import RequestError, helpers
from acp.schema import (
    AllowedOutcome,
    ContentToolCallContent,
    FileEditToolCallContent,
    PermissionOption,
    ToolCallUpdate,
)

from inhouse.acp.updates import KINDS, diffs_of
from inhouse_agent.kit import Answer, Question
from inhouse_agent.rules import Rule

if TYPE_CHECKING:
    from acp.interfaces import Client

PERSON: Final = "person"
ONCE, SESSION, ALWAYS, NO = "once", "session", "always", "no"
DECLINED: Final = Answer(allowed=False, by=PERSON)
UNASKED: Final = Answer(allowed=False, by="editor", comment="the editor could not ask the person")


async def ask_editor(
    client: "Client", session: str, question: Question, rule: Rule | None, root: Path
) -> tuple[Answer, str]:
    """The answer, and how far a yes reaches: "once", "session" or "always".

    An editor that cannot ask denies. `rule` is what the wider answers would allow, None for none.
    """
    call = ToolCallUpdate(
        tool_call_id=question.call_id,
        title=f"{question.name}: {question.reason}",
        kind=KINDS.get(question.name, "other"),
        status="pending",
        content=[*_shown(question, root)],
    )
    try:
        response = await client.request_permission(session, call, options_of(rule))
    except (RequestError, ConnectionError):
        return UNASKED, ONCE
    outcome = response.outcome
    chosen = outcome.option_id if isinstance(outcome, AllowedOutcome) else NO
    if chosen not in (ONCE, SESSION, ALWAYS):
        return DECLINED, ONCE
    return Answer(allowed=True, by=PERSON), chosen


def options_of(rule: Rule | None) -> list[PermissionOption]:
    """What the person can choose from; what a rule would allow is said in full."""
    wider = (
        [
            PermissionOption(
                option_id=SESSION, name=f"Allow {rule} in this session", kind="allow_always"
            ),
            PermissionOption(option_id=ALWAYS, name=f"Always allow {rule}", kind="allow_always"),
        ]
        if rule is not None
        else []
    )
    return [
        PermissionOption(option_id=ONCE, name="Allow once", kind="allow_once"),
        *wider,
        PermissionOption(option_id=NO, name="Reject", kind="reject_once"),
    ]


def _shown(
    question: Question, root: Path
) -> list[FileEditToolCallContent | ContentToolCallContent]:
    """What would be done: the diff, or the exact command, and what is touched."""
    shown: list[FileEditToolCallContent | ContentToolCallContent] = []
    for access in question.accesses:
        diffs = diffs_of(access.preview, root) if access.kind == "write" else None
        if diffs:
            shown += diffs
            continue
        text = helpers.text_block(f"{access.kind}: {access.preview or access.target}")
        shown.append(helpers.tool_content(text))
    return shown
