"""Windows of files that are too large for memory, in any encoding, and of what is no file."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from threading import Event

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.helpers_tools import call, workspace_in

from inhouse_tools.process import run
from inhouse_tools.reading.large_file import read_window
from inhouse_tools.reading.window import Frame, Window, cut_window
from inhouse_tools.refusal import Refusal

CODECS = {
    "utf-8": b"",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32-le": b"\xff\xfe\0\0",
}
texts = st.lists(
    st.text(st.sampled_from("ab\u00e4\u20ac\U0001f600\t "), max_size=9) | st.just("x" * 5000),
    max_size=40,
).map("\n".join)


def window_of(raw: bytes, frame: Frame, block: int) -> tuple[Window, str] | Refusal:
    with tempfile.NamedTemporaryFile() as file:
        file.write(raw)
        file.flush()
        return read_window(Path(file.name), "it", frame, Event(), block)


@settings(max_examples=80, deadline=None)
@given(
    text=texts,
    codec=st.sampled_from(sorted(CODECS)),
    ending=st.sampled_from(["\n", "\r\n"]),
    frame=st.builds(Frame, st.integers(1, 50), st.integers(1, 50), st.integers(1, 9000)),
    block=st.sampled_from([4, 5, 7, 64, 1024**2]),
)
def test_it_is_the_window_of_the_text_in_memory(
    text: str, codec: str, ending: str, frame: Frame, block: int
) -> None:
    raw = CODECS[codec] + text.replace("\n", ending).encode(codec)
    found = window_of(raw, frame, block)
    assert not isinstance(found, Refusal)
    window, _codec = found
    wanted = cut_window(text, frame)
    assert list(window.lines) == list(wanted.lines)
    assert (window.first, window.total, list(window.long)) == (
        frame.offset,
        wanted.total,
        list(wanted.long),
    )


@given(text=texts, offset=st.integers(1, 60), limit=st.integers(1, 60), room=st.integers(1, 9000))
def test_windows_follow_each_other_without_a_gap(
    text: str, offset: int, limit: int, room: int
) -> None:
    window = cut_window(text, Frame(offset, limit, room))
    lines = text.split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    assert window.total == len(lines)
    taken = lines[offset - 1 : offset - 1 + len(window.lines)]
    assert [line[:2000] for line in taken] == list(window.lines)
    assert bool(window.lines) == (offset <= len(lines))


def test_a_file_of_a_gigabyte_is_read_without_loading_it(tmp_path: Path) -> None:
    file = tmp_path / "huge.log"
    with file.open("wb") as stream:
        stream.write(b"first\n" + b"".join(b"line %d\n" % n for n in range(2, 1_000_001)))
        # A hole: one line of zeros, which takes no room on the disk.
        stream.truncate(1024**3)
    program = (
        "import resource, sys, threading\n"
        "from pathlib import Path\n"
        "from inhouse_tools.reading.large_file import read_window\n"
        "from inhouse_tools.reading.window import Frame\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "found = read_window(Path(sys.argv[1]), 'x', Frame(900_000, 2, 1000), threading.Event())\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "print(found[0].lines, found[0].total, grown < 20_000)\n"
    )
    argv = (sys.executable, "-I", "-c", program, str(file))
    ended = asyncio.run(run(argv, cwd=tmp_path, timeout=60))
    assert not isinstance(ended, Refusal)
    assert ended.output == "['line 900000', 'line 900001'] 1000001 True\n"


def test_a_large_file_says_what_it_is_and_cannot_be_edited(tmp_path: Path) -> None:
    lines = "".join(f"gr\u00f6\u00dfe {number}\n" for number in range(900_000))
    (tmp_path / "a.log").write_text(lines, encoding="latin-1")
    workspace = workspace_in(tmp_path)
    text = call(workspace, "read", file_path="a.log", offset=899_999).text
    assert text == (
        "a.log, encoded as cp1252, lines 899999-900000 of 900000:\n"
        "gr\u00f6\u00dfe 899998\ngr\u00f6\u00dfe 899999"
    )
    assert call(workspace, "read", file_path="a.log", offset=900_001).failed
    assert not workspace.seen
    (tmp_path / "b.bin").write_bytes(bytes(11_000_000))
    assert "binary" in call(workspace, "read", file_path="b.bin").text


def test_an_unusual_encoding_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffeins\r\nzwei\r\n".encode("utf-16-le"))
    text = call(workspace_in(tmp_path), "read", file_path="a.txt").text
    assert text == "a.txt, encoded as utf-16-le, lines 1-2 of 2:\neins\nzwei"


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    os.mkfifo(root / "fifo.pdf")
    (root / "zero.png").symlink_to("/dev/zero")
    (root / "loop.ipynb").symlink_to("loop.ipynb")
    workspace = workspace_in(root)
    for name in ("fifo.pdf", "zero.png", "loop.ipynb"):
        answer = call(workspace, "read", file_path=name)
        assert answer.failed
        assert "regular file" in answer.text or "loop" in answer.text


def test_a_link_out_of_the_folder_is_judged_as_what_it_leads_to(tmp_path: Path) -> None:
    from tests.tools.helpers_tools import TOOLS

    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "secret.pdf").write_bytes(b"%PDF-1.4")
    (root / "a.pdf").symlink_to(tmp_path / "secret.pdf")
    workspace = workspace_in(root)
    tool = TOOLS["read"]
    (access,) = tool.access(tool.args(file_path="a.pdf"), workspace)
    assert access.outside and access.target == str(tmp_path / "secret.pdf")
