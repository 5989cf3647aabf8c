"""What the model sees of a PDF, also of one that means harm."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.tools.helpers_tools import TOOLS, call, workspace_in

from .made_documents import make_bomb, make_pdf, put_together

PAGES = [[f"Chapter {number}", f"The answer is {number * 7}."] for number in range(1, 31)]


def test_text_comes_by_pages(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(make_pdf(PAGES[:2]))
    workspace = workspace_in(tmp_path)
    answer = call(workspace, "read", file_path="a.pdf")
    assert answer.text == (
        "a.pdf, PDF with 2 pages, lines 1-6 of 6:\n"
        "[page 1]\nChapter 1\nThe answer is 7.\n[page 2]\nChapter 2\nThe answer is 14."
    )
    assert not workspace.seen
    edit = call(workspace, "edit", file_path="a.pdf", old_string="Chapter 1", new_string="One")
    assert edit.text == "a.pdf cannot be read as text: it is a PDF."


def test_a_long_one_is_paged_and_says_where_pages_begin(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(make_pdf(PAGES))
    workspace = workspace_in(tmp_path)
    text = call(workspace, "read", file_path="a.pdf", limit=3).text
    assert "lines 1-3 of 90:" in text
    assert "[87 more lines: read with offset=4]" in text
    assert "[pages begin at lines: 1 at 1, 4 at 10, 7 at 19" in text
    page = call(workspace, "read", file_path="a.pdf", offset=19, limit=2).text
    assert "\n[page 7]\nChapter 7\n" in page
    assert call(workspace, "read", file_path="a.pdf", offset=91).failed


def test_what_has_no_text_says_why(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path)
    samples = {
        "scan.pdf": (make_pdf([[], []]), "perhaps scanned"),
        "torn.pdf": (make_pdf(PAGES)[:400], "damaged"),
        "noise.pdf": (b"%PDF-1.4\n" + os.urandom(1000), "damaged"),
        "locked.pdf": (_locked(), "password"),
        "named.pdf": (b"only a name\n", "only a name"),
    }
    for name, (raw, said) in samples.items():
        (tmp_path / name).write_bytes(raw)
        answer = call(workspace, "read", file_path=name)
        assert said in answer.text
        assert answer.failed is (name != "named.pdf")


def _locked() -> bytes:
    key = b"<" + b"ab" * 32 + b">"
    secret = b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O %s /U %s >> /ID [%s %s]"
    return make_pdf(PAGES[:1], secret % (key, key, key, key))


def test_objects_that_hold_themselves_end(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path)
    loop = put_together(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] >>"]
    )
    huge = put_together(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 2000000000 /Kids [] >>"]
    )
    deep = put_together([b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * 200_000])
    for number, raw in enumerate((loop, huge, deep)):
        (tmp_path / f"{number}.pdf").write_bytes(raw)
        answer = call(workspace, "read", file_path=f"{number}.pdf")
        assert answer.failed
        assert "PDF" in answer.text


def test_a_bomb_is_ended_and_harms_nothing(tmp_path: Path) -> None:
    raw = make_bomb(60)
    assert len(raw) < 200_000
    (tmp_path / "bomb.pdf").write_bytes(raw)
    began = time.monotonic()
    answer = call(workspace_in(tmp_path), "read", file_path="bomb.pdf")
    assert time.monotonic() - began < 40
    assert answer.failed
    assert len(answer.text) < 500


def test_cancelling_ends_the_decoder(tmp_path: Path) -> None:
    (tmp_path / "bomb.pdf").write_bytes(make_bomb(60))
    tool, workspace = TOOLS["read"], workspace_in(tmp_path)

    async def cancel() -> float:
        running = asyncio.ensure_future(tool.run(tool.args(file_path="bomb.pdf"), workspace))
        await asyncio.wait({running}, timeout=0.3)
        assert not running.done()
        began = time.monotonic()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return time.monotonic() - began

    # Left to itself it would go on for its twenty seconds of the processor.
    assert asyncio.run(cancel()) < 10


def test_nothing_can_be_reached_once_a_document_is_read() -> None:
    """The program closes itself off before it looks at its input."""
    program = (
        "from inhouse_tools.documents import limits; limits.limit_resources(); limits.close_off()\n"
        "import os, socket\n"
        "for reach in (lambda: open('/etc/hostname'), lambda: os.listdir('/'), socket.socket,\n"
        "              lambda: os.execv('/bin/true', ['true'])):\n"
        "    try: reach()\n"
        "    except OSError: continue\n"
        "    print('reached', flush=True)\n"
        "print('done')"
    )
    before = subprocess.run(
        [sys.executable, "-I", "-c", program.replace("limits.close_off()", "0")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "reached" in before.stdout
    after = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False
    )
    assert after.stdout == "done\n", after.stderr
