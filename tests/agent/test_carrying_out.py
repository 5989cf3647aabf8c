"""A plan becomes one change: all of it is written and verified, or none of it stays."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.agent.checkers import Words, own_test, session
from tests.agent.kits import Bench, scripted

from inhouse_agent.carrying_out import NOTHING, carry_out
from inhouse_agent.checking import Checking, Found
from inhouse_agent.commit import TurnCommits
from inhouse_agent.events import (
    Asked,
    ChangeProposed,
    FileChanged,
    PlanChanged,
    TurnEnded,
)
from inhouse_agent.kit import Answer as Reply
from inhouse_agent.kit import Options, Question
from inhouse_agent.permission import Policy
from inhouse_agent.plan import Plan, PlanStep
from inhouse_agent.undo import history_of, record_turns, store_of
from inhouse_agent.verify import Verify
from inhouse_models.chat import ModelError
from inhouse_models.scripted import Answer, call, fail, say
from inhouse_tools.registry import builtin_tools
from inhouse_tools.tool import Output

PLAN = Plan(
    "Another word",
    (PlanStep("Change one", files=("one.txt",)), PlanStep("Add two", new_files=("two.txt",))),
    ("grep -q new one.txt && test -e two.txt",),
)


def write(name: str, content: str) -> Answer:
    return call("write", file_path=name, content=content)


STEPS = (
    call("read", file_path="one.txt"),
    write("one.txt", "new\n"),
    say("One is changed."),
    write("two.txt", "two\n"),
    say("Two is there."),
)


def bench_with(root: Path, *answers: Answer) -> Bench:
    (root / "one.txt").write_text("old\n")
    bench = scripted(root, *answers)
    bench.kit.tools = builtin_tools()
    bench.kit.profile = replace(bench.kit.profile, tool_names=tuple(bench.kit.tools))
    return bench


def carry(bench: Bench, plan: Plan = PLAN) -> TurnEnded:
    return asyncio.run(carry_out(bench.kit, bench.history, plan))


def tree(root: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in root.iterdir()}


def test_all_steps_are_written_together_and_verified(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, *STEPS)
    seen: list[dict[str, str]] = []
    bench.kit.emit = lambda event: (
        bench.events.append(event),
        seen.append(tree(tmp_path)) if isinstance(event, ChangeProposed) else None,
    )[0]
    ended = carry(bench)
    assert (ended.ending, ended.files_changed) == ("success", ("one.txt", "two.txt"))
    assert ended.text == "Two is there.\n\nChanged together: one.txt, two.txt."
    assert ended.answers == 5
    assert seen == [{"one.txt": "old\n"}]
    assert tree(tmp_path) == {"one.txt": "new\n", "two.txt": "two\n"}
    (proposed,) = bench.of(ChangeProposed)
    assert "-old\n+new\n" in proposed.diff
    assert "--- /dev/null\n+++ b/two.txt" in proposed.diff
    assert [event.path for event in bench.of(FileChanged)] == ["one.txt", "two.txt"]
    states = [[state for _step, state in event.steps] for event in bench.of(PlanChanged)]
    assert states == [["doing", "todo"], ["done", "doing"], ["done", "done"]]
    assert bench.of(TurnEnded)[-1] == ended


def test_a_failing_check_goes_back_to_the_model(tmp_path: Path) -> None:
    bench = bench_with(
        tmp_path,
        *(*STEPS[:1], write("one.txt", "wrong\n"), *STEPS[2:]),
        write("one.txt", "new\n"),
        say("Repaired."),
    )
    ended = carry(bench)
    assert (ended.ending, tree(tmp_path)["one.txt"]) == ("success", "new\n")
    assert len(bench.of(ChangeProposed)) == 2
    asked = [message.text for message in bench.history if message.role == "user"]
    assert f"`{PLAN.verify[0]}` fails" in asked[-1]


def test_what_cannot_be_repaired_is_taken_back_whole(tmp_path: Path) -> None:
    tries = (write("one.txt", "worse\n"), say("Now?"), write("one.txt", "bad\n"), say("Now!"))
    bench = bench_with(tmp_path, *(*STEPS[:1], write("one.txt", "wrong\n"), *STEPS[2:]), *tries)
    ended = carry(bench)
    assert ended.ending == "failed"
    assert "All files are as they were before" in ended.text
    assert ended.files_changed == ()
    assert tree(tmp_path) == {"one.txt": "old\n"}


def test_a_repair_that_changes_nothing_ends_it(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, *STEPS[3:], *STEPS[3:4], say("Nothing to do."))
    ended = carry(bench, replace(PLAN, steps=PLAN.steps[1:]))
    assert ended.ending == "failed"
    assert tree(tmp_path) == {"one.txt": "old\n"}


def test_commands_wait_until_all_is_written(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, call("bash", command="rm one.txt"), *STEPS)
    assert carry(bench).ending == "success"
    assert "Commands run once the whole change is written" in bench.answers()[0]


def test_a_step_that_fails_leaves_the_tree_alone(tmp_path: Path) -> None:
    lost = ModelError("engine_lost", "The engine stopped.")
    bench = bench_with(tmp_path, *STEPS[:3], fail(lost))
    ended = carry(bench)
    assert (ended.ending, ended.error) == ("engine_error", lost)
    assert tree(tmp_path) == {"one.txt": "old\n"}
    assert bench.kit.workspace.overlay is None


def test_a_plan_that_changes_nothing_has_failed(tmp_path: Path) -> None:
    ended = carry(bench_with(tmp_path, say("Done."), say("Done too.")))
    assert (ended.ending, ended.text) == ("failed", NOTHING)


@pytest.mark.parametrize("yes", [True, False])
def test_in_mode_ask_the_whole_is_asked_for_once(tmp_path: Path, yes: bool) -> None:
    questions: list[Question] = []

    async def ask(question: Question) -> Reply:
        questions.append(question)
        return Reply(yes or question.name != "write", "person", "not today")

    bench = bench_with(tmp_path, *STEPS)
    bench.kit.ask = ask
    bench.kit.policy = Policy("ask")
    ended = carry(bench)
    assert [question.name for question in questions] == ["write", "bash"][: 1 + yes]
    assert [access.target for access in questions[0].accesses] == ["one.txt", "two.txt"]
    assert "+new" in bench.of(Asked)[0].preview
    assert ended.ending == ("success" if yes else "blocked")
    assert tree(tmp_path) == (
        {"one.txt": "new\n", "two.txt": "two\n"} if yes else {"one.txt": "old\n"}
    )


def test_a_change_of_the_person_meanwhile_is_kept(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, *STEPS)

    def show(event: object) -> None:
        if isinstance(event, ChangeProposed):
            (tmp_path / "one.txt").write_text("mine\n")

    bench.kit.emit = show
    ended = carry(bench)
    assert ended.ending == "failed"
    assert "one.txt" in ended.text
    assert tree(tmp_path) == {"one.txt": "mine\n"}


def test_cancelling_takes_all_back(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, *STEPS)
    plan = replace(PLAN, verify=("sleep 60",))

    async def cancel_while_it_verifies() -> None:
        running = asyncio.ensure_future(carry_out(bench.kit, bench.history, plan))

        def show(event: object) -> None:
            if isinstance(event, FileChanged) and event.path == "two.txt" and event.after:
                asyncio.get_running_loop().call_soon(running.cancel)

        bench.kit.emit = show
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(cancel_while_it_verifies())
    assert tree(tmp_path) == {"one.txt": "old\n"}


def test_the_persons_own_check_judges_the_whole(tmp_path: Path) -> None:
    async def never(command: str) -> Output:
        raise AssertionError("a step is not checked alone")

    bench = bench_with(tmp_path, *STEPS, say("No idea."))
    bench.kit.options = Options(verify=Verify("false", never))
    ended = carry(bench, replace(PLAN, verify=()))
    assert ended.ending == "failed"
    assert tree(tmp_path) == {"one.txt": "old\n"}


def test_what_the_commands_of_a_plan_changed_is_named_and_committed(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    bench = bench_with(tmp_path, *STEPS)
    recorded(bench).kit.options = Options(commits=TurnCommits())
    environment = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org"}
    environment |= {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        ended = carry(bench, replace(PLAN, verify=("touch three.txt",)))
    assert ended.files_changed == ("one.txt", "two.txt", "three.txt")
    command = ["git", "log", "--format=%s", "--name-only"]
    log = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert log.split("\n") == ["Another word", "", "one.txt", "three.txt", "two.txt", ""]


def checked(root: Path, *answers: Answer, bad: bool = True) -> Bench:
    """A bench whose project dislikes BAD lines; the first step writes one."""
    steps = (STEPS[0], write("one.txt", "new BAD\n" if bad else "new\n"), *STEPS[2:])
    bench = bench_with(root, *steps, *answers)
    bench.kit.checking = session(Words(root))
    return bench


def asked(bench: Bench) -> str:
    return [message.text for message in bench.history if message.role == "user"][-1]


FOUND = "New problems in one.txt since the plan began:\nline 1: B1 bad word"


def test_new_problems_of_the_whole_go_back_to_the_model(tmp_path: Path) -> None:
    bench = checked(tmp_path, write("one.txt", "new\n"), say("Repaired."))
    ended = carry(bench)
    assert (ended.ending, tree(tmp_path)["one.txt"]) == ("success", "new\n")
    assert asked(bench) == f"All steps are written.\n\n{FOUND}\n\nFind the cause and repair it."
    assert ended.text == "Repaired.\n\nChanged together: one.txt, two.txt."


def test_what_was_wrong_before_the_plan_is_not_told(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, STEPS[0], write("one.txt", "BAD\nnew\n"), *STEPS[2:])
    (tmp_path / "one.txt").write_text("old\nBAD\n")
    bench.kit.checking = session(Words(tmp_path))
    ended = carry(bench)
    assert (ended.ending, len(bench.of(ChangeProposed))) == ("success", 1)
    assert "BAD" not in ended.text


def test_new_problems_that_stay_are_told_and_take_nothing_back(tmp_path: Path) -> None:
    bench = checked(tmp_path, say("I like it so."))
    ended = carry(bench)
    assert (ended.ending, tree(tmp_path)["one.txt"]) == ("success", "new BAD\n")
    assert ended.text.endswith(f"find this, which is new:\n{FOUND}")


def test_a_repair_of_problems_that_breaks_a_command_is_taken_back(tmp_path: Path) -> None:
    bench = checked(
        tmp_path,
        *(write("one.txt", "fine\n"), say("Repaired.")),
        *(write("one.txt", "fine, too\n"), say("Repaired again.")),
    )
    ended = carry(bench)
    assert (ended.ending, tree(tmp_path)["one.txt"]) == ("success", "new BAD\n")
    assert FOUND in ended.text
    assert "grep -q new" in asked(bench)


def test_a_repair_of_problems_that_comes_to_no_end_leaves_the_rest(tmp_path: Path) -> None:
    bench = checked(tmp_path, fail(ModelError("engine_lost", "The engine stopped.")))
    ended = carry(bench)
    assert (ended.ending, ended.error) == ("success", None)
    assert ended.text.startswith("Two is there.")
    assert FOUND in ended.text


def test_a_failing_command_and_new_problems_are_told_together(tmp_path: Path) -> None:
    bench = checked(tmp_path, write("one.txt", "new\n"), say("Repaired."))
    (tmp_path / "flag").touch()
    once = "test ! -e flag || { rm flag; false; }"
    ended = carry(bench, replace(PLAN, verify=(once,)))
    assert ended.ending == "success"
    assert f"`{once}` fails" in asked(bench)
    assert FOUND in asked(bench)


def test_tests_at_the_end_belong_to_the_verification(tmp_path: Path) -> None:
    bench = checked(tmp_path, write("two.txt", "2\n"), say("Repaired."), bad=False)
    test = own_test(tmp_path, "grep -q 2 two.txt")
    bench.kit.checking = Checking(lambda: Found(tests=[test]))
    assert carry(bench).ending == "success"
    assert "`grep -q 2 two.txt` fails:" in asked(bench)
    assert tree(tmp_path)["two.txt"] == "2\n"


KILLED = """
from pathlib import Path
import sys
from dataclasses import replace
from tests.agent.test_carrying_out import PLAN, STEPS, bench_with, carry, recorded
root = Path(sys.argv[1])
bench = recorded(bench_with(root, *STEPS))
carry(bench, replace(PLAN, verify=("echo 3 > three.txt; kill -9 $PPID",)))
"""


def recorded(bench: Bench) -> Bench:
    """The same bench with its turns recorded, for undo."""
    workspace = bench.kit.workspace
    workspace.state = store_of(workspace.root).state
    workspace.undo = record_turns(workspace, 100_000_000, lambda _text: None)
    return bench


def test_a_plan_killed_while_its_commands_run_is_whole_and_can_be_undone(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    ended = subprocess.run(command, env=environment, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert tree(tmp_path) == {"one.txt": "new\n", "two.txt": "two\n", "three.txt": "3\n"}
    outcome = history_of(tmp_path).undo()
    assert outcome.refusal is None
    assert [moved.turn.prompt for moved in outcome.moved] == [PLAN.goal]
    assert tree(tmp_path) == {"one.txt": "old\n"}
