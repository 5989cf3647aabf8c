"""The shape of the code: sizes, homes of libraries, layout. There is no allow-list."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {
    "app": "inhouse",
    "agent": "inhouse_agent",
    "tools": "inhouse_tools",
    "models": "inhouse_models",
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_AGENTS_LINES = 119

# Each library has the modules that may import it; everybody else goes through them.
HOMES = {
    "textual": ("inhouse.tui",),
    "typer": ("inhouse.cli",),
    "llama_cpp": ("inhouse_models.engine",),
    "llguidance": ("inhouse_models.engine",),
    "git": ("inhouse_tools.git",),
    "tree_sitter": ("inhouse_tools.syntax",),
    "subprocess": ("inhouse_tools.process", "inhouse_models.host"),
}
STARTERS_OF_PROCESSES = {"create_subprocess_exec", "create_subprocess_shell", "posix_spawn"}
HOMES_OF_STARTERS = (*HOMES["subprocess"], "inhouse_tools.runner")
# Spelt so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(
    "/(?:" + "|".join(["work/(?:main|shared|tmp)", "root/", r"opt/(?!homebrew/)\w"]) + ")"
)


@cache
def committed_files() -> tuple[Path, ...]:
    """What git keeps, or would if it were added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return tuple(path for path in paths if path.is_file())


def python_files(*folders: str) -> list[Path]:
    """Our own Python: not the little repositories that tests and demo hand to a model."""
    material = (ROOT / "tests" / "tasks", ROOT / "scripts" / "sample")
    return [
        path
        for path in committed_files()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in (folders or (*FOLDERS, "tests", "scripts"))
        and not any(path.is_relative_to(folder) for folder in material)
    ]


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@pytest.fixture(scope="module", autouse=True)
def memory_given_back() -> Iterator[None]:
    """All the syntax trees are hundreds of megabytes."""
    yield
    parse.cache_clear()


def name_of(path: Path) -> str:
    """The path relative to the checkout."""
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """The dotted name of a module below one of the four folders."""
    parts = path.relative_to(ROOT).with_suffix("").parts[1:]
    return ".".join(part for part in parts if part != "__init__")


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported anywhere in a file, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_home(module: str, homes: tuple[str, ...]) -> bool:
    return any(module == home or module.startswith(f"{home}.") for home in homes)


def is_library(imported: str, library: str) -> bool:
    """Whether an import is of a library or of its companions (tree_sitter_python)."""
    top = imported.split(".", maxsplit=1)[0]
    return top == library or (library == "tree_sitter" and top.startswith("tree_sitter_"))


def test_there_is_code_to_look_at() -> None:
    for folder in (*FOLDERS, "tests", "scripts"):
        assert python_files(folder), f"no Python file found in {folder}/"


def test_files_are_short() -> None:
    scripts = [path for path in committed_files() if path.parent == ROOT / "scripts"]
    lengths = {path: path.read_text("utf-8").count("\n") for path in (*python_files(), *scripts)}
    long = [f"{name_of(path)}: {n} lines" for path, n in lengths.items() if n > MAX_FILE_LINES]
    assert not long, f"above {MAX_FILE_LINES} lines, so it wants to be two files: {long}"


def test_functions_are_short() -> None:
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}: {length} lines"
        for path in python_files()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.body[0].lineno + 1)
        > MAX_FUNCTION_LINES
    ]
    assert not long, f"above {MAX_FUNCTION_LINES} lines, so it wants to be two functions: {long}"


def test_modules_say_what_they_are_for() -> None:
    silent = [name_of(path) for path in python_files() if not ast.get_docstring(parse(path))]
    assert not silent, f"no docstring at the top: {silent}"


@pytest.mark.parametrize(("folder", "package"), FOLDERS.items())
def test_each_folder_holds_one_package(folder: str, package: str) -> None:
    inside = {path.relative_to(ROOT / folder).parts[0] for path in python_files(folder)}
    assert inside == {package}
    assert (ROOT / folder / package / "__init__.py").is_file()
    assert not (ROOT / folder / "__init__.py").exists()


def test_packaging_hides_no_library() -> None:
    assert not list((ROOT / "packaging").rglob("__init__.py"))


@pytest.mark.parametrize(("library", "homes"), HOMES.items())
def test_a_library_has_one_home(library: str, homes: tuple[str, ...]) -> None:
    strays = [
        f"{name_of(path)} imports {imported}"
        for path in python_files(*FOLDERS)
        if not is_home(module_of(path), homes)
        for imported in imports_of(parse(path))
        if is_library(imported, library)
    ]
    assert not strays, f"{library} is for {' and '.join(homes)}: {strays}"


def test_processes_start_in_their_homes() -> None:
    strays = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files(*FOLDERS)
        if not is_home(module_of(path), HOMES_OF_STARTERS)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Attribute) and node.attr in STARTERS_OF_PROCESSES
    ]
    assert not strays, f"processes are started elsewhere: {strays}"


def test_nothing_below_the_app_prints() -> None:
    printing = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("agent", "tools", "models")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Name) and node.id == "print"
    ]
    assert not printing, f"only app/ writes to a terminal: {printing}"


def test_tests_mirror_the_folders() -> None:
    """tests/models/… tests models/…, tests/tui the UI, tests/bench the benchmarks, tests/docs the
    documents, tests/release the releases, tests/e2e the whole; the name of a file is used once."""
    tests = [path for path in python_files("tests") if path.name.startswith("test_")]
    names = [path.name for path in tests]
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, f"used twice: {twice}"
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in tests} - set(names)
    strange = sorted(folders - {*FOLDERS, "bench", "docs", "e2e", "release", "tui"})
    assert not strange, f"no such folder: {strange}"


def test_agents_file_fits_one_screen() -> None:
    lines = (ROOT / "AGENTS.md").read_text("utf-8").count("\n")
    assert lines <= MAX_AGENTS_LINES


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    found = [
        f"{name_of(path)}: {match[0]}"
        for path in committed_files()
        if (match := MACHINE_PATH.search(path.read_text("utf-8", errors="replace")))
    ]
    assert not found, f"paths of one machine: {found}"
