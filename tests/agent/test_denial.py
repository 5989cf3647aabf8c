"""Calls that need an answer or are denied, and what the turn then comes to."""

from pathlib import Path

from tests.agent.kits import run, scripted

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
