"""The command that replaces llama.cpp: its form, its run with a pip of our own, its outcome."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from inhouse_models.backends.decision import Way
from inhouse_models.backends.hardware import look_at_hardware, read_rocm
from inhouse_models.backends.installed import (
    Installed,
    InstalledFault,
    ask_installed,
    read_facts,
)
from inhouse_models.backends.installer import (
    Installer,
    InstallerFault,
    Place,
    choose_installer,
    look_at_place,
)
from inhouse_models.backends.rebuilding import Rebuild, RebuildFault, clean_environment, rebuild
from inhouse_models.backends.toolchain import look_at_toolchain, read_nvcc
from inhouse_models.machine import GIB, Gpu, Machine, UnusedGpu
from inhouse_models.transfer import ignore_progress

WHEEL = Way("cuda", index="https://example.invalid/whl/cu124")
SOURCE = Way("cuda", cmake="-DGGML_CUDA=on")
# Writes what it was given and what CMake would hear, then says what compiling says.
PIP = """
import json, os, sys
with open(sys.argv[1], "w") as file:
    json.dump([sys.argv[2:], os.environ.get("CMAKE_ARGS"), os.environ.get("PIP_TARGET")], file)
print("Building wheel for llama-cpp-python")
print("  [7/193] Building CXX object ggml.o")
if os.environ.get("CMAKE_ARGS") == "-DBREAK=on":
    print("  CMake Error: no CUDA compiler could be found")
    print("failed")
    sys.exit(1)
print("Successfully installed")
"""
FACTS: dict[str, object] = {"version": "0.3.36", "gpu_offload": True, "system": "", "devices": []}


def fake_pip(folder: Path) -> Installer:
    program = folder / "pip.py"
    program.write_text(PIP)
    return Installer("pip", (sys.executable, str(program), str(folder / "seen.json"), "install"))


def answer(*backends: str) -> tuple[str, ...]:
    line = json.dumps({**FACTS, "backends": backends})
    return (sys.executable, "-c", f"print({line!r})")


def run(
    folder: Path, way: Way, ask: tuple[str, ...]
) -> tuple[Installed | RebuildFault, list[tuple[int, int, str]]]:
    heard: list[tuple[int, int, str]] = []
    planned = Rebuild.plan(way, fake_pip(folder), "0.3.36")

    def hear(done: int, total: int, step: str) -> None:
        heard.append((done, total, step))

    done = asyncio.run(rebuild(planned, hear, ask))
    return done, heard


def test_a_wheel_is_fetched_from_its_index_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_TARGET", "elsewhere")
    done, _heard = run(tmp_path, WHEEL, answer("CUDA", "CPU"))
    assert isinstance(done, Installed)
    arguments, cmake, target = json.loads((tmp_path / "seen.json").read_text())
    assert arguments[0] == "install"
    assert "--index-url" in arguments
    assert arguments[arguments.index("--index-url") + 1] == WHEEL.index
    assert arguments[arguments.index("--only-binary") + 1] == "llama-cpp-python"
    assert arguments[-1] == "llama-cpp-python==0.3.36"
    assert {"--force-reinstall", "--no-deps", "--no-cache-dir"} <= set(arguments)
    assert (cmake, target) == (None, None)


def test_libraries_come_before_the_wheel_that_needs_them(tmp_path: Path) -> None:
    way = Way("cuda", index=WHEEL.index, libraries=("one", "two"))
    first, second = Rebuild.plan(way, fake_pip(tmp_path), "0.3.36").commands
    assert first[-2:] == ("one", "two")
    assert "--no-deps" not in first
    assert second[-1] == "llama-cpp-python==0.3.36"


def test_compiling_hears_its_options_and_tells_its_steps(tmp_path: Path) -> None:
    done, heard = run(tmp_path, SOURCE, answer("CUDA", "CPU"))
    assert isinstance(done, Installed)
    arguments, cmake, _target = json.loads((tmp_path / "seen.json").read_text())
    assert cmake == "-DGGML_CUDA=on"
    assert "--no-binary" in arguments
    assert "--index-url" not in arguments
    assert (7, 193, "[7/193] Building CXX object ggml.o") in heard


def test_what_goes_wrong_is_one_line(tmp_path: Path) -> None:
    broken, _heard = run(tmp_path, Way("cuda", cmake="-DBREAK=on"), answer("CUDA"))
    assert isinstance(broken, RebuildFault)
    assert "CMake Error: no CUDA compiler" in broken.text
    assert broken.lines[-1] == "failed"
    without, _heard = run(tmp_path, WHEEL, answer("CPU"))
    assert isinstance(without, RebuildFault)
    assert "has no CUDA either: it has CPU" in without.text
    wrong = json.dumps({**FACTS, "backends": ["CUDA", "CPU"], "wrong_amx": "GCC 12.2"})
    again, _heard = run(tmp_path, WHEEL, (sys.executable, "-c", f"print({wrong!r})"))
    assert isinstance(again, RebuildFault)
    assert "GCC 12.2 has compiled the AMX code" in again.text
    missing = "import sys; sys.exit('libcudart.so.12: cannot open shared object file')"
    unloadable, _heard = run(tmp_path, WHEEL, (sys.executable, "-c", missing))
    assert isinstance(unloadable, RebuildFault)
    assert "libcudart.so.12" in unloadable.text
    nowhere = Rebuild(WHEEL, ((str(tmp_path / "nothing"),),))
    gone = asyncio.run(rebuild(nowhere, ignore_progress))
    assert isinstance(gone, RebuildFault)
    assert "cannot be started" in gone.text


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("print('no JSON')", "no answer"),
        ("print('[1, 2]')", "no answer"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashed"),
        ("import sys; sys.exit(3)", "exit code 3"),
    ],
)
def test_a_build_that_does_not_answer_is_a_fault(program: str, words: str) -> None:
    fault = asyncio.run(ask_installed((sys.executable, "-c", program)))
    assert isinstance(fault, InstalledFault)
    assert words in fault.text


def test_the_installed_build_says_what_it_is() -> None:
    installed = asyncio.run(ask_installed())
    assert isinstance(installed, Installed)
    assert installed.has("cpu")
    assert installed.gpu_offload == any(map(installed.has, ("cuda", "metal", "rocm", "vulkan")))
    assert installed.devices
    assert read_facts("[" * 100_000) is None


def place(prefix: Path, **facts: object) -> Place:
    values = {"python": "/venv/bin/python", "prefix": prefix, **facts}
    return Place(**values)  # pyright: ignore[reportArgumentType] - the values are those of the table


def test_who_installs(tmp_path: Path) -> None:
    pip = choose_installer(place(tmp_path))
    uv = choose_installer(place(tmp_path, pip=False, tools=frozenset({"uv"})))
    assert isinstance(pip, Installer)
    assert pip.argv == ("/venv/bin/python", "-I", "-m", "pip", "install")
    assert isinstance(uv, Installer)
    assert uv.argv == ("uv", "pip", "install", "--python", "/venv/bin/python")
    assert "--reinstall" in uv.command("1", index="https://example.invalid")
    (tmp_path / "pipx_metadata.json").touch()
    pipx = choose_installer(place(tmp_path, tools=frozenset({"pipx", "uv"})))
    assert isinstance(pipx, Installer)
    assert pipx.argv == ("pipx", "runpip", tmp_path.name, "install")


def test_uv_tool_needs_uv(tmp_path: Path) -> None:
    (tmp_path / "uv-receipt.toml").touch()
    found = choose_installer(place(tmp_path, tools=frozenset({"uv"})))
    assert isinstance(found, Installer)
    assert found.kind == "uv"
    assert isinstance(choose_installer(place(tmp_path)), InstallerFault)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"pip": False}, "ensurepip"),
        ({"virtual": False, "managed": True}, "belongs to the system"),
        ({"writable": False}, "another user"),
    ],
)
def test_where_nothing_can_be_installed(tmp_path: Path, facts: dict[str, bool], words: str) -> None:
    fault = choose_installer(place(tmp_path, **facts))
    assert isinstance(fault, InstallerFault)
    assert words in fault.text


def test_this_installation_can_be_looked_at() -> None:
    here = look_at_place()
    assert here.python == sys.executable
    assert isinstance(choose_installer(here), Installer | InstallerFault)


def test_mirrors_stay_and_detours_go() -> None:
    given = {
        "PIP_INDEX_URL": "https://mirror.invalid",
        "PIP_EXTRA_INDEX_URL": "x",
        "UV_TARGET": "y",
    }
    assert clean_environment(given) == {"PIP_INDEX_URL": "https://mirror.invalid"}


def test_hardware_is_read_from_files(tmp_path: Path) -> None:
    (tmp_path / ".info").mkdir()
    version = tmp_path / ".info" / "version"
    version.write_text("7.2.0-81\n")
    assert read_rocm(tmp_path) == (7, 2)
    version.write_text("rubbish")
    assert read_rocm(tmp_path) is None


def test_the_largest_card_counts() -> None:
    cards = (
        Gpu("AMD Radeon Graphics", GIB // 2, 0, maker="amd"),
        Gpu("Radeon RX 7900 XTX", 24 * GIB, GIB, maker="amd"),
    )
    seen = look_at_hardware(Machine(32 * GIB, 16 * GIB, 8, cards))
    assert (seen.card, seen.maker) == ("Radeon RX 7900 XTX", "amd")
    assert look_at_hardware(Machine(32 * GIB, 16 * GIB, 8, cards[:1])).maker == ""
    unused = (UnusedGpu("NVIDIA graphics card", "no driver"),)
    lost = Machine(32 * GIB, 16 * GIB, 8, unused_gpus=unused, surroundings=("WSL",))
    assert look_at_hardware(lost).driverless
    assert look_at_hardware(lost).wsl


def test_compilers_are_looked_for(tmp_path: Path) -> None:
    nvcc = tmp_path / "nvcc"
    nvcc.write_text("#!/bin/sh\necho 'Cuda compilation tools, release 12.4, V12.4.131'\n")
    nvcc.chmod(0o755)
    found = asyncio.run(look_at_toolchain({"nvcc": str(nvcc), "g++": "g++"}.get))
    assert (found.nvcc, found.compiler, found.hipcc) == ((12, 4), True, False)
    assert asyncio.run(look_at_toolchain(lambda _name: None)).nvcc is None
    assert read_nvcc("something else") is None
