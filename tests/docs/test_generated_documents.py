"""What scripts/docs writes: up to date, complete, and every example of a setting is valid."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as Tree

import pytest
import typer
from architecture_page import boxes, diagram, homes, layers, packages
from command_page import command_list, slash_command_list
from configuration_page import example, flags_of, grouped, notes, places, value_text
from generated_documents import PARTS, Part, stale
from tests.docs.document_reading import ROOT, read_document

from inhouse.cli import app
from inhouse.settings import KEYS, SECURITY_KEYS, Key, SettingProblem, Settings, flatten

PICTURES: Final = sorted((ROOT / "docs" / "pictures").glob("*.svg"))
MOST_BYTES: Final = 60_000
FENCE: Final = re.compile(r"```toml\n(.*?)```", re.DOTALL)


def test_generated_parts_are_as_the_program_is() -> None:
    assert stale() == (), "write them anew: scripts/docs --update"


def test_a_stale_part_is_found() -> None:
    part = Part("docs/x.md", "things", lambda: "new")
    text = f"a\n{part.begin}\nold\n\n{part.end}b\n"
    assert part.fill(text) == f"a\n{part.begin}\nnew\n\n{part.end}b\n"
    assert part.fill(part.fill(text)) == part.fill(text) != text
    with pytest.raises(SystemExit, match="has no place for things"):
        part.fill("a\nb\n")


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_the_example_of_a_setting_is_valid(key: Key) -> None:
    values = flatten(tomllib.loads(example(key)))
    assert [name for name in values if name != key.name] == []
    assert not isinstance(key.check(values[key.name]), SettingProblem)


def test_notes_are_about_settings_that_exist() -> None:
    grouped_names = [name for names in notes()["groups"].values() for name in names]
    assert sorted({*grouped_names, *notes()["notes"]} - {*KEYS}) == []
    assert len(grouped_names) == len(set(grouped_names))
    assert {key.name for keys in grouped().values() for key in keys} == {*KEYS}


def test_a_setting_says_where_it_may_be_set() -> None:
    assert list(places(KEYS["max_turns"])) == [
        "you",
        "a trusted repository",
        "`INHOUSE_MAX_TURNS`",
        "`--max-turns`",
    ]
    assert "a trusted repository" not in places(KEYS["sandbox"])
    assert flags_of()["think"] == "`--think`, `--no-think`"


def test_the_page_names_what_no_repository_may_set() -> None:
    text = " ".join(read_document("docs/configuration.md").text.split())
    sentence = re.search(r"A repository can never set (.*?): these", text)
    assert sentence is not None
    assert set(re.findall(r"`([\w.]+)`", sentence[1])) == SECURITY_KEYS


def test_ranges_are_in_words() -> None:
    assert (
        value_text({"type": "number", "minimum": 0, "maximum": 1})
        == "number, at least 0, at most 1"
    )
    assert value_text({"type": "number", "exclusiveMinimum": 0}) == "number, more than 0"
    assert value_text({"anyOf": [{"type": "null"}, {"type": "integer"}]}) == "whole number"
    assert value_text({"type": "string", "enum": ["", "a", "b"]}) == "`a`, `b`"


def test_the_files_that_are_shown_are_valid_settings() -> None:
    shown = FENCE.findall(read_document("docs/configuration.md").text)
    assert len(shown) >= 2
    for text in shown:
        Settings.model_validate(tomllib.loads(text))


def test_every_command_and_option_is_on_the_page() -> None:
    text = command_list()
    root: Any = typer.main.get_command(app)
    waiting = [(f"inhouse {name}", one) for name, one in root.commands.items() if not one.hidden]
    while waiting:
        path, command = waiting.pop()
        inner = getattr(command, "commands", {})
        waiting += [(f"{path} {name}", one) for name, one in inner.items()]
        assert command.hidden or f"# `{path}" in text
        for option in command.params:
            names = [name for name in option.opts if name.startswith("--")]
            assert getattr(option, "hidden", False) or all(name in text for name in names)
    assert "# `inhouse eval [FOLDER]`" in text
    assert "# `inhouse sessions rm ID…`" in text
    assert "| `/undo [N\\|ID\\|list] [--force]` |" in slash_command_list()


def test_the_diagram_is_of_packages_that_exist() -> None:
    names = {folder.name for folder in packages()}
    assert names == {"inhouse", "inhouse_agent", "inhouse_tools", "inhouse_models"}
    assert all((folder / "__init__.py").is_file() for folder in packages())
    for (name, title), folder in zip(boxes(), packages(), strict=True):
        inner = re.findall(r"[a-z]\w*", title.replace("<br/>", " ").split("</b>")[1])
        assert name == folder.name
        assert inner
        if any(folder.glob("*/__init__.py")):
            assert [one for one in inner if not is_part(folder, one)] == []
    assert {*layers()} >= {("inhouse", "inhouse_agent"), ("inhouse_agent", "inhouse_tools")}
    assert all(is_part(package_of(name), inner) for name, inner, _ in homes())
    assert ("inhouse_models", "engine", "llama_cpp") in homes()
    assert diagram().startswith("```mermaid\nflowchart TD\n")


def is_part(folder: Path, name: str) -> bool:
    """Whether this is a package or a module inside of a folder."""
    return (folder / name / "__init__.py").is_file() or (folder / f"{name}.py").is_file()


def package_of(name: str) -> Path:
    """The folder of one of our packages."""
    return next(folder for folder in packages() if folder.name == name)


def test_every_part_has_its_place() -> None:
    assert len({(part.document, part.name) for part in PARTS}) == len(PARTS) == 5


@pytest.mark.parametrize("picture", PICTURES, ids=lambda one: one.stem)
def test_a_picture_is_small_and_fetches_nothing(picture: Path) -> None:
    text = picture.read_text(encoding="utf-8")
    assert picture.stat().st_size < MOST_BYTES
    assert Tree.fromstring(text).tag.endswith("svg")
    assert re.findall(r"(?:href|src|url)\W+(?:https?|data|file):", text) == []
    assert str(ROOT) not in text


def test_every_picture_is_shown_and_shows_what_its_text_says() -> None:
    shown = "".join(read_document(name).text for name in ("README.md", "docs/start.md"))
    assert [one.name for one in PICTURES if one.name not in shown] == []
    texts = {one.stem: one.read_text("utf-8").replace("&#160;", " ") for one in PICTURES}
    assert "takes it back" in texts["fix"]
    assert "Change this file?" in texts["question"]
    assert "approve" in texts["plan"]
