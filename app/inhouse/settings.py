"""What a person can set: every key with its type, default and meaning."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Literal, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from inhouse.settings_file import parse_value
from inhouse_models.speed.choices import LEAST_BATCH, MOST_BATCH, MOST_THREADS
from inhouse_tools.json_value import JsonValue

ENVIRONMENT_PREFIX = "INHOUSE_"
# What a repository must not decide, even in a trusted folder: it would move or weaken the boundary.
SECURITY_KEYS = frozenset(
    {
        "endpoint",
        "offline",
        "model",
        "lora",
        "projector",
        "draft_model",
        "mode",
        "sandbox",
        "sandbox_env_files",
        "command_memory",
        "undo_disk",
        "rules.allow",
        "rules.network",
        "network_hosts",
    }
)
# Tables whose entries a person names, such as [checks.NAME]; those of all sources add up.
TABLES = frozenset({"checks", "language_servers"})
_FROZEN = ConfigDict(frozen=True, extra="forbid")


def _as_list(value: object) -> object:
    """One text may stand for a list of one."""
    return (value,) if isinstance(value, str) else value


Patterns = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class RuleSetting(BaseModel):
    """A rule with examples of what it must match and must not; they are tried at every start."""

    model_config = _FROZEN

    rule: str
    matches: Patterns = ()
    misses: Patterns = ()


Entries = tuple[str | RuleSetting, ...]


class Rules(BaseModel):
    """Lists of rules such as `bash(git status*)`; the lists of all sources add up."""

    model_config = _FROZEN

    allow: Entries = Field(default=(), description="calls that never ask, as `bash(git status*)`")
    ask: Entries = Field(default=(), description="calls that always ask")
    deny: Entries = Field(default=(), description="calls that are never made")
    network: Entries = Field(
        default=(), description="commands that may reach the network, as `bash(pip install *)`"
    )


class CheckSetting(BaseModel):
    """A check of the person's own, or when one that was found runs."""

    model_config = _FROZEN

    command: str = ""
    files: Patterns = ()
    when: Literal["edit", "end", "off"] = "edit"


class LanguageServerSetting(BaseModel):
    """A language server and the files that it is asked about."""

    model_config = _FROZEN

    command: Annotated[Patterns, Field(min_length=1)]
    files: Annotated[Patterns, Field(min_length=1)]


class Settings(BaseModel):
    """Every key of config.toml. An empty text means: not set."""

    model_config = _FROZEN

    model: str = Field(default="", description="name in the catalogue or path of a GGUF file")
    lora: tuple[str, ...] = Field(
        default=(), description="LoRA adapters at work in every answer, as PATH or PATH:SCALE"
    )
    projector: str = Field(
        default="", description="file that lets the model see, else the one pulled with it; or off"
    )
    mode: Literal["", "plan", "ask", "auto-edit", "yolo"] = Field(
        default="", description="what goes ahead unasked: plan, ask, auto-edit or yolo"
    )
    endpoint: str = Field(default="", description="URL of an OpenAI-shaped server to use instead")
    offline: bool | None = Field(
        default=None,
        description="cut off from the network: true also refuses servers and downloads, false is"
        " never; not set: as soon as a local model answers",
    )
    max_turns: int = Field(default=100, ge=1, description="answers of the model per prompt")
    timeout: float = Field(default=0, ge=0, description="seconds per prompt, 0 for no limit")
    think: bool | None = Field(default=None, description="let the model think first, or not")
    think_budget: int = Field(
        default=0, ge=0, description="most tokens of thinking per answer, 0 for no limit"
    )
    drafting: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="draft answers where measuring says that it pays: on, off, or auto: as tuned",
    )
    draft_model: str = Field(
        default="", description="name or path of a small model that drafts for the large one"
    )
    threads: int = Field(default=0, ge=0, description="CPU threads, 0 to choose")
    reading_threads: int = Field(
        default=0,
        ge=0,
        le=MOST_THREADS,
        description="CPU threads to read prompts with, 0 to choose",
    )
    batch: int = Field(
        default=0,
        ge=0,
        le=MOST_BATCH,
        description="tokens of a prompt that are read at once, 32 or more, 0 to choose",
    )
    flash_attention: Literal["auto", "on", "off"] = Field(
        default="auto", description="auto, on or off; on saves memory"
    )
    kv_type: Literal["auto", "f16", "q8_0"] = Field(
        default="auto",
        description="how the context is kept: f16, or q8_0 in half the memory; or auto",
    )
    load_mode: Literal["auto", "mmap", "mlock", "read"] = Field(
        default="auto",
        description="how a model comes into memory: auto, mmap, mlock (stays there) or read",
    )
    gpu_layers: int | None = Field(
        default=None, ge=0, description="layers on the graphics cards, 999 for all; not set: chosen"
    )
    gpu_split: str = Field(
        default="",
        pattern=r"^(?:\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)+)?$",
        description="shares of several graphics cards, as 3,1; empty to choose",
    )
    prediction: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="draft with the layer of a model that predicts tokens: auto, on or off",
    )
    context: int = Field(default=0, ge=0, description="context size in tokens, 0 to choose")
    map_tokens: int | None = Field(
        default=None,
        ge=0,
        description="most tokens of the repository map in the first prompt, 0 for none",
    )
    compact_at: float = Field(
        default=0.85,
        ge=0,
        le=1,
        description="how full the context gets before it is summarised, 0 for never",
    )
    idle_minutes: float = Field(
        default=15, gt=0, description="the engine stops after so long without work"
    )
    unload_minutes: float = Field(
        default=0,
        ge=0,
        allow_inf_nan=False,
        description="the engine releases the model's memory after so long without work, 0 for"
        " never, and loads it with the next prompt",
    )
    release_gpu: Literal["auto", "always", "tell", "never"] = Field(
        default="auto",
        description="lend the model's memory to commands that need the graphics card: auto where"
        " the card has too little left, always, tell (only say so) or never",
    )
    gpu_commands: Patterns = Field(
        default=(),
        description="further commands that need the graphics card, as `make bench*`, and with !"
        " in front such that do not",
    )
    states_memory: float = Field(
        default=0, ge=0, description="GiB of memory for saved conversation states, 0 to choose"
    )
    states_disk: float = Field(
        default=8,
        ge=0,
        allow_inf_nan=False,
        description="GiB on disk for saved conversation states, 0 for none",
    )
    undo_disk: float = Field(
        default=2,
        ge=0,
        allow_inf_nan=False,
        description="GiB on disk for taking back turns in one folder, 0 for no undo",
    )
    call_form: Literal["", "native", "fenced"] = Field(
        default="", description="how the model writes its calls: native or fenced"
    )
    template: Literal["", "chatml"] = Field(
        default="", description="chatml to write prompts so, not by the model's own template"
    )
    verify: str = Field(
        default="", description="command that must succeed for a task to count as done"
    )
    commit_turns: bool = Field(
        default=False, description="commit what each successful turn has changed: true or false"
    )
    commit_trailer: str = Field(
        default="Assisted-by: inhouse",
        pattern=r"^(?:[A-Za-z0-9-]+: \S[^\r\n]*)?$",
        description="last line of these commits, as `Name: text`, empty for none",
    )
    run_checks: Literal["auto", "off"] = Field(
        default="auto", description="run the project's own checks after edits: auto or off"
    )
    checks_seconds: float = Field(
        default=20,
        gt=0,
        description="what these checks may take before and after an answer's edits",
    )
    checks: Mapping[str, CheckSetting] = Field(
        default={}, description="own checks, as [checks.NAME] with command, files and when"
    )
    language_servers: Mapping[str, LanguageServerSetting] = Field(
        default={}, description="as [language_servers.NAME] with command and files"
    )
    sandbox: Literal["auto", "off"] = Field(
        default="auto", description="where commands run: auto or off"
    )
    sandbox_env_files: bool = Field(
        default=False, description="let sandboxed commands read files named .env"
    )
    command_memory: float = Field(
        default=0,
        ge=0,
        description="GiB that each process of a sandboxed command may take, 0 for three quarters",
    )
    network_hosts: Patterns = Field(
        default=(), description="hosts that commands with network may reach, none for all"
    )
    theme: str = Field(
        default="auto", description="colours of the terminal UI: auto, or a name that /theme lists"
    )
    diff: Literal["auto", "unified", "split"] = Field(
        default="auto",
        description="how changes are shown: unified, split side by side, auto by the width",
    )
    notify: Literal["off", "bell", "desktop"] = Field(
        default="bell", description="how you are told while you look elsewhere: off, bell, desktop"
    )
    rules: Rules = Rules()

    @field_validator("lora", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        """One path may stand for a list of one, and an empty text for none."""
        if isinstance(value, str) and not value.startswith("["):
            value = (value,)
        if isinstance(value, list | tuple):
            return tuple(one for one in cast("Iterable[object]", value) if one != "")
        return value

    @field_validator("batch")
    @classmethod
    def _possible_batch(cls, value: int) -> int:
        if 0 < value < LEAST_BATCH:
            raise ValueError(f"it is 0, or at least {LEAST_BATCH} tokens")
        return value

    @field_validator("gpu_split")
    @classmethod
    def _possible_split(cls, value: str) -> str:
        if value and not any(float(share) for share in value.split(",")):
            raise ValueError("at least one card needs a share")
        return value

    @field_validator("checks", mode="before")
    @classmethod
    def _no_switch(cls, value: object) -> object:
        """The switch has a name of its own, since a key cannot be a text and a table."""
        if value in ("auto", "off"):
            raise ValueError("it is for tables [checks.NAME]; run_checks switches checks on or off")
        return value


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """Why a setting cannot be used, in a sentence for a person."""

    text: str


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its dotted name, meaning and default."""

    name: str
    description: str
    default: JsonValue

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return ENVIRONMENT_PREFIX + self.name.replace(".", "_").upper()

    @property
    def adds_up(self) -> bool:
        """Whether the values of all sources are joined, instead of the last one winning."""
        return self.name.startswith("rules.") or self.name in TABLES

    def check(self, value: JsonValue) -> JsonValue | SettingProblem:
        """The value as this key holds it, or what is wrong with it."""
        try:
            settings = Settings.model_validate(nest({self.name: value}))
        except ValidationError as problem:
            # pydantic names Python's types, and the files are TOML.
            reason = problem.errors()[0]["msg"].replace("valid tuple", 'list, as ["…"]')
            return SettingProblem(f"{self.name} = {value!r} is not valid: {reason}")
        return flatten(settings.model_dump(mode="json", exclude_unset=True))[self.name]

    def check_text(self, text: str) -> JsonValue | SettingProblem:
        """The value of a text, as it stands in an environment variable or on a command line."""
        parsed = parse_value(text)
        # Where one text may stand for a list, the text of a list would become its only entry.
        if isinstance(parsed, list):
            listed = self.check(parsed)
            if not isinstance(listed, SettingProblem):
                return listed
        plain = self.check(text)
        return self.check(parsed) if isinstance(plain, SettingProblem) and parsed else plain


def nest(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Values by dotted name as nested tables."""
    nested: dict[str, JsonValue] = {}
    for name, value in values.items():
        *tables, last = name.split(".")
        table = nested
        for part in tables:
            table = cast("dict[str, JsonValue]", table.setdefault(part, {}))
        table[last] = value
    return nested


def flatten(values: Mapping[str, JsonValue], prefix: str = "") -> dict[str, JsonValue]:
    """Nested tables as values by dotted name."""
    flat: dict[str, JsonValue] = {}
    for name, value in values.items():
        if isinstance(value, dict) and prefix + name not in TABLES:
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def _describe(model: type[BaseModel], prefix: str = "") -> Iterator[Key]:
    defaults = flatten(Settings().model_dump(mode="json"))
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _describe(kind, f"{prefix}{name}.")
        else:
            yield Key(prefix + name, field.description or "", defaults[prefix + name])


KEYS: Mapping[str, Key] = {key.name: key for key in _describe(Settings)}


def find_key(name: str) -> Key | SettingProblem:
    """The key of this name, or what was probably meant."""
    if name in KEYS:
        return KEYS[name]
    near = get_close_matches(name, KEYS, n=1)
    hint = f"Did you mean {near[0]}?" if near else "`inhouse config show` lists all keys."
    return SettingProblem(f"There is no setting {name!r}. {hint}")
