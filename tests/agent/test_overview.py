"""The repository map stands in the first prompt, in its budget, and is never waited for long."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.agent.kits import Bench, requests, run, scripted

from inhouse_agent import overview
from inhouse_agent.events import Noticed
from inhouse_agent.kit import Options
from inhouse_models.chat import Message, Request
from inhouse_models.scripted import prompt_size, say

MANY = 40


def bench_in_repository(root: Path, budget: int) -> Bench:
    (root / "core.py").write_text("class Store:\n    def load(self, key: str) -> bytes: ...\n")
    for number in range(MANY):
        (root / f"user{number:02}.py").write_text(
            f"from core import Store\n\ndef use_{number}(store: Store) -> bytes:\n"
            f"    return store.load('{number}')\n"
        )
    bench = scripted(root, say("One."), say("Two."))
    bench.kit.profile = replace(bench.kit.profile, map_tokens=budget)
    return bench


def first_prompt(bench: Bench) -> str:
    return next(message.text for message in bench.history if message.role == "user")


def test_what_matters_stands_before_the_task(tmp_path: Path) -> None:
    bench = bench_in_repository(tmp_path, 300)
    run(bench, "Why does use_17 fail?")
    text = first_prompt(bench)
    assert text.index("def use_17(store: Store) -> bytes") < text.index("Task:")
    assert "class Store" in text
    shown = text[text.index(overview.HEAD) : text.index("Task:")]
    assert prompt_size(Request((Message("user", shown),))) <= 300 + 30
    run(bench, "And use_18?")
    assert "use_18(" not in requests(bench)[-1].messages[-1].text


@pytest.mark.parametrize("budget", [0, None])
def test_a_person_may_do_without(tmp_path: Path, budget: int | None) -> None:
    bench = bench_in_repository(tmp_path, 300)
    bench.kit.options = Options(map_tokens=budget)
    run(bench)
    assert (overview.HEAD in first_prompt(bench)) == (budget is None)


def test_a_folder_without_code_has_no_map(tmp_path: Path) -> None:
    bench = scripted(tmp_path, say("One."))
    bench.kit.profile = replace(bench.kit.profile, map_tokens=300)
    run(bench)
    assert overview.HEAD not in first_prompt(bench)


def test_a_large_repository_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "PATIENCE_SECONDS", 0.0)
    bench = bench_in_repository(tmp_path, 300)
    assert run(bench).ending == "success"
    assert overview.HEAD not in first_prompt(bench)
    assert [event.text for event in bench.of(Noticed)] == [overview.LATE]
