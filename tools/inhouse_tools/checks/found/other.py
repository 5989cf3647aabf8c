"""What make, just, pre-commit, composer and mix files name, and checks of shell scripts."""

import re
from typing import Final

from inhouse_tools.checks.check import FILES, Check, Kind
from inhouse_tools.checks.found.folder import Folder, inner

TARGETS: Final[dict[str, Kind]] = {
    "lint": "lint",
    "check": "lint",
    "typecheck": "types",
    "test": "test",
}
MAKEFILES: Final = ("GNUmakefile", "makefile", "Makefile")
JUSTFILES: Final = ("justfile", "Justfile", ".justfile")
PHP: Final = ("*.php",)
ELIXIR: Final = ("*.ex", "*.exs")
_MAKE_TARGET = re.compile(r"^([A-Za-z][\w ./-]*?)\s*:(?![:=])", re.MULTILINE)
_JUST_TARGET = re.compile(r"^@?([A-Za-z][\w-]*)(?:\s+[^:\n]*)?:(?!=)", re.MULTILINE)


def find(folder: Folder) -> list[Check]:
    """The checks of this folder that belong to no family of languages, or to a small one."""
    return [
        *_targets(folder, "make", folder.first(*MAKEFILES), _MAKE_TARGET),
        *_targets(folder, "just", folder.first(*JUSTFILES), _JUST_TARGET),
        *_pre_commit(folder),
        *_composer(folder),
        *_mix(folder),
    ]


def shell_check() -> Check:
    """shellcheck needs no project: it concerns every shell script."""
    argv = ("shellcheck", "--format=gcc", "--severity=warning", FILES)
    return Check("shellcheck", "lint", argv, ("*.sh", "*.bash"), when="edit")


def _targets(folder: Folder, program: str, file: str, rule: re.Pattern[str]) -> list[Check]:
    """Targets are only offered: nobody knows what they change, or how long they take."""
    if not file:
        return []
    present = {word for heads in rule.findall(folder.text(file)) for word in heads.split()}
    return [
        Check(f"{program}-{name}", kind, (program, name), (), file)
        for name, kind in TARGETS.items()
        if name in present
    ]


def _pre_commit(folder: Folder) -> list[Check]:
    file = folder.first(".pre-commit-config.yaml", ".pre-commit-config.yml")
    argv = ("pre-commit", "run", "--files", FILES)
    return [Check("pre-commit", "lint", argv, (), file)] if file else []


def _composer(folder: Folder) -> list[Check]:
    composer = folder.json("composer.json")
    wanted = {*inner(composer, "require"), *inner(composer, "require-dev")}
    found: list[Check] = []
    if "phpstan/phpstan" in wanted:
        argv = ("phpstan", "analyse", "--no-progress", "--error-format=raw", FILES)
        found.append(Check("phpstan", "types", argv, PHP, "composer.json", when="edit"))
    if "squizlabs/php_codesniffer" in wanted:
        argv = ("phpcs", "--report=emacs", FILES)
        found.append(Check("phpcs", "lint", argv, PHP, "composer.json", when="edit"))
    if "phpunit/phpunit" in wanted:
        found.append(Check("phpunit", "test", ("phpunit",), PHP, "composer.json"))
    scripts = inner(composer, "scripts")
    for name in ("lint", "test"):
        if name in scripts:
            argv = ("composer", "run-script", name)
            found.append(Check(f"composer-{name}", TARGETS[name], argv, PHP, "composer.json"))
    return found


def _mix(folder: Folder) -> list[Check]:
    text = folder.text("mix.exs")
    if not text:
        return []
    found = [Check("mix-test", "test", ("mix", "test"), ELIXIR, "mix.exs")]
    if ":credo" in text:
        argv = ("mix", "credo", "--format", "flycheck", FILES)
        found.append(Check("credo", "lint", argv, ELIXIR, "mix.exs"))
    return found
