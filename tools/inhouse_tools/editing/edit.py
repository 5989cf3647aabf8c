"""The tool that replaces passages of a file."""

from pydantic import BaseModel, ConfigDict

from inhouse_tools.documentation import page
from inhouse_tools.editing.matching import Replaced, replace_text
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import unified
from inhouse_tools.tool import Access, Output, Tool, Workspace
from inhouse_tools.writing.changes import (
    Proposal,
    accesses,
    change_of,
    joined,
    land,
    may_write,
    open_text,
    seen_as_is,
)


class Passage(BaseModel):
    """A further passage of the same file."""

    model_config = ConfigDict(extra="forbid")

    old_string: str
    new_string: str


class EditArgs(BaseModel):
    """The order of the fields is the order in which they are written."""

    model_config = ConfigDict(extra="forbid")

    file_path: str
    replace_all: bool = False
    old_string: str
    new_string: str
    more: list[Passage] = []

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All of them, in the order in which they are replaced."""
        first = Passage(old_string=self.old_string, new_string=self.new_string)
        return (first, *self.more)


def propose(args: EditArgs, workspace: Workspace) -> Proposal | Refusal:
    """The edit, checked, without touching the disk."""
    opened = open_text(args.file_path, workspace)
    if isinstance(opened, Refusal):
        return opened
    name = opened.place.name
    refused = may_write(opened.place) or seen_as_is(opened, workspace)
    if refused:
        return refused
    text = opened.document.text
    done: list[Replaced] = []
    for number, passage in enumerate(args.passages, 1):
        replaced = _replace(text, passage, args.replace_all, name)
        if isinstance(replaced, Refusal):
            return _at(number, args, replaced)
        text = replaced.text
        done.append(replaced)
    change = change_of(opened, text)
    return change if isinstance(change, Refusal) else Proposal((change,), _answer(name, done))


def _replace(text: str, passage: Passage, everywhere: bool, name: str) -> Replaced | Refusal:
    old, new = unified(passage.old_string), unified(passage.new_string)
    if not old:
        return Refusal("old_string is empty. Give the lines to replace, or use write.")
    if old == new:
        return Refusal("Nothing changed: old_string and new_string are the same.")
    return replace_text(text, old, new, everywhere, name)


def _at(number: int, args: EditArgs, refused: Refusal) -> Refusal:
    """A refusal that says which passage it is about, when there are several."""
    if not args.more:
        return refused
    count = len(args.passages)
    return Refusal(f"Nothing was written. Passage {number} of {count}: {refused.text}")


def _answer(name: str, done: list[Replaced]) -> str:
    """What was done; lines are those at the moment of each replacement."""
    count = sum(replaced.count for replaced in done)
    lines = joined([str(replaced.line) for replaced in done])
    if count == 1:
        said = f"Edited {name} at line {lines}."
    elif len(done) == 1:
        said = f"Edited {name} in {count} places."
    else:
        said = f"Edited {name} in {count} places, from lines {lines}."
    notes = dict.fromkeys(replaced.note for replaced in done if replaced.note)
    return " ".join([said, *notes])


def access(args: EditArgs, workspace: Workspace) -> tuple[Access, ...]:
    """The file that is edited, with the diff."""
    return accesses(propose(args, workspace), args.file_path, workspace)


async def run(args: EditArgs, workspace: Workspace) -> Output:
    """Edit the file, or say why not."""
    return land(propose(args, workspace), workspace)


TOOL = Tool("edit", page("edit").description, EditArgs, access, run, page("edit").brief)
