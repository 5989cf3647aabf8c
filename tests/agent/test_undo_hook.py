"""A session's turns are recorded: edits, commands, checks, and what is said before they run."""

import asyncio
from pathlib import Path

import pytest
from tests.agent.kits import Bench, scripted

from inhouse_agent.events import Asked, Event, Noticed, ToolProgress
from inhouse_agent.kit import deny_asks
from inhouse_agent.permission import Policy
from inhouse_agent.profile import Profile
from inhouse_agent.undo import history_of, record_turns, store_of
from inhouse_agent.verify import Verify
from inhouse_models.scripted import Answer, call, say
from inhouse_tools.registry import builtin_tools
from inhouse_tools.tool import Output
from inhouse_tools.undo import Summaries, TurnSummary, summarise
from inhouse_tools.undo.recording import UNCONFINED
from inhouse_tools.writing.snapshot import put_back, take_snapshot

ROOM = 100_000_000
PROFILE = Profile("large", ("read", "write", "bash"), "native", held=False, brief=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    (made / "a.txt").write_text("a\n")
    return made.resolve()


def recorded(folder: Path, *answers: Answer, mode: str = "yolo") -> Bench:
    """A bench with the real tools, whose turns are recorded."""
    bench = scripted(folder, *answers)
    kit = bench.kit
    kit.tools, kit.profile = builtin_tools(), PROFILE
    kit.policy = Policy("ask" if mode == "ask" else "yolo")
    kit.workspace.state = store_of(folder).state
    kit.workspace.undo = record_turns(kit.workspace, ROOM, lambda text: kit.emit(Noticed(text)))
    return bench


def turns(folder: Path) -> list[TurnSummary]:
    found = summarise(store_of(folder), 10)
    assert isinstance(found, Summaries)
    return found.turns


def test_a_turn_is_taken_back_with_its_commands_and_edits(folder: Path) -> None:
    bench = recorded(
        folder,
        call("bash", command="rm a.txt; mkdir -p d/e; echo made > d/made.txt"),
        call("write", file_path="b.txt", content="b\n"),
        call("bash", command="chmod 600 b.txt"),
        say("Done."),
    )
    asyncio.run(bench.turn("Change it all.\nPlease."))
    (summary,) = turns(folder)
    assert summary.turn.prompt == "Change it all.\nPlease."
    assert [(file.name, file.what) for file in summary.files] == [
        ("a.txt", "deleted"),
        ("b.txt", "created"),
        ("d/e", "created"),
        ("d/made.txt", "created"),
    ]
    outcome = history_of(folder).undo()
    assert outcome.refusal is None
    assert [path.name for path in folder.iterdir()] == ["a.txt"]
    assert [event.text for event in bench.of(Noticed)] == [UNCONFINED]


def test_what_only_commands_changed_is_told_at_the_end(folder: Path) -> None:
    (folder / ".gitignore").write_text("*.log\nout/\n")
    (folder / "gone.txt").write_text("x\n")
    made = "mkdir -p out d __pycache__; touch out/x __pycache__/y it.log; echo 1 > d/caf\u00e9.txt"
    bench = recorded(
        folder,
        call("write", file_path="b.txt", content="b\n"),
        call("bash", command=f"{made}; rm gone.txt; ln -s a.txt link; touch same; rm same"),
        say("Done."),
    )
    ended = asyncio.run(bench.turn())
    assert ended.files_changed == ("b.txt", "d/caf\u00e9.txt", "gone.txt", "link")


def test_a_turn_names_its_own_changes_only(folder: Path) -> None:
    bench = recorded(
        folder,
        *(call("bash", command="echo 2 > a.txt"), say("Done.")),
        *(call("bash", command="cat a.txt"), say("It says 2.")),
    )
    assert asyncio.run(bench.turn()).files_changed == ("a.txt",)
    (folder / "mine.txt").write_text("between the turns\n")
    assert asyncio.run(bench.turn()).files_changed == ()


def test_a_turn_that_reads_leaves_no_record(folder: Path) -> None:
    bench = recorded(folder, call("read", file_path="a.txt"), say("It says a."))
    asyncio.run(bench.turn())
    assert not store_of(folder).folder.exists()


def test_the_persons_check_belongs_to_the_turn(folder: Path) -> None:
    bench = recorded(folder, call("write", file_path="b.txt", content="b\n"), say("Done."))
    kit = bench.kit

    async def run_command(command: str) -> Output:
        bash = kit.tools["bash"]
        return await bash.run(bash.args(command=command), kit.workspace)

    bench.kit.options = type(kit.options)(verify=Verify("touch cache", run_command))
    asyncio.run(bench.turn())
    assert [file.name for file in turns(folder)[0].files] == ["b.txt", "cache"]


def test_what_is_not_covered_is_said_before_a_person_is_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inhouse_tools.undo.tree.MAX_FILE_BYTES", 1000)
    (folder / "large.bin").write_bytes(b"x" * 60_000)
    bench = recorded(folder, call("bash", command="rm large.bin"), say("No."), mode="ask")
    bench.kit.ask = deny_asks
    asyncio.run(bench.turn())
    kinds = [event for event in bench.events if isinstance(event, (Noticed, Asked))]
    assert isinstance(kinds[1], Noticed)
    assert kinds[1].text.startswith("Undo does not cover large.bin (0.1 MB, larger than 50 MB).")
    assert isinstance(kinds[2], Asked)


def test_an_interrupted_turn_is_recorded(folder: Path) -> None:
    command = "touch b.txt; echo ready; sleep 20; touch c.txt"
    bench = recorded(folder, call("bash", command=command))

    async def interrupt() -> None:
        task = asyncio.ensure_future(bench.turn())
        emit = bench.kit.emit

        def cancel(event: Event) -> None:
            emit(event)
            if isinstance(event, ToolProgress):
                task.cancel()

        bench.kit.emit = cancel
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupt())
    (summary,) = turns(folder)
    assert summary.turn.state == "done"
    assert not summary.turn.interrupted, "its process lives"
    assert [file.name for file in summary.files] == ["b.txt"]


def test_second_choices_leave_what_stands_in_the_end(folder: Path) -> None:
    """Files that are put back within a turn are its own doing, too."""
    bench = recorded(folder)
    workspace = bench.kit.workspace
    undo = workspace.undo
    assert undo is not None

    async def turn() -> None:
        tools = builtin_tools()
        async with undo.turn("Try."):
            read, write = tools["read"], tools["write"]
            await read.run(read.args(file_path="a.txt"), workspace)
            before = take_snapshot(workspace)
            await write.run(write.args(file_path="a.txt", content="first\n"), workspace)
            await write.run(write.args(file_path="new.txt", content="first\n"), workspace)
            assert put_back(workspace, before) == ("a.txt", "new.txt")
            await write.run(write.args(file_path="a.txt", content="second\n"), workspace)

    asyncio.run(turn())
    (summary,) = turns(folder)
    assert [file.name for file in summary.files] == ["a.txt"]
    assert history_of(folder).undo().refusal is None
    assert (folder / "a.txt").read_text() == "a\n"


def test_no_room_means_no_undo(folder: Path) -> None:
    bench = scripted(folder, say("x"))
    assert record_turns(bench.kit.workspace, 0, print) is None
    assert bench.kit.workspace.state is None
    assert record_turns(bench.kit.workspace, ROOM, print) is None
