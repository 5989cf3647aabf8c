"""Flags win over the environment, that over the project, that over the person, over defaults."""

from pathlib import Path

import pytest

from inhouse.settings import SettingProblem
from inhouse.sources import Resolved, project_file, resolve, user_file
from inhouse.trust import trust


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def settled(found: Resolved | SettingProblem) -> Resolved:
    assert isinstance(found, Resolved), found
    return found


@pytest.mark.parametrize("highest", range(5))
def test_each_source_wins_over_those_below(tmp_path: Path, highest: int) -> None:
    environment: dict[str, str] = {}
    flags: dict[str, bool | int | float | str | None] = {}
    if highest >= 1:
        write(user_file(), "max_turns = 11\n")
    if highest >= 2:
        write(project_file(tmp_path), "max_turns = 22\n")
        trust(tmp_path)
    if highest >= 3:
        environment["INHOUSE_MAX_TURNS"] = "33"
    if highest >= 4:
        flags["max_turns"] = 44
    found = settled(resolve(tmp_path, environment, dict(flags)))
    wanted = ["default", str(user_file()), str(project_file(tmp_path)), "INHOUSE_MAX_TURNS", "flag"]
    assert found.settings.max_turns == (100, 11, 22, 33, 44)[highest]
    assert found.sources["max_turns"] == wanted[highest]


def test_an_untrusted_folder_is_ignored_and_said(tmp_path: Path) -> None:
    write(project_file(tmp_path), "max_turns = 22\n")
    found = settled(resolve(tmp_path, {}, {}))
    assert found.settings.max_turns == 100
    assert "not trusted" in found.notices[0]


def test_security_keys_of_a_trusted_project_are_ignored_and_said(tmp_path: Path) -> None:
    write(
        project_file(tmp_path),
        'endpoint = "http://elsewhere"\nmode = "yolo"\nsandbox = "off"\nmodel = "other"\n'
        'lora = ["theirs.gguf"]\nprojector = "theirs.gguf"\n'
        'verify = "make test"\n[rules]\nallow = ["bash(*)"]\ndeny = ["bash(rm*)"]\n',
    )
    trust(tmp_path)
    found = settled(resolve(tmp_path, {}, {}))
    assert found.settings.endpoint == found.settings.mode == found.settings.model == ""
    assert found.settings.sandbox == "auto"
    assert found.settings.lora == ()
    assert found.settings.rules.allow == ()
    assert found.settings.rules.deny == ("bash(rm*)",)
    assert found.settings.verify == "make test"
    assert "endpoint, lora, mode, model, projector, rules.allow, sandbox" in found.notices[0]


def test_rules_of_all_sources_add_up(tmp_path: Path) -> None:
    write(user_file(), '[rules]\ndeny = ["bash(rm*)"]\n')
    found = settled(resolve(tmp_path, {"INHOUSE_RULES_DENY": '["bash(curl*)"]'}, {}))
    assert found.settings.rules.deny == ("bash(rm*)", "bash(curl*)")
    assert found.sources["rules.deny"] == f"{user_file()}, INHOUSE_RULES_DENY"


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("INHOUSE_CALL_FORM", "fenced", "call_form", "fenced"),
        ("INHOUSE_THINK", "false", "think", False),
        ("INHOUSE_TIMEOUT", "2.5", "timeout", 2.5),
        ("INHOUSE_MODEL", "123", "model", "123"),
        ("INHOUSE_MODEL", '"quoted"', "model", '"quoted"'),
        ("INHOUSE_NETWORK_HOSTS", "a.example", "network_hosts", ("a.example",)),
        ("INHOUSE_NETWORK_HOSTS", '["a", "b"]', "network_hosts", ("a", "b")),
        ("INHOUSE_VERIFY", '["a"]', "verify", '["a"]'),
    ],
)
def test_variables_are_read_by_the_type_of_their_key(
    tmp_path: Path, variable: str, text: str, name: str, value: object
) -> None:
    found = settled(resolve(tmp_path, {variable: text}, {}))
    assert getattr(found.settings, name) == value


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    problem = resolve(tmp_path, {"INHOUSE_CALL_FORM": "xml"}, {})
    assert isinstance(problem, SettingProblem)
    assert "INHOUSE_CALL_FORM" in problem.text
    assert "native" in problem.text
    problem = resolve(tmp_path, {"INHOUSE_RULES_DENY": "bash(rm*)"}, {})
    assert isinstance(problem, SettingProblem)
    assert problem.text.endswith('Input should be a list, as ["…"]')


def test_a_broken_file_stops_and_stays(tmp_path: Path) -> None:
    write(user_file(), "max_turns = \n")
    problem = resolve(tmp_path, {}, {})
    assert isinstance(problem, SettingProblem)
    assert str(user_file()) in problem.text
    assert "line 1" in problem.text
    assert user_file().read_text(encoding="utf-8") == "max_turns = \n"


def test_an_unknown_key_is_said_with_what_was_meant(tmp_path: Path) -> None:
    write(user_file(), "max_turn = 3\nmode = 'plan'\n")
    found = settled(resolve(tmp_path, {}, {}))
    assert found.settings.mode == "plan"
    assert "Did you mean max_turns?" in found.notices[0]


def test_a_file_that_everyone_may_write_is_ignored(tmp_path: Path) -> None:
    write(user_file(), "mode = 'yolo'\n")
    user_file().chmod(0o666)
    found = settled(resolve(tmp_path, {}, {}))
    assert found.settings.mode == ""
    assert "everyone" in found.notices[0]


def test_adapters_of_a_stronger_source_stand_alone_and_one_may_be_plain_text(
    tmp_path: Path,
) -> None:
    write(user_file(), 'lora = "mine.gguf:0.5"\n')
    assert settled(resolve(tmp_path, {}, {})).settings.lora == ("mine.gguf:0.5",)
    listed = {"INHOUSE_LORA": '["a.gguf", "b.gguf:2"]'}
    assert settled(resolve(tmp_path, listed, {})).settings.lora == ("a.gguf", "b.gguf:2")
    assert settled(resolve(tmp_path, listed, {"lora": [""]})).settings.lora == ()
