"""What follows a final answer: the check, and the answer as JSON."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from tests.agent.kits import Bench, requests, run, scripted

from inhouse_agent.events import (
    Noticed,
)
from inhouse_agent.kit import Options
from inhouse_agent.permission import Policy
from inhouse_agent.verify import Verify
from inhouse_models.scripted import Answer, call, say
from inhouse_tools.tool import Output


class TestVerify:
    def bench(self, root: Path, results: list[bool], *answers: Answer) -> Bench:
        async def check(command: str) -> Output:
            passed = results.pop(0)
            return Output(f"{command} says {passed}", failed=not passed)

        bench = scripted(root, *answers)
        bench.kit.options = Options(verify=Verify("pytest -q", check))
        return bench

    def test_passes(self, tmp_path: Path) -> None:
        assert run(self.bench(tmp_path, [True], say("Done."))).ending == "success"

    def test_fails_then_passes(self, tmp_path: Path) -> None:
        bench = self.bench(tmp_path, [False, True], say("Done."), say("Now."))
        ended = run(bench)
        assert (ended.ending, ended.text) == ("success", "Now.")
        told = bench.history[-2]
        assert told.role == "user"
        assert "pytest -q says False" in told.text
        assert [notice.text for notice in bench.of(Noticed)] == [
            "`pytest -q` fails (check 1 of 3).",
            "`pytest -q` passes (check 2 of 3).",
        ]

    def test_a_held_model_must_act_on_a_failed_check(self, tmp_path: Path) -> None:
        steps = (*[call("shout", command="a")] * 3, say("Done."), say("What?"), say("Done."))
        bench = self.bench(tmp_path, [False, True], *steps)
        bench.kit.profile = replace(bench.kit.profile, held=True)
        run(bench)
        assert [request.must_call for request in requests(bench)] == [
            *(False, False, False, False, True)
        ]

    def test_fails_to_the_end(self, tmp_path: Path) -> None:
        ended = run(self.bench(tmp_path, [False] * 3, say("1"), say("2"), say("3")))
        assert (ended.ending, ended.answers) == ("failed", 3)
        assert "still fails after 3 checks" in ended.text

    def test_denied_and_failed_is_blocked(self, tmp_path: Path) -> None:
        bench = self.bench(
            tmp_path, [False] * 3, call("shout", command="x"), say("1"), say("2"), say("3")
        )
        bench.kit.policy = Policy("auto-edit")
        assert run(bench).ending == "blocked"


class TestSchema:
    schema: ClassVar = {"type": "object", "properties": {"ok": {"type": "boolean"}}}

    def test_the_last_request_is_held_to_the_schema(self, tmp_path: Path) -> None:
        bench = scripted(tmp_path, call("shout", command="a"), say("Yes."), say('{"ok": true}'))
        bench.kit.options = Options(schema=self.schema)
        ended = run(bench)
        assert (ended.ending, ended.text) == ("success", '{"ok": true}')
        asked = requests(bench)
        assert [request.schema for request in asked] == [None, None, self.schema]
        assert asked[2].tools == asked[1].tools

    def test_an_answer_that_is_not_json_failed(self, tmp_path: Path) -> None:
        bench = scripted(tmp_path, say("Yes."), say("It is fine."))
        bench.kit.options = Options(schema=self.schema)
        assert run(bench).ending == "failed"
