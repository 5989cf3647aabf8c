"""A command is shown in a terminal of the editor, where the person can end it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from acp import RequestError, text_block
from acp.schema import ClientCapabilities, CreateTerminalResponse
from tests.app.editors.editor import Editor, editing
from tests.app.editors.terminal_editor import TERMINALS, TerminalEditor

from inhouse.acp import terminals
from inhouse.acp.terminals import EditorTerminals

ONCE = ["once"] * 3


async def turn(case: str, editor: Editor, folder: Path, can: ClientCapabilities) -> None:
    async with editing(case, editor, can) as agent:
        session = await agent.new_session(str(folder))
        await agent.prompt(session.session_id, [text_block("run it")])


def contents(editor: Editor) -> list[Any]:
    """What was shown in calls, update by update."""
    shown: list[Any] = []
    for update in editor.of("tool_call_update"):
        shown += update.content or []
    return shown


def test_a_command_is_shown_in_the_editors_terminal(tmp_path: Path) -> None:
    editor = TerminalEditor(answers=[*ONCE])

    async def run() -> None:
        await turn("three commands", editor, tmp_path, TERMINALS)
        first, second, third = editor.terminals
        await first.wait_for(b"one\r\n\\x1b[2Jtwo\r\n")
        assert first.output.startswith(b"$ printf ")
        # The controls of a command do not play with the terminal.
        assert b"\x1b" not in first.output
        assert [await one.process.wait() for one in editor.terminals] == [3, 0, 137]
        await second.wait_for(b"\n60000\r\n")
        for one in (first, second, third):
            await one.released.wait()

    asyncio.run(run())
    shown = [one for one in contents(editor) if one.type == "terminal"]
    assert [one.terminal_id for one in shown] == ["0", "0", "1", "1", "2", "2"]
    ends = [one for one in editor.of("tool_call_update") if one.status in ("completed", "failed")]
    assert [one.status for one in ends] == ["failed", "completed", "failed"]
    assert [one.raw_output["exit_code"] for one in ends] == [3, 0, -9]
    assert editor.texts("agent_message_chunk") == "Run."


def test_closing_the_terminal_ends_the_command_and_not_the_turn(tmp_path: Path) -> None:
    editor = TerminalEditor(answers=[*ONCE])

    async def close() -> int:
        await editor.opened.wait()
        (terminal,) = editor.terminals
        await terminal.wait_for(b" waits\r\n")
        terminal.process.terminate()
        return int(terminal.output.rpartition(b"process ")[2].split()[0])

    async def run() -> int:
        closing = asyncio.create_task(close())
        await turn("waiting command", editor, tmp_path, TERMINALS)
        return await closing

    process = asyncio.run(run())
    assert not Path(f"/proc/{process}").exists()
    assert editor.texts("agent_message_chunk") == "Run."
    assert editor.of("tool_call_update")[-1].status == "failed"


def test_cancelling_the_turn_ends_the_command_and_its_terminal(tmp_path: Path) -> None:
    editor = TerminalEditor(answers=[*ONCE])

    async def run() -> tuple[str, int]:
        async with editing("waiting command", editor, TERMINALS) as agent:
            session = await agent.new_session(str(tmp_path))
            prompting = agent.prompt(session.session_id, [text_block("run it")])
            going = asyncio.create_task(prompting)
            await editor.opened.wait()
            (terminal,) = editor.terminals
            await terminal.wait_for(b" waits\r\n")
            await agent.cancel(session.session_id)
            stopped = (await going).stop_reason
            code = await terminal.process.wait()
            await terminal.released.wait()
            assert terminal.output.endswith(b"[stopped]\r\n")
            return stopped, code

    assert asyncio.run(run()) == ("cancelled", 130)


def test_an_editor_that_offers_no_terminal_is_not_asked_for_one(tmp_path: Path) -> None:
    editor = TerminalEditor(answers=[*ONCE])
    asyncio.run(turn("shell", editor, tmp_path, ClientCapabilities()))
    assert editor.terminals == []
    assert "from the shell" in contents(editor)[-1].content.text


class Refusing(TerminalEditor):
    """It offers terminals and has none."""

    refused = 0

    async def create_terminal(
        self, session_id: str, command: str, args: list[str] | None = None, **rest: Any
    ) -> CreateTerminalResponse:
        """Not here."""
        del session_id, command, args, rest
        self.refused += 1
        raise RequestError(-32603, "There are no terminals here.")


def test_an_editor_that_refuses_is_asked_once_and_output_is_shown_in_the_call(
    tmp_path: Path,
) -> None:
    editor = Refusing(answers=[*ONCE])
    asyncio.run(turn("three commands", editor, tmp_path, TERMINALS))
    assert editor.refused == 1
    assert {one.type for one in contents(editor)} == {"content"}
    assert "60000\n[exit code 0]" in contents(editor)[-2].content.text


def opened(editor: TerminalEditor, folder: Path) -> tuple[EditorTerminals, list[str]]:
    """The terminals of a session of an editor, and the calls where one is shown."""
    calls: list[str] = []

    def embed(call: str, _terminal: str) -> None:
        calls.append(call)

    client: Any = editor
    return EditorTerminals(client, "session", folder, embed), calls


def test_a_terminal_that_comes_too_late_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminals, "SECONDS", 0.05)
    go_on = asyncio.Event()

    class Late(TerminalEditor):
        async def create_terminal(
            self, session_id: str, command: str, args: list[str] | None = None, **rest: Any
        ) -> CreateTerminalResponse:
            await go_on.wait()
            return await super().create_terminal(session_id, command, args, **rest)

    editor = Late()

    async def run() -> None:
        opener, calls = opened(editor, tmp_path)
        async with opener.open("call", "true") as watch:
            assert watch is None
        go_on.set()
        await editor.opened.wait()
        (terminal,) = editor.terminals
        await terminal.released.wait()
        # Killed, or ended by itself since nobody listens any more.
        assert await terminal.process.wait() in (-9, 1)
        assert calls == []

    asyncio.run(run())


def test_a_terminal_that_cannot_reach_us_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminals, "SECONDS", 0.5)

    class Elsewhere(TerminalEditor):
        async def create_terminal(
            self, session_id: str, command: str, args: list[str] | None = None, **rest: Any
        ) -> CreateTerminalResponse:
            del command, args
            return await super().create_terminal(session_id, "sleep", ["600"], **rest)

    editor = Elsewhere()

    async def run() -> None:
        opener, calls = opened(editor, tmp_path)
        for _twice in range(2):
            async with opener.open("call", "true") as watch:
                assert watch is None
        await editor.opened.wait()
        (terminal,) = editor.terminals
        await terminal.released.wait()
        assert await terminal.process.wait() == -9
        assert calls == []

    asyncio.run(run())
