"""The memory of the real model is lent to a command while it runs, and back with its states."""

import asyncio
import inspect
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from tests.tools.helpers_tools import workspace_in

from inhouse.lending import TOLD, Lending, lend_to_commands
from inhouse_models.chat import Finish, Message, Request
from inhouse_models.host.control import engine_status
from inhouse_models.host.spawn import HostOptions
from inhouse_models.local import Loan, LocalClient, LocalModel
from inhouse_tools.registry import builtin_tools
from inhouse_tools.tool import Output, Tool, Workspace

MIB = 1024**2
QUESTION = Message("user", "Name a river.")


async def finish_of(client: LocalClient, *messages: Message) -> Finish:
    parts = [part async for part in client.stream(Request(messages, max_tokens=2))]
    last = parts[-1]
    assert isinstance(last, Finish)
    assert last.error is None
    return last


def pages(output: Output) -> int:
    """The resident bytes that a command saw in /proc/PID/statm."""
    return int(output.text.split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.model
def test_a_command_sees_the_memory_free_and_the_next_turn_reads_only_its_own(
    small_model: Path, tmp_path: Path
) -> None:
    told: list[str] = []

    async def main() -> None:
        client = LocalClient(
            LocalModel(small_model), HostOptions(context=1024, threads=2, drafting="off")
        )
        try:
            first = await finish_of(client, QUESTION)
            (before,) = await engine_status()
            lending = Lending("always", ("cat /proc/*",), told.append)
            bash = lend_to_commands(builtin_tools(), client, lending)["bash"]
            args = bash.args(command=f"cat /proc/{before.pid}/statm")
            seen = pages(await bash.run(args, workspace_in(tmp_path)))
            assert before.resident_bytes - seen > 300 * MIB
            history = (QUESTION, first.message, Message("user", "Another."))
            second = await finish_of(client, *history)
            assert second.usage.cached_input_tokens == before.held_tokens
            (after,) = await engine_status()
            assert (after.state, after.held) == ("ready", "")
            assert after.resident_bytes > before.resident_bytes - 100 * MIB
        finally:
            await client.close()
            for status in await engine_status():
                os.kill(status.pid, signal.SIGKILL)

    asyncio.run(main())
    (line,) = told
    assert line.startswith("The model's memory is lent to this command (")


class Client:
    """A model client that only lends, and notes when."""

    def __init__(self, loan: Loan | None) -> None:
        self.loan = loan
        self.steps: list[str] = []

    @asynccontextmanager
    async def lend(self, command: str, *, always: bool = False) -> AsyncGenerator[Loan | None]:
        self.steps.append(f"lent {command} {always}")
        try:
            yield self.loan
        finally:
            self.steps.append("back")


def run_with(
    client: object, release: Literal["auto", "always", "tell", "never"], command: str, root: Path
) -> tuple[list[str], str]:
    """The notices of a command, and what it printed."""
    told: list[str] = []
    tools = lend_to_commands(builtin_tools(), client, Lending(release, ("echo *",), told.append))
    bash = tools["bash"]

    async def main() -> Output:
        return await bash.run(bash.args(command=command), workspace_in(root))

    output = asyncio.run(main())
    return told, output.text.splitlines()[0]


def test_what_each_setting_does(tmp_path: Path) -> None:
    client = Client(Loan(5 * MIB))
    assert run_with(client, "auto", "echo one", tmp_path) == (
        ["The model's memory is lent to this command (5 MiB); it is loaded again afterwards."],
        "one",
    )
    assert client.steps == ["lent echo one False", "back"]
    assert run_with(client, "always", "printf two", tmp_path) == ([], "two")
    assert run_with(client, "tell", "echo three", tmp_path) == ([TOLD], "three")
    assert run_with(client, "never", "echo four", tmp_path) == ([], "four")
    assert len(client.steps) == 2


def test_a_loan_that_cannot_be_and_one_without_need(tmp_path: Path) -> None:
    told, printed = run_with(Client(Loan(fault="no room.")), "auto", "echo one", tmp_path)
    assert (told, printed) == (["The model keeps its memory beside this command: no room."], "one")
    assert run_with(Client(None), "auto", "echo one", tmp_path) == ([], "one")
    # A model elsewhere has no memory here.
    assert run_with(object(), "always", "echo one", tmp_path) == ([], "one")


def test_the_memory_comes_back_when_the_command_is_cancelled(tmp_path: Path) -> None:
    client = Client(Loan())
    began = asyncio.Event()

    async def run(_args: object, _workspace: Workspace) -> Output:
        began.set()
        await asyncio.Event().wait()
        return Output("")

    bash = builtin_tools()["bash"]
    waiting = Tool("bash", "", bash.args, bash.access, run)
    tools = lend_to_commands({"bash": waiting}, client, Lending("auto", ("*",), lambda _text: None))

    async def main() -> None:
        running = tools["bash"].run(bash.args(command="sleep 9"), workspace_in(tmp_path))
        assert inspect.iscoroutine(running)
        task = asyncio.create_task(running)
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert client.steps == ["lent sleep 9 False", "back"]
