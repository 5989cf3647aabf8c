"""As much of the package harbor as an installed agent meets; the real one needs Python 3.12.

The signatures are those of harbor 0.25.0. Its own base class was tried by hand: docs/evaluation.md.
"""

import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import pytest


@dataclass(slots=True)
class AgentContext:
    """What an agent tells of its run."""

    n_input_tokens: int | None = None
    n_cache_tokens: int | None = None
    n_output_tokens: int | None = None
    metadata: dict[str, Any] | None = None


@dataclass(slots=True)
class LocalEnvironment:
    """A shell on this machine in the place of a container."""

    folder: Path
    home: Path
    commands: list[str] = field(default_factory=list[str])
    uploads: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def upload_dir(self, source_dir: Path | str, target_dir: str) -> None:
        """Remember it."""
        self.uploads.append((str(source_dir), target_dir))

    def exec(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as Harbor does; what installs is only remembered."""
        self.commands.append(command)
        if "pip" in command.removeprefix("set -o pipefail;"):
            return subprocess.CompletedProcess([], 0, "", "")
        environment = {**os.environ, "HOME": str(self.home)}
        return subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


class BaseInstalledAgent(ABC):
    """The base class: what it is given, and how it runs commands."""

    def __init__(
        self,
        logs_dir: Path,
        prompt_template_path: Path | str | None = None,
        version: str | None = None,
        extra_env: dict[str, str] | None = None,
        *,
        model_name: str | None = None,
        environment_logs_dir: PurePosixPath | None = None,
    ) -> None:
        self.logs_dir = logs_dir
        self.model_name = model_name
        self.environment_logs_dir = environment_logs_dir or PurePosixPath("/logs/agent")
        self._version = version
        self.dependencies: tuple[str, ...] = ()

    @staticmethod
    @abstractmethod
    def name() -> str: ...

    @abstractmethod
    async def install(self, environment: LocalEnvironment) -> None: ...

    @abstractmethod
    async def run(
        self, instruction: str, environment: LocalEnvironment, context: AgentContext
    ) -> None: ...

    async def ensure_system_dependencies(
        self, environment: LocalEnvironment, dependencies: tuple[str, ...]
    ) -> None:
        """Remember them."""
        self.dependencies = dependencies

    async def exec_as_agent(
        self,
        environment: LocalEnvironment,
        command: str,
        env: dict[str, str] | None = None,
        cwd: str | None = None,
        timeout_sec: int | None = None,
    ) -> Any:
        """Run a command; one that fails is an error of the harness."""
        result = environment.exec(f"set -o pipefail; {command}")
        if result.returncode != 0:
            raise RuntimeError(result.stderr)
        return result


def with_prompt_template(run: Callable[..., Any]) -> Callable[..., Any]:
    """No template is used here."""
    return run


def install_stand_in(patch: pytest.MonkeyPatch) -> None:
    """Make the names importable that an agent imports."""
    names = {
        "harbor.agents.installed.base": {
            "BaseInstalledAgent": BaseInstalledAgent,
            "with_prompt_template": with_prompt_template,
        },
        "harbor.environments.base": {"BaseEnvironment": LocalEnvironment},
        "harbor.models.agent.context": {"AgentContext": AgentContext},
    }
    for name, content in names.items():
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            package = ".".join(parts[:end])
            if package not in sys.modules:
                patch.setitem(sys.modules, package, ModuleType(package))
        for key, value in content.items():
            setattr(sys.modules[name], key, value)
