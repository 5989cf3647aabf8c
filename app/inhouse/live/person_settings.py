"""All settings as a person sees and changes them: value, source, what may be chosen."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any, Final, Literal, Protocol, get_args, get_origin

from inhouse.settings import KEYS, TABLES, SettingProblem, Settings, flatten, nest
from inhouse.settings_file import FileProblem, read_file, write_value
from inhouse.settings_removal import remove_value
from inhouse.sources import Resolved, project_file, user_file
from inhouse.speed_settings import SPEED_KEYS
from inhouse_tools.json_value import JsonValue

NOT_SET: Final = "not set"
YOURS: Final = "yours"
FOLDER: Final = "this folder"
SESSION: Final = "this session"
# What the engine is started with: another value means another start.
ENGINE_KEYS: Final = frozenset(
    {
        "model",
        "lora",
        "projector",
        "endpoint",
        "drafting",
        "draft_model",
        "threads",
        *SPEED_KEYS,
        "context",
        "idle_minutes",
        "unload_minutes",
        "states_memory",
        "states_disk",
        "template",
    }
)


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting. Values are spelt as a person writes them; `own` is the one in their own file.

    `source` says where `value` comes from. `choices` are all that can be chosen, none when a value
    is written. `by_hand`: its tables are written in the file.
    """

    name: str
    meaning: str
    value: str
    source: str
    default: str
    own: str | None = None
    choices: tuple[str, ...] = ()
    by_hand: bool = False

    @property
    def engine(self) -> bool:
        """Whether the engine has to start anew for another value."""
        return self.name in ENGINE_KEYS

    @property
    def overridden(self) -> bool:
        """Whether a stronger source than the person's own file decides."""
        return self.own is not None and YOURS not in self.source


class SettingsBook(Protocol):
    """What a screen of settings reads and writes. Problems are sentences, empty for none."""

    @property
    def file(self) -> Path:
        """Where the person's own settings lie."""
        ...

    def rows(self) -> tuple[SettingRow, ...] | SettingProblem:
        """Every setting, in the order of the documentation."""
        ...

    def change(self, name: str, text: str) -> str:
        """Write one of the person's own settings, if the value is valid."""
        ...

    def forget(self, name: str) -> str:
        """Take it out of the person's own file."""
        ...


class PersonSettings:
    """The settings of a folder, and those of the session that is open there.

    `resolve` reads them from all sources; `in_force` are those the session works with, which
    flags and commands have changed.
    """

    def __init__(
        self,
        root: Path,
        resolve: Callable[[], Resolved | SettingProblem],
        in_force: Settings | None = None,
    ) -> None:
        self._root = root
        self._resolve = resolve
        self._in_force = flat(in_force) if in_force else {}

    @property
    def file(self) -> Path:
        """Where the person's own settings lie."""
        return user_file()

    def rows(self) -> tuple[SettingRow, ...] | SettingProblem:
        """Every setting, in the order of the documentation."""
        resolved = self._resolve()
        if isinstance(resolved, SettingProblem):
            return resolved
        own = read_file(self.file, owned=True)
        written = {} if isinstance(own, FileProblem) else flatten(own)
        values = flat(resolved.settings)
        return tuple(self._row(name, values[name], resolved, written) for name in KEYS)

    def change(self, name: str, text: str) -> str:
        """Write one of the person's own settings, if the value is valid."""
        problem = change_setting(name, text)
        if not problem:
            self._in_force.pop(name, None)
        return problem

    def forget(self, name: str) -> str:
        """Take it out of the person's own file."""
        problem = remove_value(self.file, name)
        if problem is None:
            self._in_force.pop(name, None)
        return problem.text if problem else ""

    def _row(
        self, name: str, value: JsonValue, resolved: Resolved, own: Mapping[str, JsonValue]
    ) -> SettingRow:
        key = KEYS[name]
        source = self._name_sources(resolved.sources[name])
        if name in self._in_force and self._in_force[name] != value:
            value, source = self._in_force[name], SESSION
        return SettingRow(
            name=name,
            meaning=key.description,
            value=spell(value),
            source=source,
            default=spell(key.default),
            own=spell(own[name]) if name in own else None,
            choices=choices_of(name),
            by_hand=name in TABLES,
        )

    def _name_sources(self, sources: str) -> str:
        """Paths are long, and there are only two of them."""
        named = sources.replace(str(user_file()), YOURS)
        return named.replace(str(project_file(self._root)), FOLDER)


def change_setting(name: str, text: str) -> str:
    """Write one of the person's own settings; the problem in a sentence, empty for none."""
    from inhouse.build import BuildProblem, read_rules

    checked = KEYS[name].check_text(text)
    if isinstance(checked, SettingProblem):
        return checked.text
    rules = read_rules(Settings.model_validate(nest({name: checked})))
    if isinstance(rules, BuildProblem):
        return rules.text
    problem = write_value(user_file(), name, checked)
    return problem.text if problem else ""


def with_changes(settings: Settings, fresh: Settings, names: frozenset[str]) -> Settings:
    """Settings with the values that `fresh` has for these names."""
    values, changed = flat(settings), flat(fresh)
    return Settings.model_validate(nest({**values, **{name: changed[name] for name in names}}))


def flat(settings: Settings) -> dict[str, JsonValue]:
    """Values by dotted name."""
    return flatten(settings.model_dump(mode="json"))


def spell(value: JsonValue) -> str:
    """A value as it would be written, without the quotes of a text; empty when it is not set."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return ", ".join(value)
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    if isinstance(value, float):
        return f"{value:g}"
    return json.dumps(value)


def choices_of(name: str) -> tuple[str, ...]:
    """All values of a setting that has few; NOT_SET stands for none."""
    field = Settings.model_fields.get(name)
    kind: Any = field.annotation if field else None
    if kind is bool:
        return ("true", "false")
    if get_origin(kind) is Literal:
        return tuple(str(value) or NOT_SET for value in get_args(kind))
    if bool in get_args(kind) and NoneType in get_args(kind):
        return (NOT_SET, "true", "false")
    return ()
