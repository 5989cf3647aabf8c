"""One turn for comments that were gathered: what was asked is done or answered, once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from inhouse.watching.prompt import answers_only, prompt_of, title_of
from inhouse.watching.removing import remove
from inhouse_agent.commit import commit_turn
from inhouse_agent.events import FileChanged, Noticed, TurnEnded
from inhouse_agent.loop import run_turn
from inhouse_tools.recorded import recorded_turn
from inhouse_tools.refusal import Refusal
from inhouse_tools.writing.changes import open_text
from inhouse_tools.writing.files import digest

if TYPE_CHECKING:
    from inhouse.build import Built
    from inhouse.watching.comment import AIComment
    from inhouse_tools.tool import Workspace

STAYS: Final = "The comment stays, since {}. It starts nothing more until you change it: {}"
NOTHING_DONE: Final = "no file was changed"
NOT_DONE: Final = "it was not carried out"


async def run_comments(built: "Built", comments: Sequence["AIComment"]) -> TurnEnded:
    """Runs the turn. All that it changes is one thing to take back, also comments that the model
    has left and that are taken out here."""
    if answers_only(comments):
        return await _answer(built, comments)
    kit, options = built.kit, built.kit.options
    title = title_of(comments)
    # What is taken out here belongs into the same commit.
    kit.options = replace(options, commits=None)
    try:
        async with recorded_turn(kit.workspace, title):
            ended = await run_turn(kit, built.history, _prompt(built, comments))
            if ended.ending == "success" and ended.files_changed:
                ended = _tidy(built, comments, ended)
            else:
                _say_that_they_stay(built, comments, ended)
    finally:
        kit.options = options
    if ended.ending == "success":
        await commit_turn(kit, title, ended.files_changed)
    return ended


async def _answer(built: "Built", comments: Sequence["AIComment"]) -> TurnEnded:
    kit, policy = built.kit, built.kit.policy
    kit.policy = replace(policy, mode="plan")
    try:
        return await run_turn(kit, built.history, _prompt(built, comments))
    finally:
        kit.policy = replace(kit.policy, mode=policy.mode)


def _prompt(built: "Built", comments: Sequence["AIComment"]) -> str:
    paths = dict.fromkeys(one.path for one in comments)
    return prompt_of(comments, {path: _text(built.kit.workspace, path) for path in paths})


def _text(workspace: "Workspace", path: str) -> str:
    opened = open_text(path, workspace)
    return "" if isinstance(opened, Refusal) else opened.document.text


def _tidy(built: "Built", comments: Sequence["AIComment"], ended: TurnEnded) -> TurnEnded:
    """Takes out what the model has left of the comments."""
    kit = built.kit
    removed = remove(kit.workspace, comments)
    for path in removed.files:
        kit.emit(FileChanged(path, "", _digest(kit.workspace, path)))
    for problem in removed.problems:
        kit.emit(Noticed(f"An AI comment is still there: {problem}"))
    files = tuple(dict.fromkeys((*ended.files_changed, *removed.files)))
    return replace(ended, files_changed=files)


def _digest(workspace: "Workspace", path: str) -> str:
    opened = open_text(path, workspace)
    return "" if isinstance(opened, Refusal) else digest(opened.content.raw)


def _say_that_they_stay(built: "Built", comments: Sequence["AIComment"], ended: TurnEnded) -> None:
    why = NOTHING_DONE if ended.ending == "success" else NOT_DONE
    places = ", ".join(one.place for one in comments if one.mark == "do")
    built.kit.emit(Noticed(STAYS.format(why, places)))
