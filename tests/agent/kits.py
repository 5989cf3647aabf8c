"""A kit for tests: a folder, three small tools and a scripted model."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from inhouse_agent.events import Event, TurnEnded
from inhouse_agent.kit import Kit, deny_asks
from inhouse_agent.loop import run_turn
from inhouse_agent.permission import Policy
from inhouse_agent.profile import Profile
from inhouse_models.chat import Message, ModelClient, Request
from inhouse_models.scripted import Answer, ScriptedModel
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Access, Output, Tool, Workspace
from inhouse_tools.workspace import open_workspace

PROFILE = Profile("large", ("look", "put", "shout"), "native", held=False, brief=False)
EventType = TypeVar("EventType")


class Look(BaseModel):
    file_path: str = Field(description="The file to read.")
    limit: int | None = None


class Put(BaseModel):
    file_path: str
    content: str


class Shout(BaseModel):
    command: str


@dataclass(slots=True)
class Bench:
    """A kit and everything a test looks at afterwards.

    `look` counts how many of it run at once. `shout` says its command; `shout wait` waits for
    `gate` and sets `reached`; `shout fail` fails.
    """

    root: Path
    model: ModelClient
    kit: Kit = field(init=False)
    events: list[Event] = field(default_factory=list[Event])
    history: list[Message] = field(default_factory=list[Message])
    running: int = 0
    most_running: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        workspace = open_workspace(self.root)
        assert not isinstance(workspace, Refusal)
        tools: tuple[Tool[Any], ...] = (
            Tool("look", "Reads a file.", Look, _reads, self._look),
            Tool("put", "Writes a file.", Put, _writes, self._put),
            Tool("shout", "Says something.", Shout, _runs, self._shout),
        )
        self.kit = Kit(
            client=self.model,
            tools={tool.name: tool for tool in tools},
            workspace=workspace,
            policy=Policy("yolo"),
            ask=deny_asks,
            emit=self.events.append,
            profile=PROFILE,
        )

    def of(self, kind: type[EventType]) -> list[EventType]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def answers(self) -> list[str]:
        """What the tools answered, in the order of the history."""
        return [message.text for message in self.history if message.role == "tool"]

    async def turn(self, prompt: str = "Do it.") -> TurnEnded:
        return await run_turn(self.kit, self.history, prompt)

    async def _look(self, args: Look, workspace: Workspace) -> Output:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        path = workspace.root / args.file_path
        if not path.is_file():
            return Output(f"There is no {args.file_path}.", failed=True)
        return Output(path.read_text(encoding="utf-8"))

    async def _put(self, args: Put, workspace: Workspace) -> Output:
        path = workspace.root / args.file_path
        path.write_text(args.content, encoding="utf-8")
        return Output(f"Wrote {args.file_path}.", {"changed": [args.file_path]})

    async def _shout(self, args: Shout, workspace: Workspace) -> Output:
        workspace.progress(args.command)
        if args.command == "wait":
            self.reached.set()
            await self.gate.wait()
        return Output(args.command.upper(), failed=args.command == "fail")


def scripted(root: Path, *answers: Answer, after: Answer | None = None) -> Bench:
    """A bench whose model plays these answers."""
    return Bench(root, ScriptedModel(answers, after))


def run(bench: Bench, prompt: str = "Do it.") -> TurnEnded:
    """One whole turn."""
    return asyncio.run(bench.turn(prompt))


def requests(bench: Bench) -> list[Request]:
    """What the scripted model was asked."""
    assert isinstance(bench.model, ScriptedModel)
    return bench.model.requests


def _reads(args: Look, workspace: Workspace) -> tuple[Access, ...]:
    return (Access("read", args.file_path),)


def _writes(args: Put, workspace: Workspace) -> tuple[Access, ...]:
    return (Access("write", args.file_path, preview=f"+{args.content}"),)


def _runs(args: Shout, workspace: Workspace) -> tuple[Access, ...]:
    return (Access("run", args.command, preview=args.command),)
