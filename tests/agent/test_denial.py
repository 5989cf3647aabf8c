"""Calls that need an answer or are denied, and what the turn then comes to."""

from pathlib import Path

from tests.agent.kits import run, scripted

from inhouse_agent.ending import EXIT_CODES
from inhouse_agent.events import (
    Answered,
    Asked,
    Noticed,
)
from inhouse_agent.kit import Answer as PersonAnswer
from inhouse_agent.kit import Question
from inhouse_agent.permission import Policy, Rule
from inhouse_models.scripted import call, say


class TestPermission:
    def test_what_would_ask_is_denied_and_said(self, tmp_path: Path) -> None:
        bench = scripted(tmp_path, call("shout", command="make"), say("I could not."))
        bench.kit.policy = Policy("auto-edit")
        assert run(bench).ending == "blocked"
        assert bench.answers()[0].startswith("Denied: there is no full sandbox")
        (asked,) = bench.of(Asked)
        assert (asked.targets, asked.preview) == (("make",), "make")
        assert [answered.allowed for answered in bench.of(Answered)] == [False]

    def test_a_success_after_a_denial_is_a_success(self, tmp_path: Path) -> None:
        bench = scripted(
            tmp_path,
            call("shout", command="make"),
            call("put", file_path="a", content="x"),
            say("Done without."),
        )
        bench.kit.policy = Policy("auto-edit")
        assert run(bench).ending == "success"

    def test_a_person_may_allow(self, tmp_path: Path) -> None:
        asked: list[Question] = []

        async def ask(question: Question) -> PersonAnswer:
            asked.append(question)
            return PersonAnswer(allowed=True, by="person")

        bench = scripted(tmp_path, call("shout", command="make"), say("Done."))
        bench.kit.policy, bench.kit.ask = Policy("ask"), ask
        run(bench)
        assert bench.answers() == ["MAKE"]
        assert asked[0].reason == "mode ask asks before each command"

    def test_a_person_may_say_why_not(self, tmp_path: Path) -> None:
        async def ask(question: Question) -> PersonAnswer:
            return PersonAnswer(allowed=False, by="person", comment="use ninja instead")

        bench = scripted(tmp_path, call("shout", command="make"), say("Fine."))
        bench.kit.policy, bench.kit.ask = Policy("ask"), ask
        run(bench)
        assert "use ninja instead" in bench.answers()[0]

    def test_a_denial_by_rule_is_noticed(self, tmp_path: Path) -> None:
        bench = scripted(tmp_path, call("put", file_path="a", content=""), say("No."))
        bench.kit.policy = Policy("yolo", (Rule("deny", "edit"),))
        assert run(bench).ending == "blocked"
        assert bench.of(Noticed) == [Noticed("Denied put a: the rule edit says deny.")]
        assert not (tmp_path / "a").exists()


class TestLoopsOfDenials:
    """A model that keeps asking for what is denied is stopped, and the run ends as blocked."""

    def test_the_same_call(self, tmp_path: Path) -> None:
        bench = scripted(tmp_path, after=call("shout", command="make"))
        bench.kit.policy = Policy("auto-edit")
        ended = run(bench)
        assert (ended.ending, ended.answers) == ("blocked", 3)
        assert ended.text.startswith("Stopped: the model kept asking for what is denied.")
        assert EXIT_CODES[ended.ending] == 3

    def test_ever_other_calls(self, tmp_path: Path) -> None:
        calls = [call("shout", command=f"make {number}") for number in range(30)]
        bench = scripted(tmp_path, *calls)
        bench.kit.policy = Policy("auto-edit")
        ended = run(bench)
        assert (ended.ending, ended.answers) == ("blocked", 5)

    def test_denials_between_reads(self, tmp_path: Path) -> None:
        answers = [
            one
            for number in range(30)
            for one in (
                call("shout", command=f"make {number}"),
                call("look", file_path=f"{number}.txt"),
            )
        ]
        bench = scripted(tmp_path, *answers)
        bench.kit.policy = Policy("auto-edit")
        ended = run(bench)
        assert (ended.ending, ended.answers) == ("blocked", 19)

    def test_what_goes_ahead_between_them_counts_anew(self, tmp_path: Path) -> None:
        answers = [
            one
            for number in range(8)
            for one in (
                call("shout", command="make"),
                call("put", file_path="a", content=str(number)),
            )
        ]
        bench = scripted(tmp_path, *answers, say("Done without."))
        bench.kit.policy = Policy("auto-edit")
        assert run(bench).ending == "success"
