"""Settings, rules and other small files of our own."""

import json
from pathlib import Path
from typing import Final

from tests.e2e.durability.scenario import FaultError, Scenario, no_litter, nothing_said, require

from inhouse.live.kept_rules import keep_rule
from inhouse.settings_file import FileProblem, read_file, write_value
from inhouse.tui.composer.chips import Written
from inhouse.tui.composer.draft import Draft
from inhouse.tui.composer.prompt_history import MOST_ENTRIES, SPARE_ENTRIES, PromptHistory
from inhouse_agent.rules import parse_rule
from inhouse_models.record import Record, Stamp, read_record, write_record

DENIED: Final = "bash(rm *)"


def _config(work: Path) -> Path:
    return work / "xdg" / "inhouse" / "config.toml"


def _prepare_config(work: Path) -> None:
    _config(work).parent.mkdir(parents=True, mode=0o700)
    _config(work).write_text(f'# Mine.\nmode = "ask"\n\n[rules]\ndeny = ["{DENIED}"]\n')


def _set(work: Path) -> str:
    problem = write_value(_config(work), "mode", "plan")
    return problem.text if problem else ""


def _keep_rule(work: Path) -> str:
    rule = parse_rule("bash(git status*)", "allow")
    problem = keep_rule(rule, _config(work))  # pyright: ignore[reportArgumentType] - it is a rule
    return problem.text if problem else ""


def _look_at_config(work: Path) -> object:
    return _config(work).read_text()


def _restart_config(work: Path) -> list[str]:
    found = read_file(_config(work), owned=True)
    if isinstance(found, FileProblem):
        raise FaultError(found.text)
    require(DENIED in repr(found.get("rules")), "a rule of the person is gone")
    return []


def _set_more(work: Path) -> None:
    problem = write_value(_config(work), "max_turns", 7)
    require(problem is None, f"it cannot be set any more: {problem}")
    no_litter(_config(work).parent, "config.toml")


def _draft(work: Path) -> Draft:
    return Draft(work / "state" / "drafts", 1)


def _prepare_draft(work: Path) -> None:
    _draft(work).save(Written("Old words."))


def _save_draft(work: Path) -> str:
    problem = _draft(work).save(Written("New words, and more of them."))
    return problem.text if problem else ""


def _look_at_draft(work: Path) -> object:
    return json.loads(_draft(work).file.read_text())


def _draft_more(work: Path) -> None:
    require(_draft(work).save(Written("More.")) is None, "no draft can be kept")
    no_litter(_draft(work).folder, "1.json")


def _history(work: Path) -> PromptHistory:
    return PromptHistory(work / "state" / "prompts.jsonl")


def _prepare_history(work: Path) -> None:
    (work / "state").mkdir()
    lines = (json.dumps({"text": str(at)}) + "\n" for at in range(MOST_ENTRIES + SPARE_ENTRIES))
    (work / "state" / "prompts.jsonl").write_text("".join(lines))


def _add_prompt(work: Path) -> str:
    problem = _history(work).add(Written("new"))
    return problem.text if problem else ""


def _look_at_history(work: Path) -> object:
    return [entry.text for entry in _history(work).entries()]


def _prompt_more(work: Path) -> None:
    require(_history(work).add(Written("more")) is None, "no prompt can be kept")
    require(_history(work).entries()[-1].text == "more", "a prompt was lost")
    no_litter(work / "state", "prompts.jsonl")


def _model(work: Path) -> Path:
    return work / "models" / "some.gguf.json"


def _record(work: Path, sha256: str) -> str:
    try:
        write_record(_model(work), Record.new(sha256, Stamp.of(_model(work).parent), "there"))
    except OSError as error:
        return f"{_model(work)} cannot be written: {error.strerror}."
    return ""


def _look_at_model(work: Path) -> object:
    found = read_record(_model(work))
    return found.sha256 if found else None


def _record_more(work: Path) -> None:
    require(not _record(work, "c" * 64), "no record can be kept")
    no_litter(_model(work).parent, "some.gguf.json")


CONFIG: Final = (_look_at_config, _restart_config, _set_more)
SMALL_SCENARIOS: Final = (
    Scenario("config set", _prepare_config, _set, *CONFIG),
    Scenario("keep a rule", _prepare_config, _keep_rule, *CONFIG),
    Scenario("draft", _prepare_draft, _save_draft, _look_at_draft, nothing_said, _draft_more),
    Scenario(
        "prompt history",
        _prepare_history,
        _add_prompt,
        _look_at_history,
        nothing_said,
        _prompt_more,
    ),
    Scenario(
        "model record",
        lambda work: (_model(work).parent.mkdir(), _record(work, "a" * 64), None)[-1],
        lambda work: _record(work, "b" * 64),
        _look_at_model,
        nothing_said,
        _record_more,
    ),
)
