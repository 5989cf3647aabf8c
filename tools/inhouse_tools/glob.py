"""The tool that finds files by name."""

import asyncio

from pydantic import BaseModel, ConfigDict, Field

from inhouse_tools.documentation import page
from inhouse_tools.listing import list_files, pattern_spec
from inhouse_tools.paths import spell
from inhouse_tools.text import cut
from inhouse_tools.tool import Access, Output, Tool, Workspace


class GlobArgs(BaseModel):
    """Which names to find."""

    model_config = ConfigDict(extra="forbid")

    pattern: str = Field(description="such as **/*.py")


def access(_args: GlobArgs, _workspace: Workspace) -> tuple[Access, ...]:
    """The names of the workspace's files."""
    return (Access("read", "."),)


async def run(args: GlobArgs, workspace: Workspace) -> Output:
    """The files whose path matches, one per line."""
    prefix = f"{workspace.root.as_posix()}/"
    spec = pattern_spec(args.pattern.removeprefix(prefix))
    if spec is None:
        return Output(f"{args.pattern} is not a file pattern. Write it like *.py.", failed=True)
    listing = await asyncio.to_thread(list_files, workspace.root)
    names = [spell(name) for name in listing.files if spec.match_file(name)]
    if not names:
        return Output(f"No file matches {args.pattern}.", show={"lines": 0})
    text = "\n".join(names)
    shown = cut(text, workspace.max_output_chars)
    if not shown.whole:
        handle = workspace.handles.keep(text)
        text = shown.with_note(f"All of them: read {handle}")
    if listing.cut:
        text += "\n[there are more files than were looked at: use grep or bash in a subfolder]"
    return Output(text, show={"lines": len(names), "cut": shown.lines})


TOOL = Tool("glob", page("glob").description, GlobArgs, access, run, page("glob").brief)
