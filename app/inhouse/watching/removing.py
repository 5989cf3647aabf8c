"""Takes comments out of the code that were carried out and that the model has left there."""

from collections.abc import Sequence
from dataclasses import dataclass

from inhouse.watching.comment import AIComment, read_comments
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.changes import Proposal, change_of, land, open_text


@dataclass(frozen=True, slots=True)
class Removed:
    """The files that were changed, and why others could not be."""

    files: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def remove(workspace: Workspace, comments: Sequence[AIComment]) -> Removed:
    """Takes exactly these comments out, where they still stand; nothing else is changed."""
    files: list[str] = []
    problems: list[str] = []
    for path in dict.fromkeys(comment.path for comment in comments):
        done = _remove_from(workspace, path, [one for one in comments if one.path == path])
        if isinstance(done, Refusal):
            problems.append(done.text)
        elif done:
            files.append(path)
    return Removed(tuple(files), tuple(problems))


def _remove_from(workspace: Workspace, path: str, comments: Sequence[AIComment]) -> bool | Refusal:
    opened = open_text(path, workspace)
    if isinstance(opened, Refusal):
        # A file that is gone has no comment left.
        return opened if (workspace.root / path).is_file() else False
    text = without(path, opened.document.text, comments)
    if text == opened.document.text:
        return False
    change = change_of(opened, text, parses=True)
    if isinstance(change, Refusal):
        return change
    output = land(Proposal((change,), ""), workspace)
    return Refusal(output.text) if output.failed else True


def without(path: str, text: str, comments: Sequence[AIComment]) -> str:
    """The text without those of these comments that stand in it, and without the lines that they
    had for themselves."""
    wanted = [one.words for one in comments]
    for comment in reversed(read_comments(path, text)):
        if comment.words in wanted:
            wanted.remove(comment.words)
            text = _cut(text, comment)
    return text


def _cut(text: str, comment: AIComment) -> str:
    before, after = text[: comment.start], text[comment.end :]
    head = before[: before.rfind("\n") + 1]
    rest, line_break, below = after.partition("\n")
    if rest.strip():
        return before + after.lstrip(" \t")
    if before[len(head) :].strip():
        return before.rstrip(" \t") + line_break + below
    # The line was the comment's alone.
    return head + below
