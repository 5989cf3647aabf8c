"""A session goes from the editor to what the terminal UI holds, and back."""

import asyncio
from pathlib import Path

from acp import text_block
from tests.app.editors.editor import Editor, editing

from inhouse.build import Resume, Wish
from inhouse.live.live_session import Hearing, LiveSession
from inhouse.settings import Settings
from inhouse_agent.events import Event, TurnEnded
from inhouse_models.chat import ModelClient, ModelError
from inhouse_models.scripted import ScriptedModel, say


def _ignore() -> None:
    """Nothing is drawn."""


def _ignore_step(_done: int, _total: int, _what: str) -> None:
    """Nothing is drawn."""


def _raise(fault: BaseException) -> None:
    raise fault


async def say_on_screen(root: Path, identifier: str, prompt: str) -> tuple[str, list[str]]:
    """One turn in an open session without a screen; its id, and the messages afterwards."""
    ended = asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, TurnEnded):
            ended.set()

    async def connect(_settings: Settings, _progress: object) -> ModelClient | ModelError:
        return ScriptedModel((say("From the screen."),))

    live = LiveSession(
        lambda: Wish(root, Settings(sandbox="off"), "ask"),
        Hearing(hear, lambda _built: None, _ignore, _ignore_step, _raise),
        connect,
    )
    assert await live.open(Resume(id=identifier) if identifier else None)
    live.send(prompt)
    await ended.wait()
    assert live.built is not None
    found = live.built.session.id, [message.text for message in live.built.history]
    await live.close()
    return found


def test_from_the_editor_to_the_screen_and_back(tmp_path: Path) -> None:
    editor = Editor()

    async def run() -> list[str]:
        async with editing("say", editor) as agent:
            session = await agent.new_session(str(tmp_path))
            await agent.prompt(session.session_id, [text_block("in the editor")])
            await agent.close_session(session.session_id)
            _id, history = await say_on_screen(tmp_path, session.session_id, "on the screen")
            editor.updates.clear()
            await agent.load_session(str(tmp_path), session.session_id)
            return history

    history = asyncio.run(run())
    assert [text for text in history if "milk" in text] == ["It says **milk**."]
    assert editor.texts("user_message_chunk") == "in the editoron the screen"
    assert editor.texts("agent_message_chunk") == "It says **milk**.From the screen."


def test_from_the_screen_to_the_editor(tmp_path: Path) -> None:
    editor = Editor()

    async def run() -> None:
        identifier, _history = await say_on_screen(tmp_path, "", "on the screen")
        async with editing("say", editor) as agent:
            await agent.load_session(str(tmp_path), identifier)
            await agent.prompt(identifier, [text_block("in the editor")])

    asyncio.run(run())
    assert editor.texts("user_message_chunk") == "on the screen"
    assert editor.texts("agent_message_chunk") == "From the screen.It says **milk**."


def test_an_unused_session_stays_when_it_is_closed(tmp_path: Path) -> None:
    editor = Editor()

    async def run() -> list[str]:
        async with editing("say", editor) as agent:
            session = await agent.new_session(str(tmp_path))
            await agent.close_session(session.session_id)
            await agent.resume_session(session.session_id, str(tmp_path))
            await agent.prompt(session.session_id, [text_block("what is to buy?")])
            return [one.title or "" for one in (await agent.list_sessions(str(tmp_path))).sessions]

    assert asyncio.run(run()) == ["what is to buy?"]
    (told,) = editor.of("session_info_update")
    assert told.title == "what is to buy?"


def test_an_unused_session_is_gone_with_its_editor(tmp_path: Path) -> None:
    async def run(*, saying: bool) -> int:
        async with editing("say", Editor()) as agent:
            session = await agent.new_session(str(tmp_path))
            if saying:
                await agent.prompt(session.session_id, [text_block("what is to buy?")])
        async with editing("say", Editor()) as agent:
            return len((await agent.list_sessions(str(tmp_path))).sessions)

    assert asyncio.run(run(saying=False)) == 0
    assert asyncio.run(run(saying=True)) == 1
