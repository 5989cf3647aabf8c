"""`inhouse config`: what is set, and where it comes from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.project import settings_of
from inhouse.cli.say import say
from inhouse.cli.table import print_table
from inhouse.complain import complain

if TYPE_CHECKING:
    from inhouse.settings import Key
    from inhouse.sources import Resolved

group = typer.Typer(help="Show and change settings.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="KEY", help="Such as model or rules.allow.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="config")


@group.command("show")
def show() -> None:
    """Every setting, its value, where it comes from and what it means."""
    from inhouse.settings import KEYS, flatten

    resolved = _resolve()
    values = flatten(resolved.settings.model_dump(mode="json"))
    rows = [["KEY", "VALUE", "FROM", "MEANING"]]
    for name, key in KEYS.items():
        rows.append([name, _spell(values[name]), resolved.sources[name], key.description])
    print_table(rows)


@group.command("get")
def get(name: Name) -> None:
    """The value of one setting."""
    from inhouse.settings import flatten

    key = _find(name)
    say(_spell(flatten(_resolve().settings.model_dump(mode="json"))[key.name]))


@group.command("set")
def set_value(
    name: Name,
    value: Annotated[str, typer.Argument(metavar="VALUE", help='Such as 20 or ["bash(ls*)"].')],
) -> None:
    """Change one of your own settings."""
    from inhouse.build import BuildProblem, read_rules
    from inhouse.settings import SettingProblem, Settings, nest
    from inhouse.settings_file import write_value
    from inhouse.sources import user_file

    key = _find(name)
    checked = key.check_text(value)
    if isinstance(checked, SettingProblem):
        fail(checked.text)
    rules = read_rules(Settings.model_validate(nest({key.name: checked})))
    if isinstance(rules, BuildProblem):
        fail(rules.text)
    problem = write_value(user_file(), key.name, checked)
    if problem is not None:
        fail(problem.text)
    say(f"{key.name} = {_spell(checked)} in {user_file()}")


@group.command("path")
def show_path() -> None:
    """Where the settings are: yours, and those of this folder."""
    from inhouse.sources import project_file, user_file

    say(str(user_file()))
    say(str(project_file(Path.cwd())))


def _find(name: str) -> "Key":
    from inhouse.settings import SettingProblem, find_key

    key = find_key(name)
    if isinstance(key, SettingProblem):
        fail(key.text)
    return key


def _resolve() -> "Resolved":
    resolved = settings_of(Path.cwd())
    for notice in resolved.notices:
        complain(notice)
    return resolved


def _spell(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
