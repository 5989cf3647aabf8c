"""What a Python project names: linters, type checkers and tests."""

import re
from dataclasses import dataclass
from typing import Final

from inhouse_tools.checks.check import FILES, Check, Kind, When
from inhouse_tools.checks.found.folder import Folder, Table, as_table, inner, strings

PYTHON: Final = ("*.py", "*.pyi")
PYTHON_ONLY: Final = ("*.py",)
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True, slots=True)
class _Tool:
    """A program by its name, the files and sections of setup.cfg and tox.ini that configure it."""

    name: str
    kind: Kind
    when: When
    arguments: tuple[str, ...]
    own_files: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    files: tuple[str, ...] = PYTHON


# Each is asked for one line a problem, and to change nothing, whatever the project configures.
TOOLS: Final = (
    _Tool(
        "ruff",
        "lint",
        "edit",
        ("check", "--no-fix", "--no-cache", "--force-exclude", "--output-format=concise", FILES),
        ("ruff.toml", ".ruff.toml"),
    ),
    _Tool("flake8", "lint", "edit", ("--format=default", FILES), (".flake8",), ("flake8",)),
    _Tool(
        "pylint",
        "lint",
        "edit",
        (
            "--output-format=text",
            "--msg-template={path}:{line}:{column}: {msg_id} {msg}",
            "--reports=n",
            "--score=n",
            FILES,
        ),
        (".pylintrc", "pylintrc", "pylintrc.toml"),
        ("pylint", "pylint.MASTER", "MASTER"),
        PYTHON_ONLY,
    ),
    _Tool(
        "mypy",
        "types",
        "edit",
        ("--no-pretty", "--no-error-summary", "--show-column-numbers", "--show-error-codes"),
        ("mypy.ini", ".mypy.ini"),
        ("mypy",),
    ),
    _Tool("pyright", "types", "edit", ("--outputjson",), ("pyrightconfig.json",)),
    _Tool("black", "lint", "offered", ("--check", FILES)),
    _Tool("pytest", "test", "offered", ("-q",), ("pytest.ini",), ("pytest", "tool:pytest")),
)


def find(folder: Folder) -> list[Check]:
    """The checks that the Python project of this folder names."""
    pyproject = folder.toml("pyproject.toml")
    wanted = _requirements(pyproject)
    sections = {name: folder.sections(name) for name in ("setup.cfg", "tox.ini")}
    found: list[Check] = []
    for tool in TOOLS:
        source = folder.first(*tool.own_files)
        if tool.name in inner(pyproject, "tool") or tool.name in wanted:
            source = source or "pyproject.toml"
        for name, present in sections.items():
            if not source and set(tool.sections) & set(present):
                source = name
        if source:
            argv = (tool.name, *_arguments(tool, folder, pyproject))
            found.append(Check(tool.name, tool.kind, argv, tool.files, source, when=tool.when))
    return found


def _arguments(tool: _Tool, folder: Folder, pyproject: Table) -> tuple[str, ...]:
    """Type checkers look at the project's environment, and at the whole when it says what that is.

    An error in a caller of the changed file is what a type checker is for; it is found only in a
    run over the whole.
    """
    if tool.kind != "types":
        return tool.arguments
    python = _interpreter(folder)
    if tool.name == "pyright":
        environment = (f"--pythonpath={python}",) if python else ()
        return (*tool.arguments, *environment, FILES)
    environment = (f"--python-executable={python}",) if python else ()
    configured = inner(pyproject, "tool", "mypy").keys() & {"files", "packages", "modules"}
    return (*tool.arguments, *environment, *(() if configured else (FILES,)))


def _interpreter(folder: Folder) -> str:
    """The Python of the folder's own environment, relative to it; "" when it has none."""
    places = (f"{place}/bin/python" for place in (".venv", "venv") if place in folder.entries)
    return next((place for place in places if (folder.path / place).is_file()), "")


def _requirements(pyproject: Table) -> set[str]:
    """The names of all packages that a pyproject.toml asks for, in lower case."""
    project, tool = inner(pyproject, "project"), inner(pyproject, "tool")
    lists = [
        project.get("dependencies"),
        project.get("optional-dependencies"),
        pyproject.get("dependency-groups"),
        inner(tool, "uv").get("dev-dependencies"),
        inner(tool, "pdm").get("dev-dependencies"),
        [as_table(one).get("dependencies") for one in inner(tool, "hatch", "envs").values()],
    ]
    texts = [text for value in lists for text in strings(value)]
    poetry = inner(tool, "poetry")
    groups = [as_table(one) for one in inner(poetry, "group").values()]
    for table in (poetry, *groups):
        texts += [*inner(table, "dependencies"), *inner(table, "dev-dependencies")]
    matches = (_REQUIREMENT.match(text) for text in texts)
    return {match[1].lower() for match in matches if match}
