"""What a JavaScript or TypeScript project names in its package.json."""

from typing import Final

from inhouse_tools.checks.check import FILES, Check, Kind
from inhouse_tools.checks.found.folder import Folder, inner

SCRIPTS: Final[dict[str, Kind]] = {
    "lint": "lint",
    "typecheck": "types",
    "type-check": "types",
    "test": "test",
}
SOURCES: Final = ("*.js", "*.jsx", "*.mjs", "*.cjs", "*.ts", "*.tsx", "*.mts", "*.cts")
TYPED: Final = ("*.ts", "*.tsx", "*.mts", "*.cts", "*.vue")
BIOME: Final = (*SOURCES, "*.json", "*.jsonc", "*.css")
LOCKS: Final = (
    ("pnpm-lock.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
)
# What `npm init` writes in the place of tests.
NO_TEST: Final = "no test specified"
ESLINT_FILES: Final = (
    *(f"eslint.config.{ending}" for ending in ("js", "mjs", "cjs", "ts", "mts", "cts")),
    *(f".eslintrc{ending}" for ending in ("", ".js", ".cjs", ".json", ".yml", ".yaml")),
)


def find(folder: Folder) -> list[Check]:
    """The checks that the package of this folder names."""
    package = folder.json("package.json")
    if not package:
        return []
    wanted = {*inner(package, "dependencies"), *inner(package, "devDependencies")}
    return [
        *_linters(folder, wanted, configured="eslintConfig" in package),
        *_tests(wanted),
        *_scripts(folder, inner(package, "scripts")),
    ]


def _linters(folder: Folder, wanted: set[str], *, configured: bool) -> list[Check]:
    source = "package.json"
    found: list[Check] = []
    eslint = folder.first(*ESLINT_FILES) or (source if configured else "")
    if "eslint" in wanted or eslint:
        # Without a configuration eslint only says that it has none.
        argv = ("eslint", "--format=json", "--no-error-on-unmatched-pattern", FILES)
        when = "edit" if eslint else "offered"
        found.append(Check("eslint", "lint", argv, SOURCES, eslint or source, when=when))
    if "@biomejs/biome" in wanted:
        argv = ("biome", "lint", "--reporter=github", "--no-errors-on-unmatched", FILES)
        found.append(Check("biome", "lint", argv, BIOME, source, when="edit"))
    if "typescript" in wanted and "tsconfig.json" in folder.entries:
        argv = ("tsc", "--noEmit", "--pretty", "false")
        found.append(Check("tsc", "types", argv, TYPED, "tsconfig.json", when="edit"))
    if "prettier" in wanted:
        argv = ("prettier", "--check", FILES)
        found.append(Check("prettier", "lint", argv, (*BIOME, "*.md"), source))
    return found


def _tests(wanted: set[str]) -> list[Check]:
    commands = {"jest": ("jest",), "vitest": ("vitest", "run")}
    return [
        Check(name, "test", argv, SOURCES, "package.json")
        for name, argv in commands.items()
        if name in wanted
    ]


def _scripts(folder: Folder, scripts: dict[str, object]) -> list[Check]:
    """Scripts are only offered: nobody knows what they change, or how long they take."""
    manager = next((program for lock, program in LOCKS if lock in folder.entries), "npm")
    found: list[Check] = []
    for name, kind in SCRIPTS.items():
        script = scripts.get(name)
        if isinstance(script, str) and script and NO_TEST not in script:
            argv = (manager, "run", name)
            found.append(Check(f"{manager}-{name}", kind, argv, SOURCES, "package.json"))
    return found
