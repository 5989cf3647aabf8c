"""Whether llama.cpp was built for this machine's graphics card, and what would mend it."""

import shlex
import sys
from dataclasses import asdict, dataclass

from inhouse_models.backends.decision import Circumstances, Decision, decide
from inhouse_models.backends.hardware import Hardware, look_at_hardware
from inhouse_models.backends.installed import Installed, InstalledFault, ask_installed
from inhouse_models.backends.installer import (
    PACKAGE,
    InstallerFault,
    choose_installer,
    look_at_place,
)
from inhouse_models.backends.rebuilding import Rebuild
from inhouse_models.backends.toolchain import look_at_toolchain
from inhouse_models.machine import Machine, look_at_machine
from inhouse_tools.json_value import JsonValue


@dataclass(frozen=True, slots=True)
class BuildLook:
    """What the look at the build has shown.

    `decision` is None when llama.cpp does not load. `planned` are the commands that mend it;
    `obstacle` is what has to be done first, where there is no command.
    """

    installed: Installed | InstalledFault
    hardware: Hardware
    decision: Decision | None = None
    planned: Rebuild | None = None
    obstacle: str = ""

    @property
    def text(self) -> str:
        """One line for a person."""
        if isinstance(self.installed, InstalledFault):
            return self.installed.text
        return self.decision.text if self.decision else ""

    @property
    def good(self) -> bool:
        """Whether nothing is to be mended."""
        return self.decision is not None and self.decision.good

    def encode(self) -> dict[str, JsonValue]:
        """All of it as JSON."""
        found = self.installed
        facts: dict[str, JsonValue] = {"good": self.good, "text": self.text}
        if isinstance(found, Installed):
            facts["version"] = found.version
            facts["gpu_offload"] = found.gpu_offload
            facts["backends"] = list(found.backends)
            facts["devices"] = [asdict(device) for device in found.devices]
            facts["system"] = found.system
        facts["commands"] = [*show_commands(self.planned)] if self.planned else []
        facts["obstacle"] = self.obstacle or None
        nvidia = self.hardware.nvidia
        facts["cuda_of_driver"] = ".".join(map(str, nvidia.cuda)) if nvidia else None
        facts["cuda_libraries"] = [*sorted(nvidia.runtimes)] if nvidia else []
        facts["rocm"] = ".".join(map(str, self.hardware.rocm)) if self.hardware.rocm else None
        facts["vulkan"] = self.hardware.vulkan
        return facts


async def look_at_build(machine: Machine | None = None) -> BuildLook:
    """Ask llama.cpp in a process of its own, and compare; takes about a second."""
    hardware = look_at_hardware(machine or look_at_machine())
    installed = await ask_installed()
    if isinstance(installed, InstalledFault):
        return BuildLook(installed, hardware, obstacle=reinstall_hint())
    given = Circumstances(await look_at_toolchain(), sys.version_info[:2])
    decision = decide(installed, hardware, given)
    if decision.way is None:
        return BuildLook(installed, hardware, decision, obstacle=decision.obstacle)
    installer = choose_installer(look_at_place())
    if isinstance(installer, InstallerFault):
        return BuildLook(installed, hardware, decision, obstacle=installer.text)
    planned = Rebuild.plan(decision.way, installer, installed.version)
    return BuildLook(installed, hardware, decision, planned)


def reinstall_hint() -> str:
    """How a build that does not load is replaced by the one for every machine."""
    installer = choose_installer(look_at_place())
    if isinstance(installer, InstallerFault):
        return installer.text
    from importlib.metadata import PackageNotFoundError, version

    try:
        command = installer.command(version(PACKAGE), source=True)
    except PackageNotFoundError:
        return "llama-cpp-python is not installed: install inhouse again"
    return f"put the plain build back with: {shlex.join(command)}"


def show_commands(planned: Rebuild) -> list[str]:
    """The commands as a person would type them."""
    assigned = [f"{name}={shlex.quote(value)}" for name, value in planned.way.environment.items()]
    return [" ".join((*assigned, shlex.join(argv))) for argv in planned.commands]
