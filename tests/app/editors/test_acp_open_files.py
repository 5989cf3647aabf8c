"""Text that stands unsaved in the editor counts before what is on the disk."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from acp import RequestError, text_block
from acp.schema import ClientCapabilities, ReadTextFileResponse
from tests.app.editors.editor import FILES, READ_ONLY, Editor, editing, text_of

UNSAVED = "Buy milk and bread.\n"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    file = tmp_path / "notes.txt"
    file.write_text("Buy milk.\n")
    return file


async def turns(
    case: str, editor: Editor, notes: Path, can: ClientCapabilities, *prompts: str
) -> None:
    async with editing(case, editor, can) as agent:
        session = await agent.new_session(str(notes.parent))
        for prompt in prompts:
            await agent.prompt(session.session_id, [text_block(prompt)])


def shown(editor: Editor) -> list[str]:
    """What each call answered, in order."""
    return [
        update.content[0].content.text
        for update in editor.of("tool_call_update")
        if update.status in ("completed", "failed") and update.content[0].type == "content"
    ]


def test_an_edit_starts_from_unsaved_text_and_undo_gives_it_back(notes: Path) -> None:
    editor = Editor(answers=["once"], buffers={str(notes): UNSAVED})

    async def run() -> None:
        async with editing("edit", editor, FILES) as agent:
            session = await agent.new_session(str(notes.parent))
            await agent.prompt(session.session_id, [text_block("tea instead")])
            assert text_of(str(notes)) == "Buy tea and bread.\n"
            await agent.prompt(session.session_id, [text_block("/undo")])

    asyncio.run(run())
    ((call, _options),) = editor.asked
    diff: Any = call.content[0] if call.content else None
    assert (diff.old_text, diff.new_text) == (UNSAVED, "Buy tea and bread.\n")
    # First the person's own text is saved, then they are told of the new one.
    assert editor.saved == [("notes.txt", UNSAVED), ("notes.txt", "Buy tea and bread.\n")]
    assert notes.read_text() == UNSAVED


def test_reading_and_searching_find_unsaved_text(notes: Path) -> None:
    editor = Editor(buffers={str(notes): UNSAVED})
    asyncio.run(turns("search", editor, notes, FILES, "what is to buy?"))
    read, found = shown(editor)
    assert UNSAVED.strip() in read
    assert UNSAVED.strip() in found
    assert editor.saved == []
    assert notes.read_text() == "Buy milk.\n"


def test_an_editor_that_offers_no_files_is_not_asked(notes: Path) -> None:
    editor = Editor(answers=["once"], buffers={str(notes): UNSAVED})
    asyncio.run(turns("edit", editor, notes, ClientCapabilities(), "tea instead"))
    assert notes.read_text() == "Buy tea.\n"
    assert editor.saved == []


def test_unsaved_text_that_cannot_be_saved_is_not_written_over(notes: Path) -> None:
    editor = Editor(answers=["once"], buffers={str(notes): UNSAVED})
    asyncio.run(turns("edit", editor, notes, READ_ONLY, "tea instead"))
    assert notes.read_text() == "Buy milk.\n"
    assert "notes.txt has unsaved changes in the editor" in shown(editor)[-1]


def test_what_is_typed_while_the_question_waits_is_not_lost(notes: Path) -> None:
    editor = Editor(answers=["once"], buffers={str(notes): UNSAVED})
    typed = "Buy milk, bread and jam.\n"
    editor.meanwhile = lambda: editor.buffers.update({str(notes): typed})
    asyncio.run(turns("edit", editor, notes, FILES, "tea instead"))
    assert editor.buffers[str(notes)] == typed
    assert editor.saved == []
    assert notes.read_text() == "Buy milk.\n"


class Failing(Editor):
    """It offers files and cannot read them."""

    async def read_text_file(self, session_id: str, path: str, **_: Any) -> ReadTextFileResponse:
        """Not here."""
        raise RequestError(-32603, "The buffer is gone.")


def test_an_editor_that_fails_leaves_the_disk_to_count(notes: Path) -> None:
    editor = Failing(answers=["once"])
    asyncio.run(turns("edit", editor, notes, FILES, "tea instead"))
    assert notes.read_text() == "Buy tea.\n"
    # It is not known what stands in the editor: nothing is put there.
    assert editor.saved == []


@pytest.mark.parametrize("raw", [b"Buy milk.\r\nNow.\r\n", b"\xef\xbb\xbfBuy milk.\n"])
def test_line_ends_and_marks_of_a_file_are_no_unsaved_text(notes: Path, raw: bytes) -> None:
    notes.write_bytes(raw)
    text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    editor = Editor(answers=["once"], buffers={str(notes): text.rstrip("\n")})
    asyncio.run(turns("edit", editor, notes, READ_ONLY, "tea instead"))
    assert notes.read_bytes() == raw.replace(b"milk", b"tea")


class Hanging(Editor):
    """It never answers what it is asked for."""

    async def read_text_file(self, session_id: str, path: str, **_: Any) -> ReadTextFileResponse:
        """Wait for ever."""
        self.heard.set()
        await asyncio.Event().wait()
        raise AssertionError(session_id, path)


def test_a_turn_is_cancelled_while_the_editor_does_not_answer(notes: Path) -> None:
    editor = Hanging()

    async def run() -> str:
        async with editing("edit", editor, FILES) as agent:
            session = await agent.new_session(str(notes.parent))
            turn = asyncio.create_task(agent.prompt(session.session_id, [text_block("tea")]))
            async with asyncio.timeout(60):
                await editor.heard.wait()
                await agent.cancel(session.session_id)
                return (await turn).stop_reason

    assert asyncio.run(run()) == "cancelled"
    assert notes.read_text() == "Buy milk.\n"
