"""What an invented project names is found from its files, and nothing of it is run."""

import json
from pathlib import Path

import pytest
from tests.tools.checks.projects import make

from inhouse_tools.checks.check import Check
from inhouse_tools.checks.detect import detect

Files = dict[str, str]
Table = list[tuple[Files, dict[str, str]]]
PACKAGE = "package.json"
HOSTILE = "#!/bin/sh\necho ran > ran\n"


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is installed but what a test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def package(**fields: object) -> Files:
    return {PACKAGE: json.dumps(fields)}


def dev(*names: str) -> Files:
    return package(devDependencies=dict.fromkeys(names, "^1.0.0"))


def found(root: Path) -> dict[str, Check]:
    return {check.name: check for check in detect(root)}


PYTHON: Table = [
    ({"pyproject.toml": "[tool.ruff]\nline-length = 90\n"}, {"ruff": "pyproject.toml"}),
    ({"ruff.toml": ""}, {"ruff": "ruff.toml"}),
    ({".ruff.toml": "", "pyproject.toml": "[tool.ruff.lint]\n"}, {"ruff": ".ruff.toml"}),
    (
        {"pyproject.toml": '[dependency-groups]\ndev = ["mypy>=1.8", {include-group = "x"}]\n'},
        {"mypy": "pyproject.toml"},
    ),
    (
        {"pyproject.toml": '[project.optional-dependencies]\ndev = ["pylint[spelling]", "black"]'},
        {"pylint": "pyproject.toml", "black": "pyproject.toml"},
    ),
    (
        {"pyproject.toml": '[tool.poetry.group.dev.dependencies]\nFlake8 = "^6"\npytest = "*"\n'},
        {"flake8": "pyproject.toml", "pytest": "pyproject.toml"},
    ),
    (
        {"pyproject.toml": '[tool.hatch.envs.lint]\ndependencies = ["pyright~=1.1"]\n'},
        {"pyright": "pyproject.toml"},
    ),
    ({"pyproject.toml": '[tool.uv]\ndev-dependencies = ["ruff"]\n'}, {"ruff": "pyproject.toml"}),
    ({"setup.cfg": "[flake8]\nmax-line-length = 100\n[mypy]\n"}, {"flake8": "", "mypy": ""}),
    ({"tox.ini": "[tox]\n[pytest]\naddopts = -q\n"}, {"pytest": "tox.ini"}),
    ({"mypy.ini": "[mypy]\n", ".pylintrc": "[MASTER]\n"}, {"mypy": "mypy.ini", "pylint": ""}),
    ({"pyrightconfig.json": "{}", "pytest.ini": "[pytest]\n"}, {"pyright": "", "pytest": ""}),
    ({"pyproject.toml": "[project]\nname = 'plain'\ndependencies = ['httpx']\n"}, {}),
    ({"pyproject.toml": "this is [no TOML", "setup.cfg": "nor [is this"}, {}),
    ({"pyproject.toml": "[tool]\nruff = 3\n[project]\ndependencies = 3\n"}, {"ruff": ""}),
]
JAVASCRIPT: Table = [
    (dev("eslint", "prettier"), {"eslint": PACKAGE, "prettier": PACKAGE}),
    ({**dev("eslint"), "eslint.config.mjs": ""}, {"eslint": "eslint.config.mjs"}),
    (package(eslintConfig={}), {"eslint": PACKAGE}),
    ({**dev("typescript"), "tsconfig.json": "{}"}, {"tsc": "tsconfig.json"}),
    (dev("typescript"), {}),
    (dev("@biomejs/biome", "vitest"), {"biome": PACKAGE, "vitest": PACKAGE}),
    (package(dependencies={"jest": "29"}), {"jest": PACKAGE}),
    (
        {
            **package(scripts={"lint": "eslint .", "typecheck": "tsc", "test": "node t.js"}),
            "pnpm-lock.yaml": "",
        },
        {"pnpm-lint": PACKAGE, "pnpm-typecheck": PACKAGE, "pnpm-test": PACKAGE},
    ),
    (package(scripts={"test": 'echo "Error: no test specified" && exit 1', "lint": 3}), {}),
    ({PACKAGE: "{ not json"}, {}),
    ({PACKAGE: "[1, 2]"}, {}),
]
OTHERS: Table = [
    ({"go.mod": "module x\n"}, {"go-vet": "go.mod", "go-build": "", "go-test": ""}),
    ({"Cargo.toml": "[package]\n"}, {"cargo-check": "Cargo.toml", "clippy": "", "cargo-test": ""}),
    ({"CMakeLists.txt": ""}, {"ctest": "CMakeLists.txt"}),
    ({"build.gradle.kts": "", "gradlew": ""}, {"gradle-test": "build.gradle.kts"}),
    ({"pom.xml": ""}, {"maven-test": "pom.xml"}),
    (
        {"Makefile": ".PHONY: lint test\nCHECK := 1\nlint test: all\n\ttest: no\ncheck::\n"},
        {"make-lint": "Makefile", "make-test": ""},
    ),
    (
        {"justfile": "x := 'test:'\n@check *args:\n  true\ntest a='1': check\n"},
        {"just-check": "justfile", "just-test": ""},
    ),
    ({".pre-commit-config.yaml": "repos: []\n"}, {"pre-commit": ".pre-commit-config.yaml"}),
    (
        {
            "composer.json": json.dumps(
                {
                    "require-dev": {"phpstan/phpstan": "*", "phpunit/phpunit": "*"},
                    "scripts": {"lint": "phpcs"},
                }
            )
        },
        {"phpstan": "composer.json", "phpunit": "", "composer-lint": ""},
    ),
    ({"mix.exs": "{:credo, '~> 1.7'}"}, {"mix-test": "mix.exs", "credo": "mix.exs"}),
    ({}, {}),
]


@pytest.mark.parametrize(("files", "wanted"), [*PYTHON, *JAVASCRIPT, *OTHERS])
def test_what_a_project_names_is_found_with_the_file_that_names_it(
    tmp_path: Path, files: Files, wanted: dict[str, str]
) -> None:
    checks = found(make(tmp_path / "project", files) if files else tmp_path)
    assert set(checks) == set(wanted)
    for name, source in wanted.items():
        assert checks[name].source == (source or checks[name].source)
        assert checks[name].source in files
        assert checks[name].program == ""


def test_only_quick_checks_that_change_nothing_run_by_themselves(tmp_path: Path) -> None:
    everything: Files = {}
    for files, _wanted in (*PYTHON, *JAVASCRIPT, *OTHERS):
        everything |= files
    everything["pyproject.toml"] = (
        '[dependency-groups]\ndev = ["ruff", "flake8", "pylint", "mypy", "pyright", "black"]\n'
    )
    everything |= dev("eslint", "@biomejs/biome", "typescript", "prettier", "jest")
    everything |= {"tsconfig.json": "{}", "eslint.config.js": ""}
    checks = found(make(tmp_path / "project", everything)).values()
    assert {check.name for check in checks if check.when == "edit"} == {
        *("ruff", "flake8", "pylint", "mypy", "pyright", "eslint", "biome", "tsc"),
        *("go-vet", "cargo-check", "phpstan"),
    }
    assert not any(check.when == "end" for check in checks)
    assert all(check.kind in ("lint", "types") for check in checks if check.when == "edit")


def test_nothing_of_the_project_is_run(tmp_path: Path) -> None:
    root = make(
        tmp_path / "project",
        {
            "pyproject.toml": "[tool.ruff]\n[tool.mypy]\n",
            ".venv/bin/ruff!": HOSTILE,
            ".venv/bin/python!": HOSTILE,
            "setup.py": "open('ran', 'w')",
            "conftest.py": "open('ran', 'w')",
            "eslint.config.js": "require('fs').writeFileSync('ran', '')",
            "Makefile": "lint:\n\techo > ran\nX := $(shell echo > ran)\n",
        },
    )
    checks = found(root)
    assert checks["ruff"].program == str(root / ".venv/bin/ruff")
    assert "--python-executable=.venv/bin/python" in checks["mypy"].argv
    assert not (root / "ran").exists()


def test_a_program_is_the_projects_own_or_in_an_absolute_folder_of_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(
        tmp_path / "project",
        {
            **dev("eslint"),
            "pyproject.toml": "[tool.ruff]\n[tool.mypy]\n[tool.pylint]\n",
            "node_modules/.bin/eslint!": "",
            "mypy!": "",
            "bin/ruff!": "",
            "plain/pylint": "not executable",
        },
    )
    monkeypatch.chdir(root)
    monkeypatch.setenv("PATH", f".::bin:{root}/plain")
    checks = found(root)
    assert checks["eslint"].program == str(root / "node_modules/.bin/eslint")
    assert [checks[name].program for name in ("mypy", "ruff", "pylint")] == ["", "", ""]
    monkeypatch.setenv("PATH", f"{root}/bin")
    assert found(root)["ruff"].program == str(root / "bin/ruff")


def test_a_build_tool_that_the_project_brings_along_is_its_own_file(tmp_path: Path) -> None:
    make(tmp_path, {"bin/gradle!": "", "bin/gradlew!": ""})
    root = make(tmp_path / "project", {"build.gradle": ""})
    assert found(root)["gradle-test"].program == str(tmp_path / "bin/gradle")
    make(root, {"gradlew": ""})
    assert found(root)["gradle-test"].program == ""
    make(root, {"gradlew!": ""})
    assert found(root)["gradle-test"].program == str(root / "gradlew")


def test_shell_scripts_are_checked_where_shellcheck_is_installed(tmp_path: Path) -> None:
    root = make(tmp_path / "project", {"run.sh": ""})
    assert found(root) == {}
    make(tmp_path, {"bin/shellcheck!": ""})
    check = found(root)["shellcheck"]
    assert check.concerns("tools/run.sh")
    assert not check.concerns("tools/run.py")


def test_parts_of_a_project_have_their_own_checks(tmp_path: Path) -> None:
    root = make(
        tmp_path / "project",
        {
            "pyproject.toml": "[tool.ruff]\n",
            "services/api/pyproject.toml": "[tool.ruff]\n",
            "services/api/.venv/bin/ruff!": "",
            "web/package.json": dev("eslint")[PACKAGE],
            "web/node_modules/other/package.json": dev("jest")[PACKAGE],
            "a/b/c/pyproject.toml": "[tool.mypy]\n",
        },
    )
    checks = found(root)
    assert set(checks) == {"ruff", "ruff@services/api", "eslint@web"}
    api = checks["ruff@services/api"]
    assert (api.folder, api.source) == ("services/api", "services/api/pyproject.toml")
    assert api.program == str(root / "services/api/.venv/bin/ruff")
    assert api.command(["services/api/main.py"])[-1] == "main.py"
    assert api.concerns("services/api/main.py")
    assert not checks["ruff"].concerns("services/api/main.py")
    assert checks["ruff"].concerns("services/tool.py")
    assert not checks["eslint@web"].concerns("webpack.js")


def test_a_loop_of_links_and_unreadable_things_are_passed_over(tmp_path: Path) -> None:
    root = make(tmp_path / "project", {"sub/ruff.toml": ""})
    (root / "sub" / "loop").symlink_to(root)
    (root / "pyproject.toml").mkdir()
    (root / "package.json").symlink_to("missing")
    assert set(found(root)) == {"ruff@sub"}


@pytest.mark.parametrize(
    ("argv", "units", "command"),
    [
        (("ruff", "{files}"), ("a.py", "-x.py"), ("ruff", "a.py", "./-x.py")),
        (("go", "vet", "{folders}"), (".", "pkg/a"), ("go", "vet", ".", "./pkg/a")),
        (("tsc",), ("",), ("tsc",)),
        (("pylint", "--msg={path}", "{files}"), ("a.py",), ("pylint", "--msg={path}", "a.py")),
    ],
)
def test_a_command_is_filled_in(
    argv: tuple[str, ...], units: tuple[str, ...], command: tuple[str, ...]
) -> None:
    assert Check("x", "lint", argv).command(units) == command


def test_what_a_check_looks_at() -> None:
    paths = ("a.go", "pkg/b.go", "pkg/c.go", "readme.md")
    folders = Check("vet", "lint", ("go", "vet", "{folders}"), ("*.go",))
    assert folders.units(paths) == (".", "pkg")
    assert Check("x", "lint", ("x", "{files}"), ("*.go",)).units(paths) == paths[:3]
    assert Check("x", "lint", ("x",), ("*.go",)).units(paths) == ("",)
    assert Check("x", "lint", ("x",), ("*.rs",)).units(paths) == ()
    nested = Check("vet", "lint", ("go", "vet", "{folders}"), ("*.go",), folder="pkg")
    assert nested.command(nested.units(paths)) == ("go", "vet", ".")
