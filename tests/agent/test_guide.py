"""A small model is shown the failing test, held to act, and stopped when it is done."""

from pathlib import Path

import pytest
from tests.agent.guided_bench import FAILS, FIXED, PASSES, SOURCE, guided
from tests.agent.kits import Bench, requests, run

from inhouse_agent.conclude import DO_IT, UNCHANGED
from inhouse_agent.events import Noticed
from inhouse_agent.kit import Options
from inhouse_agent.loop import REPEATED
from inhouse_agent.permission import Policy
from inhouse_agent.profile import LARGE_PROFILE
from inhouse_agent.turn import REMAINS, STUCK_TEMPERATURE
from inhouse_agent.verify import Verify
from inhouse_models.scripted import call, say
from inhouse_tools.registry import SMALL
from inhouse_tools.tool import Output

TASK = "Fix add in sums.py."
CHECKED = "Fix add in sums.py so that `pytest -q` passes."
LOOKING_OR_CHANGING = tuple(name for name in SMALL if name != "bash")
FIX = call("replace_symbol", file_path="sums.py", symbol="add", content=FIXED)
WORSE = call("replace_symbol", file_path="sums.py", symbol="add", content="def add(): pass")
BROKEN = call("replace_symbol", file_path="sums.py", symbol="sub", content="def sub(:")
WRONG = call("replace_symbol", file_path="sums.py", symbol="sub", content="def other(): pass")


def told(bench: Bench) -> list[str]:
    """What was said to the model after the prompt."""
    return [message.text for message in bench.history if message.role == "user"][1:]


def notices(bench: Bench) -> list[str]:
    return [notice.text for notice in bench.of(Noticed)]


class TestCheck:
    def test_a_failing_check_joins_the_prompt_and_a_passing_one_ends_it(
        self, tmp_path: Path
    ) -> None:
        bench = guided(tmp_path, FIX, say("Fixed."), bash=[FAILS, PASSES, PASSES])
        ended = run(bench, CHECKED)
        assert (ended.ending, ended.text) == ("success", "Fixed.")
        assert bench.history[1].text.endswith(
            f"Task:\n{CHECKED}\n\n`pytest -q` fails now:\n{FAILS.text}"
        )
        assert notices(bench) == [
            "`pytest -q` fails before any change.",
            "`pytest -q` passes now.",
            "`pytest -q` passes (check 1 of 3).",
        ]
        # Its output stands in the prompt: it is not run again before something changed.
        assert [request.allowed for request in requests(bench)] == [LOOKING_OR_CHANGING, ()]
        assert [request.must_call for request in requests(bench)] == [True, False]
        assert told(bench) == []

    def test_a_passing_check_adds_nothing(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, FIX, say("Done."), say("Done."), bash=[PASSES, PASSES])
        assert run(bench, CHECKED).ending == "success"
        assert bench.history[1].text.endswith(f"Task:\n{CHECKED}")
        assert notices(bench)[0] == "`pytest -q` passes before any change."

    def test_a_check_that_still_fails_is_told(self, tmp_path: Path) -> None:
        outputs = [FAILS, FAILS, PASSES, PASSES]
        bench = guided(tmp_path, WORSE, FIX, say("Fixed."), bash=outputs)
        assert run(bench, CHECKED).ending == "success"
        assert told(bench) == [f"`pytest -q` still fails:\n{FAILS.text}"]
        second, third = (request.sampling for request in requests(bench)[1:])
        assert second is not None
        assert (second.temperature, second.seed) == (STUCK_TEMPERATURE, 1)
        assert third is None

    def test_the_check_of_a_person_is_not_run_before(self, tmp_path: Path) -> None:
        ran: list[str] = []

        async def check(command: str) -> Output:
            ran.append(command)
            return PASSES

        bench = guided(tmp_path, FIX, say("Fixed."), say("Fixed."))
        bench.kit.options = Options(verify=Verify("make", check))
        assert run(bench, CHECKED).ending == "success"
        assert ran == ["make"]

    def test_a_large_model_is_left_alone(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, say("Fixed."))
        bench.kit.profile = LARGE_PROFILE
        assert run(bench, CHECKED).answers == 1
        assert notices(bench) == []
        (request,) = requests(bench)
        assert (request.must_call, request.allowed) == (False, None)
        assert SOURCE not in bench.history[1].text


class TestStopping:
    def test_two_failed_calls_after_a_change_are_the_end(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, FIX, BROKEN, WRONG, say("Done."))
        ended = run(bench, TASK)
        assert (ended.ending, ended.answers) == ("success", 4)
        asked = requests(bench)
        assert [request.allowed for request in asked] == [None, None, None, ()]
        warm = [request.sampling.seed if request.sampling else None for request in asked]
        assert warm == [None, None, 2, 3]

    def test_failed_calls_before_a_change_are_not(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, BROKEN, WRONG, FIX, say("Done."), say("Done."))
        assert run(bench, TASK).ending == "success"
        assert [request.allowed for request in requests(bench)] == [None] * 5

    def test_a_change_made_again_settles_its_symbol(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, FIX, FIX, say("Done."))
        ended = run(bench, TASK)
        assert (ended.ending, ended.text) == ("success", "Done.")
        assert (len(bench.answers()), told(bench)) == (1, [REMAINS])
        assert REPEATED in notices(bench)
        last = requests(bench)[2]
        assert dict(last.choices.done) == {"sums.py": ("add",)}
        assert last.allowed is None
        assert last.sampling is not None

    def test_another_change_made_again_is_the_end(self, tmp_path: Path) -> None:
        rename = call("rename_symbol", file_path="sums.py", symbol="add", new_name="plus")
        bench = guided(tmp_path, rename, rename, say("Done."))
        assert run(bench, TASK).answers == 3
        assert requests(bench)[2].allowed == ()
        assert (len(bench.answers()), told(bench)) == (1, [])

    def test_a_failed_call_made_again_bars_its_tool(self, tmp_path: Path) -> None:
        look = call("read", file_path="sums.py")
        bench = guided(tmp_path, BROKEN, BROKEN, look, FIX, say("Done."), say("Done."))
        assert run(bench, TASK).files_changed == ("sums.py",)
        allowed = [request.allowed for request in requests(bench)]
        without = tuple(name for name in SMALL if name != "replace_symbol")
        assert allowed == [None, None, without, None, None, None]
        assert len(bench.answers()) == 3

    def test_a_symbol_whose_change_never_landed_is_not_settled(self, tmp_path: Path) -> None:
        look = call("read", file_path="sums.py")
        find = call("grep", pattern="add")
        steps = (look, find, BROKEN, look, find, BROKEN, say("I cannot."))
        bench = guided(tmp_path, *steps, say("I cannot."))
        run(bench, TASK)
        asked = requests(bench)
        assert [dict(request.choices.done) for request in asked] == [{}] * len(asked)
        assert asked[6].allowed == ()


class TestActing:
    def test_no_change_is_reminded_once_and_forced(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, say("I will."), say("No."))
        ended = run(bench, TASK)
        assert (ended.text, told(bench)) == ("No.", [UNCHANGED])
        first, second = requests(bench)
        assert (first.must_call, first.allowed, first.sampling) == (True, None, None)
        assert (second.must_call, second.allowed) == (
            True,
            ("replace_symbol", "rename_symbol", "write"),
        )
        assert second.sampling is not None

    def test_it_is_forced_for_one_answer_only(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, say("I will."), BROKEN, FIX, say("Done."), say("Done."))
        assert run(bench, TASK).ending == "success"
        assert told(bench) == [UNCHANGED, REMAINS]
        assert [request.allowed is None for request in requests(bench)] == [
            *(True, False, True, True, True)
        ]
        assert [request.must_call for request in requests(bench)] == [
            *(True, True, False, False, False)
        ]

    def test_an_announced_change_is_forced_once(self, tmp_path: Path) -> None:
        sub = call("replace_symbol", file_path="sums.py", symbol="sub", content="def sub(): pass")
        bench = guided(tmp_path, FIX, say("I will fix sub."), sub, say("Next, more."), say("Done."))
        ended = run(bench, TASK)
        assert (ended.ending, told(bench)) == ("success", [DO_IT, REMAINS])
        assert [request.must_call for request in requests(bench)] == [
            *(True, False, True, False, False)
        ]
        forced = requests(bench)[2].allowed
        assert forced == ("replace_symbol", "rename_symbol", "write")

    def test_a_file_is_read_before_a_change_is_forced(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, say("I will."), say("No."))
        run(bench, "Fix the sums.")
        allowed = requests(bench)[1].allowed
        assert allowed is not None
        assert "read" in allowed
        assert "write" not in allowed

    @pytest.mark.parametrize("prompt", ["What does sums.py do?", "Explain add."])
    def test_questions_are_answered_freely(self, tmp_path: Path, prompt: str) -> None:
        bench = guided(tmp_path, say("It adds."))
        ended = run(bench, prompt)
        assert (ended.ending, ended.answers, told(bench)) == ("success", 1, [])
        assert not requests(bench)[0].must_call

    def test_a_plan_changes_nothing(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, say("First this, then that."))
        bench.kit.policy = Policy("plan")
        assert run(bench, CHECKED).answers == 1
        assert notices(bench) == []

    def test_a_later_prompt_shows_only_new_files(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, say("It adds."), say("Yes."), say("It is new."))
        run(bench, "What does sums.py do?")
        (tmp_path / "new.py").write_text("x = 1\n")
        run(bench, "Is sums.py good?")
        run(bench, "What does new.py do, unlike sums.py?")
        assert told(bench) == [
            "Is sums.py good?",
            "new.py, lines 1-1 of 1:\nx = 1\n\nTask:\nWhat does new.py do, unlike sums.py?",
        ]
