"""The installed wheel, run in a repository whose modules are named like ours and our libraries."""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGES = ("app", "agent", "tools", "models", "inhouse_agent", "packaging", "rich")
MODULES = ("asyncio", "click", "httpx", "inhouse", "json", "pydantic", "re", "tomllib", "typer")


@dataclass(frozen=True, slots=True)
class Repository:
    """A folder that writes the name of each of its modules to `marker` when it is imported."""

    root: Path
    marker: Path

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command there, with the folder on PYTHONPATH as people do."""
        environment = {**os.environ, "PYTHONPATH": ".", "NO_COLOR": "1"}
        return subprocess.run(
            [str(part) for part in command],
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a fresh environment that has our wheel and sees our libraries.

    The libraries come from the environment of the tests, so that nothing is downloaded; a path
    that is added by a .pth file has its own .pth files ignored, so an editable inhouse is not seen.
    """
    folder = tmp_path_factory.mktemp("installed")
    wheels = folder / "wheels"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    offline = ["--quiet", "--no-deps", "--no-index"]
    build = [*pip, "wheel", *offline, "--no-build-isolation", "-w", str(wheels), str(CHECKOUT)]
    subprocess.run(build, check=True, capture_output=True)

    home = folder / "venv"
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    install = [*pip, "--python", str(python), "install", *offline, *map(str, wheels.glob("*.whl"))]
    subprocess.run(install, check=True, capture_output=True)
    site = next(home.glob("lib/python*/site-packages"))
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "libraries.pth").write_text("\n".join(sorted(libraries)) + "\n")
    return home / "bin"


@pytest.fixture
def hostile(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "repository", tmp_path / "marker")
    spy = (
        f"with open({str(repository.marker)!r}, 'a') as marker:\n    print(__name__, file=marker)\n"
    )
    for name in PACKAGES:
        package = repository.root / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(spy)
    for name in MODULES:
        (repository.root / f"{name}.py").write_text(spy)
    return repository


def test_the_wheel_is_what_runs(installed: Path, tmp_path: Path) -> None:
    command = [installed / "python", "-c", "import inhouse, click; print(inhouse.__file__)"]
    done = Repository(tmp_path, tmp_path / "marker").run(*command)
    assert Path(done.stdout.strip()).is_relative_to(installed.parent)


@pytest.mark.parametrize("name", ["click", "inhouse", "json"])
def test_a_plain_python_there_is_caught(installed: Path, hostile: Repository, name: str) -> None:
    done = hostile.run(installed / "python", "-c", f"import {name}")
    assert done.returncode == 0, done.stderr
    assert hostile.marker.read_text().split() == [name]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--version"], 0, "inhouse 0."),
        (["--help"], 0, "Usage"),
        (["models", "list"], 0, "starter"),
        (["-p", "hello"], 5, "model"),
    ],
    ids=["version", "help", "models", "no model yet"],
)
def test_ours_is_not(
    installed: Path, hostile: Repository, arguments: list[str], code: int, said: str
) -> None:
    done = hostile.run(installed / "inhouse", *arguments)
    assert not hostile.marker.exists(), hostile.marker.read_text()
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
