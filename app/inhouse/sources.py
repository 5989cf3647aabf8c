"""Where each setting comes from: flags > environment > project > user > default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from inhouse.rule_entries import problem_of_rules
from inhouse.settings import (
    KEYS,
    SECURITY_KEYS,
    SettingProblem,
    Settings,
    find_key,
    flatten,
    nest,
)
from inhouse.settings_file import FileProblem, read_file
from inhouse.trust.finding import Finding
from inhouse.trust.found_settings import SETTINGS_FILE, find_settings
from inhouse.trust.identity import project_folder
from inhouse.trust.notice import notice_of
from inhouse.trust.standing import standing_of
from inhouse.trust.trust_list import mend_list
from inhouse_agent.folders import config_folder
from inhouse_tools.json_value import JsonValue

RESTRICTING: Final = frozenset({"rules.ask", "rules.deny"})
"""What a settings file says of these only takes away, so it holds whoever may have written it."""
STILL_HOLD: Final = "{} Only what its rules deny or ask for holds."


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings of one source, by dotted name."""

    source: str
    values: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings in force, the source of each, and what was ignored on the way."""

    settings: Settings
    sources: Mapping[str, str]
    notices: tuple[str, ...] = ()


def user_file() -> Path:
    """The person's own settings."""
    return config_folder() / "config.toml"


def project_file(root: Path) -> Path:
    """The settings that a repository brings along."""
    return project_folder(root) / SETTINGS_FILE


def resolve(
    root: Path,
    environment: Mapping[str, str],
    flags: Mapping[str, JsonValue],
    found: Sequence[Finding] | None = None,
) -> Resolved | SettingProblem:
    """The settings for work in this folder.

    `flags` holds only what was given. An unreadable file or an invalid value is a problem: it is
    never skipped in silence, because what it says may be a safety rule. The notices say what is
    not obeyed of what was `found` in the folder; None looks for its settings file alone.
    """
    notices = list(filter(None, [mend_list()]))
    user = _user_layer(notices)
    if isinstance(user, SettingProblem):
        return user
    project = _project_layer(root, notices, found)
    if isinstance(project, SettingProblem):
        return project
    from_environment = _environment_layer(environment)
    if isinstance(from_environment, SettingProblem):
        return from_environment
    given = _check(Layer("flag", flags))
    if isinstance(given, SettingProblem):
        return given
    values, sources = merge((user, project, *from_environment, given))
    return Resolved(Settings.model_validate(nest(values)), sources, tuple(notices))


def merge(layers: tuple[Layer, ...]) -> tuple[dict[str, JsonValue], dict[str, str]]:
    """Values and sources by key: later layers win, lists of rules and named tables add up."""
    values: dict[str, JsonValue] = {name: key.default for name, key in KEYS.items()}
    sources = dict.fromkeys(KEYS, "default")
    for layer in layers:
        for name, value in layer.values.items():
            if KEYS[name].adds_up:
                values[name] = _joined(values[name], value)
                known = () if sources[name] == "default" else (sources[name],)
                sources[name] = ", ".join((*known, layer.source))
            else:
                values[name], sources[name] = value, layer.source
    return values, sources


def _joined(before: JsonValue, value: JsonValue) -> JsonValue:
    """Two lists, or two tables of which the later wins where they share a name."""
    if isinstance(before, dict):
        return {**before, **cast("dict[str, JsonValue]", value)}
    return [*cast("list[JsonValue]", before), *cast("list[JsonValue]", value)]


def _user_layer(notices: list[str]) -> Layer | SettingProblem:
    return _file_layer(user_file(), notices, owned=True)


def _project_layer(
    root: Path, notices: list[str], found: Sequence[Finding] | None
) -> Layer | SettingProblem:
    file, standing = project_file(root), standing_of(root)
    finding = find_settings(project_folder(root))
    if found is None:
        found = () if finding is None else (finding,)
    if notice := notice_of(root, found):
        notices.append(notice)
    if finding is None or not standing.trusted:
        return Layer(str(file), {})
    if not standing.obeys(finding):
        # It may hold rules that the person relies on since they agreed to it.
        return _restricting(file)
    layer = _file_layer(file, notices, owned=False)
    if isinstance(layer, SettingProblem):
        return layer
    refused = sorted(SECURITY_KEYS & layer.values.keys())
    if refused:
        notices.append(f"{file}: a project cannot set {', '.join(refused)}; ignored.")
    kept = {name: value for name, value in layer.values.items() if name not in SECURITY_KEYS}
    return Layer(layer.source, kept)


def _file_layer(file: Path, notices: list[str], *, owned: bool) -> Layer | SettingProblem:
    tables = read_file(file, owned)
    if isinstance(tables, FileProblem):
        if not tables.ignorable:
            return SettingProblem(tables.text)
        restricting = _restricting(file)
        if isinstance(restricting, Layer):
            text = STILL_HOLD.format(tables.text) if restricting.values else tables.text
            notices.append(text)
        return restricting
    values: dict[str, JsonValue] = {}
    for name, value in flatten(tables).items():
        key = find_key(name)
        if isinstance(key, SettingProblem):
            if name.partition(".")[0] == "rules":
                return SettingProblem(f"{file}: {key.text} Its rules cannot be read without.")
            notices.append(f"{file}: {key.text}")
        else:
            values[name] = value
    return _check(Layer(str(file), values))


def _restricting(file: Path) -> Layer | SettingProblem:
    """Of a file that is not obeyed, the rules that forbid something or ask for it."""
    tables = read_file(file, owned=False)
    if isinstance(tables, FileProblem):
        return SettingProblem(tables.text)
    values = flatten(tables)
    return _check(Layer(str(file), {name: values[name] for name in RESTRICTING & values.keys()}))


def _environment_layer(environment: Mapping[str, str]) -> tuple[Layer, ...] | SettingProblem:
    layers: list[Layer] = []
    for name, key in KEYS.items():
        text = environment.get(key.variable, "")
        if not text:
            continue
        value = key.check_text(text)
        if isinstance(value, SettingProblem):
            return SettingProblem(f"{key.variable}: {value.text}")
        layers.append(Layer(key.variable, {name: value}))
    return tuple(layers)


def _check(layer: Layer) -> Layer | SettingProblem:
    values: dict[str, JsonValue] = {}
    for name, value in layer.values.items():
        checked = KEYS[name].check(value)
        if isinstance(checked, SettingProblem):
            where = "" if layer.source == "flag" else f"{layer.source}: "
            return SettingProblem(where + checked.text)
        if problem := problem_of_rules(name, checked):
            where = "" if layer.source == "flag" else f"{layer.source}: "
            return SettingProblem(f"{where}{name}: {problem}")
        values[name] = checked
    return Layer(layer.source, values)
