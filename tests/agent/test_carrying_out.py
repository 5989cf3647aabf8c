"""A plan becomes one change: all of it is written and verified, or none of it stays."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.agent.kits import Bench, scripted

from inhouse_agent.carrying_out import NOTHING, carry_out
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
