"""What the model sees: system prompt, tools, and what stands before the first prompt."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from inhouse_agent.attachments import attach_files
from inhouse_agent.choices import free_choices, held_choices, names_of
from inhouse_agent.instructions import MAX_TOTAL_BYTES, Instructions, framed, read_instructions
from inhouse_agent.kit import Kit, Options
from inhouse_agent.overview import overview
from inhouse_agent.profile import Profile
from inhouse_agent.prompt import system_prompt
from inhouse_agent.steering import FREE, Steering
from inhouse_models.chat import Choices, Message, Request, ToolSpec
from inhouse_tools.places.listing import list_files
from inhouse_tools.registry import LOOKING, parameters
from inhouse_tools.tool import Tool

MAX_LISTED: Final = 60
SMALL_INSTRUCTION_BYTES: Final = 4_000
JSON_WANTED: Final = "Now give your final answer as one JSON value of the schema, nothing else."


def tool_specs(profile: Profile, tools: Mapping[str, Tool[Any]]) -> tuple[ToolSpec, ...]:
    """What the model is told of the tools of its profile."""
    return tuple(
        ToolSpec(
            tool.name,
            (tool.brief if profile.brief else "") or tool.description,
            parameters(tool, small=profile.brief),
        )
        for tool in profile.tools(tools)
    )


def fixed_request(
    profile: Profile, tools: Mapping[str, Tool[Any]], options: Options | None = None
) -> Request:
    """System prompt and tools alone: what every request of this profile begins with."""
    options = options or Options()
    return Request(
        (Message("system", system_prompt(profile, options)),),
        tool_specs(profile, tools),
        call_form=options.call_form or profile.call_form,
        held=profile.held,
    )


async def build_request(
    kit: Kit,
    history: Sequence[Message],
    steering: Steering = FREE,
) -> Request:
    """The next question to the model over the whole history."""
    options, profile = kit.options, kit.profile
    form = options.call_form or profile.call_form
    choices = Choices()
    if form == "native" and not profile.held:
        choices = await asyncio.to_thread(free_choices, kit.workspace)
    elif profile.held:
        choices = await asyncio.to_thread(held_choices, kit.workspace)
        new = tuple(path for path in steering.new if path not in choices.paths)
        choices = replace(choices, new=new, invent=steering.invent)
    tools = tool_specs(profile, kit.tools)
    return Request(
        tuple(history),
        tools,
        session=options.session,
        max_tokens=options.max_tokens or profile.max_tokens,
        sampling=options.sampling,
        think=options.think,
        think_budget=options.think_budget,
        call_form=form,
        held=profile.held,
        must_call=steering.must_call and profile.held and bool(tools),
        allowed=_allowed(kit, choices, steering.barred),
        choices=choices,
        openings=tuple(steering.openings),
        doubts=profile.guided,
    )


def build_schema_request(
    kit: Kit, history: Sequence[Message], schema: Mapping[str, object]
) -> Request:
    """The request for one JSON value of a schema.

    The tools still stand in it, so that no token of the prompt is read again; `schema` says
    that none is called.
    """
    options = kit.options
    return Request(
        tuple(history),
        tool_specs(kit.profile, kit.tools),
        session=options.session,
        max_tokens=options.max_tokens,
        sampling=options.sampling,
        think=False,
        call_form=options.call_form or kit.profile.call_form,
        schema=schema,
    )


def build_summary_request(
    kit: Kit, messages: Sequence[Message], wanted: str, max_tokens: int
) -> Request:
    """The request for a summary of these messages.

    They and the tools stand in it as in every other request, so that only `wanted` is read anew.
    """
    options = kit.options
    return Request(
        (*messages, Message("user", wanted)),
        tool_specs(kit.profile, kit.tools),
        session=options.session,
        max_tokens=max_tokens,
        sampling=options.sampling,
        think=False,
        call_form=options.call_form or kit.profile.call_form,
        allowed=(),
    )


async def prompt_messages(
    kit: Kit, history: Sequence[Message], prompt: str
) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    """What a prompt adds to the history, its own message last, and what a person should know."""
    if history:
        return (Message("user", await later_text(kit, prompt)),), ()
    return await opening_messages(kit, prompt)


async def opening_messages(kit: Kit, prompt: str) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    """The first messages of a session, and what a person should know of them."""
    instructions = Instructions()
    if kit.options.instructions:
        small = kit.profile.name == "small"
        limit = SMALL_INSTRUCTION_BYTES if small else MAX_TOTAL_BYTES
        instructions = await asyncio.to_thread(read_instructions, kit.workspace.root, limit)
    names = names_of(await asyncio.to_thread(list_files, kit.workspace.root))
    files = await attach_files(kit, prompt, names) if kit.profile.guided else []
    overviews = [text for text in [await overview(kit, prompt)] if text]
    text = _first_text(kit.workspace.root, instructions, names, [*overviews, *files], prompt)
    system = Message("system", system_prompt(kit.profile, kit.options))
    return (system, Message("user", text)), instructions.notices


async def later_text(kit: Kit, prompt: str) -> str:
    """A later prompt of a session, with the files it names."""
    if not kit.profile.guided:
        return prompt
    listing = await asyncio.to_thread(list_files, kit.workspace.root)
    fresh = [path for path in names_of(listing) if path not in kit.workspace.seen]
    files = await attach_files(kit, prompt, fresh)
    return "\n\n".join((*files, f"Task:\n{prompt}")) if files else prompt


def _first_text(
    root: Path,
    instructions: Instructions,
    paths: Sequence[str],
    shown: Sequence[str],
    prompt: str,
) -> str:
    """What stands before the first prompt; `shown` are the map and files that the prompt names."""
    blocks = [framed(file, root) for file in instructions.files]
    if paths:
        blocks.append(_listing(paths))
    blocks += shown
    return "\n\n".join((*blocks, f"Task:\n{prompt}")) if blocks else prompt


def _listing(paths: Sequence[str]) -> str:
    """The files nearest to the root, in the order of their names."""
    nearest = sorted(paths, key=lambda path: (path.count("/"), path))[:MAX_LISTED]
    more = len(paths) - len(nearest)
    rest = f"\n({more} more: find them with glob or grep)" if more else ""
    return "Files in the repository:\n" + "\n".join(sorted(nearest)) + rest


def _allowed(kit: Kit, choices: Choices, barred: Collection[str]) -> tuple[str, ...] | None:
    """The tools that may be called now: those that only look in plan mode, and those that look
    or run while a guided model has read nothing."""
    names = kit.profile.tool_names
    if kit.policy.mode == "plan":
        names = LOOKING
    elif kit.profile.guided and choices.paths and not choices.read:
        names = (*LOOKING, "bash")
    elif not barred:
        return None
    return tuple(name for name in names if name not in barred)
