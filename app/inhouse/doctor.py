"""Looks at everything inhouse needs, and says what is missing and how to get it."""

import os
import platform
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from inhouse import __version__
from inhouse.bug_report import gather_facts
from inhouse.connect import connect, find_model
from inhouse.llama_build import BuildLook, look_at_build, show_commands
from inhouse.offline import present_confinement
from inhouse.server_facts import rows_of
from inhouse.settings import SettingProblem, Settings
from inhouse.sources import project_file, resolve, user_file
from inhouse.trust import is_trusted, project_folder
from inhouse_agent.context import fixed_request
from inhouse_agent.instructions import read_instructions
from inhouse_agent.kit import Options
from inhouse_agent.profile import LARGE_PROFILE, SMALL_PROFILE
from inhouse_models.chat import ModelClient, ModelError, ModelInfo, ServerFacts
from inhouse_models.host.places import PlaceError, socket_folder
from inhouse_models.machine import look_at_machine
from inhouse_models.transfer import describe_size
from inhouse_tools.json_value import JsonValue
from inhouse_tools.registry import builtin_tools
from inhouse_tools.sandbox import probe

State = Literal["ok", "warning", "missing"]
Progress = Callable[[int, int, str], None]
NO_FLAGS: Final[Mapping[str, JsonValue]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `missing` means that nothing works without it."""

    name: str
    state: State
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, and the tokens of system prompt and tools by profile.

    `facts` are what a bug report needs besides, without secrets.
    """

    checks: tuple[Check, ...]
    prompt_tokens: dict[str, int]
    instructions: tuple[str, ...]
    facts: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    @property
    def healthy(self) -> bool:
        """Whether nothing that is needed is missing."""
        return all(check.state != "missing" for check in self.checks)

    def encode(self) -> dict[str, JsonValue]:
        """The report as JSON."""
        return {
            "version": __version__,
            "healthy": self.healthy,
            "checks": [asdict(check) for check in self.checks],
            "prompt_tokens": dict(self.prompt_tokens),
            "instructions": list(self.instructions),
            **self.facts,
        }


async def examine(
    root: Path, progress: Progress, flags: Mapping[str, JsonValue] = NO_FLAGS
) -> Report:
    """Look at everything from this folder; starts the engine when there is a model.

    `flags` are settings that this look alone has.
    """
    resolved = resolve(root, os.environ, flags)
    problem = isinstance(resolved, SettingProblem)
    settings = Settings() if isinstance(resolved, SettingProblem) else resolved.settings
    machine = look_at_machine()
    checks = [check_python(), check_bindings()]
    build = await look_at_build(machine) if checks[-1].state == "ok" else None
    checks += check_build(build) if build else []
    checks += [check_git(root), check_sockets()]
    checks.append(
        Check("config", "missing", resolved.text)
        if isinstance(resolved, SettingProblem)
        else check_config(root, resolved.notices)
    )
    sandbox = await probe(
        root, env_files=settings.sandbox_env_files, memory=settings.command_memory
    )
    checks.append(Check("sandbox", "ok" if sandbox.full else "warning", sandbox.label))
    tokens: dict[str, int] = {}
    if not problem:
        about_model, tokens = await _examine_model(settings, progress)
        checks += [*about_model, check_network()]
    chain = read_instructions(root)
    paths = tuple(str(file.path) for file in chain.files)
    checks.append(Check("instructions", "ok", ", ".join(paths) or "no AGENTS.md here"))
    checks += [Check("instructions", "warning", notice) for notice in chain.notices]
    facts = gather_facts(settings, machine)
    facts["build"] = build.encode() if build else None
    facts["sandbox"] = sandbox.label
    return Report(tuple(checks), tokens, paths, facts)


def check_python() -> Check:
    """Which interpreter runs us, and on what."""
    return Check("python", "ok", f"{platform.python_version()} on {platform.platform()}")


def check_bindings() -> Check:
    """Whether llama.cpp's bindings are installed; they are never imported here."""
    try:
        return Check("llama.cpp", "ok", f"llama-cpp-python {metadata.version('llama-cpp-python')}")
    except metadata.PackageNotFoundError:
        hint = "llama-cpp-python is not installed: pip install inhouse again"
        return Check("llama.cpp", "missing", hint)


def check_build(look: BuildLook) -> list[Check]:
    """Whether llama.cpp uses the graphics card, and what would mend that."""
    checks = [Check("build", "ok" if look.good else "warning", look.text)]
    if look.planned:
        checks += [Check("build", "warning", text) for text in show_commands(look.planned)]
    if look.obstacle:
        checks.append(Check("build", "warning", look.obstacle))
    return checks


def check_git(root: Path) -> Check:
    """Whether git is there, and whether this folder is a repository."""
    program = shutil.which("git")
    if program is None:
        return Check("git", "warning", "git is not installed")
    if not (project_folder(root) / ".git").exists():
        return Check("git", "warning", f"{root} is not a git repository (works, too)")
    return Check("git", "ok", f"{program}, repository {project_folder(root)}")


def check_sockets() -> Check:
    """Whether the folder for the engine's socket can be trusted."""
    try:
        return Check("socket", "ok", str(socket_folder()))
    except PlaceError as fault:
        return Check("socket", "missing", str(fault))


def check_config(root: Path, notices: tuple[str, ...]) -> Check:
    """Which settings files are read, and what was ignored in them."""
    files = [str(file) for file in (user_file(), project_file(root)) if file.exists()]
    trusted = "trusted" if is_trusted(root) else "not trusted"
    text = f"{', '.join(files) or 'no file'}; this folder is {trusted}"
    return Check("config", "warning" if notices else "ok", "; ".join((text, *notices)))


def check_network() -> Check:
    """Whether the kernel keeps this process and the engine from the network."""
    confinement = present_confinement()
    return Check("network", "ok" if confinement.enforced else "warning", confinement.label)


async def _examine_model(
    settings: Settings, progress: Progress
) -> tuple[list[Check], dict[str, int]]:
    checks: list[Check] = []
    if not settings.endpoint:
        model = await find_model(settings, progress)
        if isinstance(model, ModelError):
            return [Check("model", "missing", model.text)], {}
        checks.append(Check("model", "ok", f"{model.name}, {describe_size(model.size)}, verified"))
    client = await connect(settings, progress)
    if isinstance(client, ModelError):
        return [*checks, Check("engine", "missing", client.text)], {}
    try:
        progress(0, 0, "loading the model")
        info = await client.info()
        if isinstance(info, ModelError):
            return [*checks, Check("engine", "missing", info.text)], {}
        checks.append(Check("engine", "ok", describe_engine(info)))
        if info.server is not None:
            checks += check_server(info.server)
        return checks, await count_prompts(client, settings)
    finally:
        await client.close()


def describe_engine(info: ModelInfo) -> str:
    """What answers, in one line."""
    return f"{info.name} answers: context {info.context_size:,} tokens, profile {info.profile}"


def check_server(server: ServerFacts) -> list[Check]:
    """What is known of a server that answers instead of our own engine, and what is off there."""
    checks = [Check("server", "ok", f"{server.label} at {server.url}")]
    checks += [Check("server", "warning", notice) for notice in server.notices]
    return checks + [Check(name, "warning", text) for name, text in rows_of(server)]


async def count_prompts(client: ModelClient, settings: Settings) -> dict[str, int]:
    """Tokens of system prompt and tools alone, for both profiles."""
    options = Options(call_form=settings.call_form or None)
    counts: dict[str, int] = {}
    for profile in (SMALL_PROFILE, LARGE_PROFILE):
        count = await client.count(fixed_request(profile, builtin_tools(), options))
        if not isinstance(count, ModelError):
            counts[profile.name] = count
    return counts
