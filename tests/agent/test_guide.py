"""A small model is shown the failing test, held to act, and stopped when it is done."""

from pathlib import Path

import pytest
from tests.agent.guided_bench import FAILS, FIXED, PASSES, SOURCE, guided
from tests.agent.kits import Bench, requests, run

from inhouse_agent.conclude import MISSING, UNCHANGED
from inhouse_agent.events import Noticed
from inhouse_agent.kit import Options
from inhouse_agent.loop import REPEATED
from inhouse_agent.permission import Policy
from inhouse_agent.profile import LARGE_PROFILE
from inhouse_agent.verify import Verify
from inhouse_models.scripted import Answer, call, say
from inhouse_tools.registry import SMALL
from inhouse_tools.tool import Output
from inhouse_tools.writing.overlay import Overlay

TASK = "Fix add in sums.py."
CHECKED = "Fix add in sums.py so that `pytest -q` passes."
WITHOUT_RENAMING = tuple(name for name in SMALL if name != "rename_symbol")
FIX = call("replace_symbol", file_path="sums.py", symbol="add", content=FIXED)
WORSE = call("replace_symbol", file_path="sums.py", symbol="add", content="def add(): pass")
BROKEN = call("replace_symbol", file_path="sums.py", symbol="sub", content="def sub(:")
FIX_AND_BROKEN = Answer(calls=FIX.calls + BROKEN.calls)
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
        # Its output and the file stand in the prompt: the first answer is the change.
        allowed = [request.allowed for request in requests(bench)]
        assert allowed == [("write", "replace_symbol"), ()]
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

    def test_a_file_is_found_before_it_is_changed(self, tmp_path: Path) -> None:
        look = call("read", file_path="sums.py")
        outputs = [FAILS, PASSES, PASSES]
        bench = guided(tmp_path, look, FIX, say("Fixed."), bash=outputs)
        assert run(bench, "Fix the sums: `pytest -q` fails.").ending == "success"
        allowed = requests(bench)[0].allowed
        assert allowed is not None
        assert {"read", "grep"} <= set(allowed)
        # Its output stands in the prompt: it is not run again before something changed.
        assert "bash" not in (requests(bench)[1].allowed or ())

    def test_the_check_of_a_person_is_not_run_before(self, tmp_path: Path) -> None:
        ran: list[str] = []

        async def check(command: str) -> Output:
            ran.append(command)
            return PASSES

        bench = guided(tmp_path, FIX, say("Fixed."), say("Fixed."))
        bench.kit.options = Options(verify=Verify("make", check))
        assert run(bench, CHECKED).ending == "success"
        assert ran == ["make"]

    def test_no_check_is_run_while_edits_are_staged(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, FIX, say("Fixed."))
        bench.kit.workspace.overlay = Overlay()
        ended = run(bench, CHECKED)
        assert (ended.ending, ended.files_changed, notices(bench)) == ("success", ("sums.py",), [])
        assert (tmp_path / "sums.py").read_text() == SOURCE

    def test_a_large_model_is_left_alone(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, say("Fixed."))
        bench.kit.profile = LARGE_PROFILE
        assert run(bench, CHECKED).answers == 1
        assert notices(bench) == []
        (request,) = requests(bench)
        assert (request.must_call, request.allowed) == (False, None)
        assert SOURCE not in bench.history[1].text


class TestStopping:
    def test_what_has_landed_is_not_written_again(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, FIX, say("I changed it."))
        ended = run(bench, TASK)
        assert (ended.ending, ended.answers, told(bench)) == ("success", 2, [])
        last = requests(bench)[1]
        assert last.allowed == ("read", "grep", "bash")
        assert (last.must_call, last.openings) == (False, ("I changed `sums.py`",))

    def test_a_failing_command_opens_the_files_again(self, tmp_path: Path) -> None:
        test = call("bash", command="pytest -q")
        bench = guided(tmp_path, WORSE, test, FIX, say("Fixed."), bash=[FAILS])
        assert run(bench, TASK).ending == "success"
        assert [request.allowed for request in requests(bench)[1:]] == [
            ("read", "grep", "bash"),
            WITHOUT_RENAMING,
            ("read", "grep", "bash"),
        ]
        assert (tmp_path / "sums.py").read_text().startswith(FIXED)

    def test_a_failed_call_is_asked_about_once(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, FIX_AND_BROKEN, say("I did."), say("I did all."))
        ended = run(bench, TASK)
        assert (ended.text, told(bench)) == ("I did all.", [MISSING])
        assert requests(bench)[2].must_call is False

    def test_two_failed_calls_after_a_change_are_the_end(self, tmp_path: Path) -> None:
        worse = call("write", file_path="sums.py", content="def other(:")
        bench = guided(tmp_path, FIX_AND_BROKEN, worse, WRONG, say("Done."))
        ended = run(bench, TASK)
        assert (ended.ending, ended.answers) == ("success", 4)
        assert [request.allowed for request in requests(bench)] == [
            *(WITHOUT_RENAMING, WITHOUT_RENAMING, WITHOUT_RENAMING, ())
        ]

    def test_failed_calls_before_a_change_are_not(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, BROKEN, WRONG, FIX, say("Done."))
        assert run(bench, TASK).ending == "success"
        assert [request.allowed for request in requests(bench)[:3]] == [WITHOUT_RENAMING] * 3

    def test_a_change_made_again_is_the_end(self, tmp_path: Path) -> None:
        fail = call("bash", command="false")
        bench = guided(tmp_path, FIX, fail, FIX, say("Done."), bash=[FAILS])
        assert run(bench, TASK).answers == 4
        assert REPEATED in notices(bench)
        assert requests(bench)[3].allowed == ()

    def test_a_failed_call_made_again_bars_its_tool(self, tmp_path: Path) -> None:
        look = call("read", file_path="sums.py")
        bench = guided(tmp_path, BROKEN, BROKEN, look, FIX, say("Done."))
        assert run(bench, TASK).files_changed == ("sums.py",)
        allowed = [request.allowed for request in requests(bench)]
        without = tuple(name for name in WITHOUT_RENAMING if name != "replace_symbol")
        assert allowed[:4] == [WITHOUT_RENAMING, WITHOUT_RENAMING, without, WITHOUT_RENAMING]
        assert len(bench.answers()) == 3


class TestActing:
    @pytest.mark.parametrize(
        ("prompt", "gone"), [("Remove sub from sums.py.", True), ("Fix add in sums.py.", False)]
    )
    def test_a_function_goes_when_the_task_says_so(
        self, tmp_path: Path, prompt: str, gone: bool
    ) -> None:
        bench = guided(tmp_path, call("write", file_path="sums.py", content=FIXED), say("Done."))
        assert run(bench, prompt).ending == "success"
        assert ("def sub" in (tmp_path / "sums.py").read_text()) != gone

    def test_no_change_is_reminded_once_and_forced(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, say("I will."), say("No."))
        ended = run(bench, TASK)
        assert (ended.text, told(bench)) == ("No.", [UNCHANGED])
        first, second = requests(bench)
        assert (first.must_call, first.allowed) == (True, WITHOUT_RENAMING)
        assert (second.must_call, second.allowed) == (True, ("write", "replace_symbol"))

    def test_it_is_forced_for_one_answer_only(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, say("I will."), BROKEN, FIX, say("Done."))
        assert run(bench, TASK).ending == "success"
        assert told(bench) == [UNCHANGED]
        assert [request.must_call for request in requests(bench)] == [True, True, False, False]

    @pytest.mark.parametrize(
        ("prompt", "renames"),
        [
            (TASK, False),
            ("Rename add in sums.py.", True),
            ("Give add in sums.py a better name.", True),
        ],
    )
    def test_renaming_is_for_those_who_ask(
        self, tmp_path: Path, prompt: str, renames: bool
    ) -> None:
        bench = guided(tmp_path, FIX, say("Done."))
        run(bench, prompt)
        assert (requests(bench)[0].allowed is None) == renames

    @pytest.mark.parametrize(
        ("prompt", "new", "invents"),
        [
            ("Write sums.py in a new way.", (), True),
            ("Fix add in sums.py.", (), False),
            ("Move add from sums.py to plus.py.", ("plus.py",), False),
            ("Add a script for sums.py.", (), True),
            ("Add a licence.", (), True),
        ],
    )
    def test_new_files(
        self, tmp_path: Path, prompt: str, new: tuple[str, ...], invents: bool
    ) -> None:
        bench = guided(tmp_path, FIX, say("Done."))
        run(bench, prompt)
        choices = requests(bench)[0].choices
        assert (choices.new, choices.invent) == (new, invents)

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
        bench = guided(tmp_path, say("First this."), say('{"steps": [{"intent": "Fix add"}]}'))
        bench.kit.policy = Policy("plan")
        ended = run(bench, CHECKED)
        assert (ended.ending, ended.text) == ("success", "# Fix add\n\n1. Fix add\n")
        assert notices(bench) == []
        assert (tmp_path / "sums.py").read_text() == SOURCE

    def test_a_later_prompt_shows_only_new_files(self, tmp_path: Path) -> None:
        bench = guided(tmp_path, say("It adds."), say("Yes."), say("It is new."))
        run(bench, "What does sums.py do?")
        (tmp_path / "new.py").write_text("x = 1\n")
        run(bench, "Is sums.py good?")
        run(bench, "What does new.py do, unlike sums.py?")
        assert told(bench) == [
            "Is sums.py good?",
            "new.py\n```\nx = 1\n```\n\nTask:\nWhat does new.py do, unlike sums.py?",
        ]
