"""A language server over real pipes: asked, believed, started once more, and ended."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.checks.projects import make, trusted

from inhouse_tools.checks.ground import Ground
from inhouse_tools.checks.lsp import session
from inhouse_tools.checks.lsp.checker import LanguageServer, language_id, language_server
from inhouse_tools.checks.lsp.framing import MAX_HEADER_BYTES, Decoder, encode
from inhouse_tools.checks.lsp.session import path_of
from inhouse_tools.checks.problem import Finding
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import Sandbox, probe

SCRIPT = Path(__file__).parent / "scripted_language_server.py"
Use = Callable[[LanguageServer], Awaitable[None]]


def names_in(folder: Path) -> list[str]:
    """Everything that lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def server(
    way: str, root: Path, ground: Ground | None = None, heard: Path | None = None
) -> LanguageServer:
    command = [sys.executable, str(SCRIPT), way, str(heard or root / "heard")]
    return LanguageServer(language_server("own", command, ["*.txt"]), ground or trusted(root))


def use(checker: LanguageServer, action: Use) -> None:
    async def run() -> None:
        try:
            await action(checker)
        finally:
            await checker.close()

    asyncio.run(run())


def said(found: tuple[Finding, ...] | Refusal) -> list[tuple[str, int, int, str]]:
    assert not isinstance(found, Refusal), found
    problems = [finding.problem for finding in found]
    return [(one.file, one.line, one.column, one.code) for one in problems]


def heard(root: Path) -> list[str]:
    return (root / "heard").read_text("utf-8").splitlines()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    text = "fine\n  BAD here, HINT there\nWARN\n"
    return make(tmp_path / "a project", {"a.txt": text, "b.txt": "fine\n"})


@pytest.mark.parametrize("way", ["push", "pull"])
def test_errors_and_warnings_of_a_file_as_it_is_now(root: Path, way: str) -> None:
    async def action(checker: LanguageServer) -> None:
        wanted = [("a.txt", 2, 3, "bad"), ("a.txt", 3, 1, "warn")]
        assert said(await checker.look(("a.txt", "b.txt"), 20)) == wanted
        assert said(await checker.look(("a.txt",), 20)) == wanted
        (root / "b.txt").write_text("BAD\n")
        assert said(await checker.look(("b.txt", "gone.txt"), 20)) == [("b.txt", 1, 1, "bad")]
        (root / "b.txt").unlink()
        assert said(await checker.look(("b.txt",), 20)) == []

    use(server(way, root), action)
    methods = heard(root)
    assert methods[:3] == ["initialize", "answer", "initialized"]
    assert methods.count("textDocument/didOpen") == 2
    assert methods.count("textDocument/didClose") == 1
    assert methods[-2:] == ["shutdown", "exit"]


def test_it_runs_in_the_sandbox(root: Path) -> None:
    sandbox = asyncio.run(probe(root))
    if sandbox.kind != "bubblewrap":
        assert sys.platform != "linux", sandbox.label
        pytest.skip(sandbox.label)
    before = names_in(root)
    cache = root.parent / "cache"
    boxed = Ground(root, sandbox, cache=cache)

    async def action(checker: LanguageServer) -> None:
        found = said(await checker.look(("a.txt",), 20))
        assert found[0] == ("a.txt", 2, 3, "bad")
        assert names_in(root) == before, "it runs for long, and must leave nothing"

    use(server("push", root, boxed, heard=cache / "checks" / "heard"), action)
    assert (cache / "checks" / "heard").exists()


def test_without_a_boundary_it_does_not_start(root: Path) -> None:
    async def action(checker: LanguageServer) -> None:
        assert isinstance(await checker.look(("a.txt",), 20), Refusal)

    use(server("push", root, Ground(root, Sandbox.off())), action)
    assert not (root / "heard").exists()


def test_it_is_started_once_more_when_it_dies(root: Path) -> None:
    async def action(checker: LanguageServer) -> None:
        assert len(said(await checker.look(("a.txt",), 20))) == 2

    use(server("crash once", root), action)
    assert heard(root).count("initialize") == 2


def test_one_that_dies_again_is_given_up(root: Path) -> None:
    async def action(checker: LanguageServer) -> None:
        refused = await checker.look(("a.txt",), 20)
        assert isinstance(refused, Refusal)
        assert "own was given up: it has ended" in refused.text

    use(server("crash", root), action)
    assert heard(root).count("initialize") == 2


def test_one_that_says_nothing_is_waited_for_only_so_long(root: Path) -> None:
    async def action(checker: LanguageServer) -> None:
        began = time.monotonic()
        refused = await checker.look(("a.txt",), 1.0)
        assert isinstance(refused, Refusal)
        assert "said nothing" in refused.text
        assert time.monotonic() - began < 30

    use(server("silent", root), action)


def test_one_that_speaks_another_language_is_a_refusal(root: Path) -> None:
    async def action(checker: LanguageServer) -> None:
        refused = await checker.look(("a.txt",), 20)
        assert isinstance(refused, Refusal)
        assert "does not start" in refused.text

    use(server("garbage", root), action)


def test_one_that_is_not_installed_is_a_refusal(root: Path) -> None:
    check = language_server("own", ["no-such-server"], ["*.txt"])
    refused = asyncio.run(LanguageServer(check, trusted(root)).look(("a.txt",), 5))
    assert refused == Refusal("The language server no-such-server is not installed.")


def test_nothing_is_left_of_one_that_does_not_want_to_end(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "CLOSE_SECONDS", 0.2)
    script = "trap '' TERM; echo $$ > pid; while :; do sleep 1; done"
    check = language_server("own", ["sh", "-c", script], ["*.txt"])

    async def action(checker: LanguageServer) -> None:
        assert isinstance(await checker.look(("a.txt",), 0.3), Refusal)

    use(LanguageServer(check, trusted(root)), action)
    with pytest.raises(ProcessLookupError):
        os.kill(int((root / "pid").read_text()), 0)


MESSAGES = st.lists(
    st.dictionaries(
        st.sampled_from(["id", "method", "params"]), st.text(max_size=20) | st.integers()
    ),
    max_size=4,
)


@settings(max_examples=40)
@given(MESSAGES, st.integers(1, 30))
def test_messages_arrive_whole_in_whatever_pieces(
    messages: list[dict[str, object]], size: int
) -> None:
    data = b"".join(encode(message) for message in messages)
    decoder = Decoder()
    found = [
        message
        for start in range(0, len(data), size)
        for message in decoder.feed(data[start : start + size])
    ]
    assert found == [{"jsonrpc": "2.0", **message} for message in messages]
    assert not decoder.broken


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: many\r\n\r\n{}",
        b"Content-Length: -5\r\n\r\n{}",
        b"Content-Length: 99999999999\r\n\r\n{}",
        b"hello\r\n\r\n",
        b"x" * (MAX_HEADER_BYTES + 1),
    ],
)
def test_what_is_not_the_protocol_breaks_it_off(data: bytes) -> None:
    decoder = Decoder()
    assert decoder.feed(data) == []
    assert decoder.broken


def test_a_message_that_is_no_object_is_passed_over() -> None:
    data = b"Content-Length: 2\r\n\r\n[]Content-Length: 1\r\n\r\n{" + encode({"id": 1})
    assert Decoder().feed(data) == [{"jsonrpc": "2.0", "id": 1}]


def test_names() -> None:
    assert path_of("file:///a%20b/%C3%BC.py") == Path("/a b/ü.py")
    assert path_of("untitled:one") is None
    names = {"a.py": "python", "a.TSX": "typescriptreact", "Dockerfile.dev": "dockerfile"}
    assert {name: language_id(name) for name in names} == names
    assert language_id("a.lua") == "lua"
