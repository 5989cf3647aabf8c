"""The agent as an editor sees it: sessions, turns, permission, over real pipes with the SDK."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from acp import RequestError, text_block
from acp.schema import RequestPermissionResponse
from tests.app.editors.editor import Editor, editing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes.txt").write_text("Buy milk.\n")
    return tmp_path


def test_a_turn_is_told_and_answered(folder: Path) -> None:
    editor = Editor()

    async def run() -> None:
        async with editing("say", editor) as agent:
            session = await agent.new_session(str(folder))
            answer = await agent.prompt(session.session_id, [text_block("what is to buy?")])
            assert answer.stop_reason == "end_turn"
            assert answer.usage is not None and answer.usage.input_tokens > 0
            assert session.modes is not None and session.modes.current_mode_id == "ask"

    asyncio.run(run())
    assert editor.texts("agent_message_chunk") == "It says **milk**."
    assert {one.name for one in editor.of("available_commands_update")[0].available_commands} >= {
        "undo",
        "compact",
    }
    assert editor.of("usage_update")[0].size > 0


@pytest.mark.parametrize(("answer", "after"), [("once", "Buy tea.\n"), ("no", "Buy milk.\n")])
def test_an_edit_is_asked_for_with_its_diff(folder: Path, answer: str, after: str) -> None:
    editor = Editor(answers=[answer])

    async def run() -> None:
        async with editing("edit", editor) as agent:
            session = await agent.new_session(str(folder))
            await agent.prompt(session.session_id, [text_block("tea instead")])

    asyncio.run(run())
    assert (folder / "notes.txt").read_text() == after
    ((call, options),) = editor.asked
    assert [option.option_id for option in options] == ["once", "session", "always", "no"]
    diff = call.content[0] if call.content else None
    assert diff is not None and diff.type == "diff"
    assert (diff.path, diff.old_text, diff.new_text) == (
        str(folder / "notes.txt"),
        "Buy milk.\n",
        "Buy tea.\n",
    )
    started = editor.of("tool_call")
    assert [(one.kind, one.locations[0].path) for one in started] == [
        ("read", str(folder / "notes.txt")),
        ("edit", str(folder / "notes.txt")),
    ]
    last = editor.of("tool_call_update")[-1]
    assert last.status == ("completed" if answer == "once" else "failed")


def test_a_session_is_loaded_resumed_forked_listed_and_closed(folder: Path) -> None:
    editor = Editor()

    async def run() -> None:
        async with editing("say", editor) as agent:
            first = await agent.new_session(str(folder))
            await agent.prompt(first.session_id, [text_block("what is to buy?")])
            await agent.close_session(first.session_id)
            with pytest.raises(RequestError, match="Invalid params"):
                await agent.prompt(first.session_id, [text_block("still there?")])
            editor.updates.clear()
            await agent.load_session(str(folder), first.session_id)
            assert editor.texts("user_message_chunk") == "what is to buy?"
            assert editor.texts("agent_message_chunk") == "It says **milk**."
            copy = await agent.fork_session(first.session_id, str(folder))
            assert copy.session_id != first.session_id
            listed = await agent.list_sessions(str(folder))
            assert {one.session_id for one in listed.sessions} == {
                first.session_id,
                copy.session_id,
            }
            assert listed.sessions[0].title == "what is to buy?"
            await agent.resume_session(first.session_id, str(folder))

    asyncio.run(run())


def test_what_cannot_be_is_an_error_of_the_protocol(folder: Path) -> None:
    async def run() -> None:
        async with editing("say", Editor()) as agent:
            for wrong in ("relative", str(folder / "missing"), str(folder / "notes.txt"), "\0"):
                with pytest.raises(RequestError) as caught:
                    await agent.new_session(wrong)
                assert caught.value.code == -32602
            with pytest.raises(RequestError, match="There is no session"):
                await agent.load_session(str(folder), "ffffffff")
            session = await agent.new_session(str(folder))
            with pytest.raises(RequestError) as caught:
                await agent.prompt(session.session_id, [])
            assert caught.value.code == -32602
            with pytest.raises(RequestError) as caught:
                await agent.set_session_mode(mode_id="root", session_id=session.session_id)
            assert caught.value.code == -32602

    asyncio.run(run())


def test_without_a_model_it_says_so(folder: Path) -> None:
    async def run() -> None:
        async with editing("no model", Editor()) as agent:
            with pytest.raises(RequestError, match="No model is on this machine"):
                await agent.new_session(str(folder))

    asyncio.run(run())


def test_a_mode_and_a_command(folder: Path) -> None:
    editor = Editor()

    async def run() -> None:
        async with editing("edit", editor) as agent:
            session = await agent.new_session(str(folder))
            await agent.set_session_mode(mode_id="auto-edit", session_id=session.session_id)
            await agent.prompt(session.session_id, [text_block("tea instead")])
            assert (folder / "notes.txt").read_text() == "Buy tea.\n"
            await agent.prompt(session.session_id, [text_block("/undo")])
            assert (folder / "notes.txt").read_text() == "Buy milk.\n"

    asyncio.run(run())
    assert not editor.asked
    assert "Took back" in editor.texts("agent_message_chunk")


def test_cancel_ends_a_turn(folder: Path) -> None:
    editor = Editor()

    async def run() -> str:
        async with editing("slow", editor) as agent:
            session = await agent.new_session(str(folder))
            turn = asyncio.create_task(
                agent.prompt(session.session_id, [text_block("count slowly")])
            )
            async with asyncio.timeout(60):
                await editor.heard.wait()
            await agent.cancel(session.session_id)
            return (await turn).stop_reason

    assert asyncio.run(run()) == "cancelled"


class Undecided(Editor):
    """The person never answers a question."""

    async def request_permission(self, *_words: Any, **_named: Any) -> RequestPermissionResponse:
        """Wait for ever."""
        self.heard.set()
        await asyncio.Event().wait()
        raise AssertionError


def test_cancel_ends_a_turn_whose_question_waits(folder: Path) -> None:
    editor = Undecided()

    async def run() -> str:
        async with editing("edit", editor) as agent:
            session = await agent.new_session(str(folder))
            turn = asyncio.create_task(agent.prompt(session.session_id, [text_block("tea")]))
            async with asyncio.timeout(60):
                await editor.heard.wait()
                await agent.cancel(session.session_id)
                return (await turn).stop_reason

    assert asyncio.run(run()) == "cancelled"
    assert (folder / "notes.txt").read_text() == "Buy milk.\n"


def test_thinking_and_the_model_can_be_chosen(folder: Path) -> None:
    async def run() -> list[Any]:
        async with editing("say", Editor()) as agent:
            session = await agent.new_session(str(folder))
            with pytest.raises(RequestError):
                await agent.set_config_option("colour", session.session_id, "red")
            chosen = await agent.set_config_option("thinking", session.session_id, "off")
            assert chosen is not None
            return chosen.config_options

    options = asyncio.run(run())
    assert [(one.id, one.current_value) for one in options] == [
        ("model", "scripted"),
        ("thinking", "off"),
    ]
