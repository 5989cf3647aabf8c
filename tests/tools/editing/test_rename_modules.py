"""A rename in JavaScript and TypeScript follows modules, classes and objects."""

from pathlib import Path

import pytest
from tests.tools.editing.test_rename_scope import rename

from inhouse_tools.editing.renaming.modules import Module, Modules

CURRENCY = "function convert(x) {\n  return x;\n}\nmodule.exports = { convert };\n"


@pytest.mark.parametrize(
    ("name", "lines", "mine"),
    [
        ("use.js", 'const { convert } = require("./units");\nconvert(1);', {1, 2}),
        ("use.js", 'const { convert: c } = require("./units.js");\nc(1);', {1}),
        ("use.js", 'const u = require("./units");\nu.convert(1);', {2}),
        ("use.js", 'const u = require("./money");\nu.convert(1);', set[int]()),
        ("use.mjs", 'import { convert } from "./units.js";\nconvert(1);', {1, 2}),
        ("use.ts", 'import * as u from "./units";\nu.convert(1);', {2}),
        ("use.ts", 'import { convert as c } from "./all";\nc(1);', {1}),
        ("use.ts", 'export { convert } from "./units";', {1}),
        ("use.ts", 'export * from "./money";', set[int]()),
        ("use.tsx", 'import u from "./units";\nconst a = <b c={u.convert(1)} />;', {2}),
        ("use.js", 'const go = async () => (await import("./units")).convert(1);', {1}),
        ("use.js", 'const u = require("kitchen");\nu.convert(1);', {2}),
        ("use.js", 'const { convert } = require("./units");\n(convert) => convert();', {1}),
        ("use.js", "{\n  const convert = 1;\n  run({ b: convert });\n}", set[int]()),
        ("use.js", 'const { convert } = require("lib");\nconvert(1);', set[int]()),
        ("use.js", "class Recipe {\n  convert() {\n    this.convert();\n  }\n}", set[int]()),
        ("use.js", 'module.exports = { ...require("./units") };', set[int]()),
    ],
)  # fmt: skip
def test_a_function_is_known_by_its_module(
    tmp_path: Path, name: str, lines: str, mine: set[int]
) -> None:
    files = {
        "package.json": '{"name": "kitchen", "main": "all.js"}',
        "units.js": CURRENCY,
        "money.js": CURRENCY,
        "all.js": 'const { convert } = require("./units");\nmodule.exports = { convert };\n',
        name: f"{lines}\n",
    }
    answer, places = rename(tmp_path, files, "units.js:convert", "toUnit")
    known = {"units.js:1", "units.js:4", "all.js:1", "all.js:2"}
    assert places == known | {f"{name}:{line}" for line in mine}
    assert "does not say" not in answer.text


CLIENT = """\
export class Client {
  fetch(address: string) {
    return address;
  }
  twice = () => this.fetch("a") + this.fetch("b");
}
export class Retrying extends Client {
  fetch(address: string) {
    return super.fetch(address);
  }
}
"""
CACHE = "export default class Cache {\n  fetch() {\n    this.fetch();\n  }\n}\n"
OWN = {"client.ts:2", "client.ts:5", "client.ts:8", "client.ts:9"}


@pytest.mark.parametrize(
    ("lines", "mine"),
    [
        ("const c = new Client();\nc.fetch(1);\nnew Cache().fetch();", {4}),
        ("function f(c: Client, d: Cache | null) {\n  c.fetch(1);\n  d?.fetch();\n}", {4}),
        ("class A {\n  constructor(private c: Client) {\n    this.c.fetch(1);\n  }\n}", {5}),
        ("class A {\n  c: Retrying = make();\n  f() {\n    return this.c!.fetch;\n  }\n}", {6}),
        ("const { fetch } = new Client();\nfetch(1);", {3, 4}),
        ("const { fetch: get } = new Client();\nget(1);", {3}),
        ("class B extends Client {\n  go() {\n    super.fetch(1);\n  }\n}", {5}),
        ("const b = { fetch() {}, go() { this.fetch(); } };\nb.fetch();", set[int]()),
        ("Client.prototype.fetch.call(1);\n(x as Client).fetch(1);", {3, 4}),
        ('fetch("/address");', set[int]()),
    ],
)  # fmt: skip
def test_a_method_is_known_by_its_receiver(tmp_path: Path, lines: str, mine: set[int]) -> None:
    head = 'import { Client, Retrying } from "./client";\nimport Cache from "./cache";\n'
    files = {"client.ts": CLIENT, "cache.ts": CACHE, "use.ts": f"{head}{lines}\n"}
    answer, places = rename(tmp_path, files, "client.ts:Client.fetch", "download")
    assert places == OWN | {f"use.ts:{line}" for line in mine}
    assert "does not say" not in answer.text


def test_an_interface_and_the_class_that_fulfils_it_go_together(tmp_path: Path) -> None:
    files = {
        "a.ts": "export interface Source {\n  read(): string;\n}\n",
        "b.ts": 'import { Source } from "./a";\nclass File implements Source {\n'
        '  read() {\n    return "";\n  }\n}\nfunction f(x: Source) {\n  x.read();\n}\n',
        "c.ts": "class Radio {\n  read() {}\n}\n",
    }
    _answer, places = rename(tmp_path, files, "b.ts:File.read", "take")
    assert places == {"a.ts:2", "b.ts:3", "b.ts:8"}


def test_what_only_one_can_be_is_renamed_in_scripts_and_objects(tmp_path: Path) -> None:
    files = {
        "a.js": "function total(x) {\n  return x;\n}\n",
        "b.js": "total(1);\nconst api = { total };\nrun(api.total, window.app.total);\n",
    }
    _answer, places = rename(tmp_path, files, "a.js:total", "grand")
    assert places == {"a.js:1", "b.js:1", "b.js:2", "b.js:3"}


@pytest.mark.parametrize(
    ("module", "lines", "mine"),
    [
        ("export default function go() {}", 'import go from "./a";\ngo();', {1, 2}),
        ("function go() {}\nmodule.exports = go;", 'const go = require("./a");\ngo();', {1, 2}),
        ("exports.go = function () {};", 'const a = require("./a");\na.go();', {2}),
        ("function go() {}\nexports.go = go;", 'require("./a").go();', {1}),
        ("const go = () => go();\nexport { go };", 'import type { go } from "./a";', {1}),
        ("const go = 1;\nexport { go as went };", 'import { went } from "./a";', set[int]()),
        ("export class go {}", 'import { go } from "./a";\nlet x: go = new go<go>();', {1, 2}),
        ("export enum go { A }", 'import * as a from "./a";\nlet x: a.go = a.go.A;', {2}),
    ],
)
def test_modules_give_in_every_way(tmp_path: Path, module: str, lines: str, mine: set[int]) -> None:
    other = "function go() {}\ngo();\n"
    files = {"a.ts": f"{module}\n", "b.ts": f"{lines}\n", "c.js": other}
    answer, places = rename(tmp_path, files, "a.ts:go", "walked")
    own = {f"a.ts:{row}" for row, line in enumerate(module.split("\n"), 1) if "go" in line}
    assert places == own | {f"b.ts:{line}" for line in mine}
    assert "does not say" not in answer.text


PYTHON = Modules(
    frozenset(
        [
            "src/shop/cart.py",
            "src/shop/__init__.py",
            "shop2/plain/x.py",
            "tool.py",
            "tests/helper.py",
            "tests/test_a.py",
            "one/same.py",
            "two/same.py",
        ]
    )
)
SCRIPTS = Modules(
    frozenset(
        [
            "src/a/index.ts",
            "src/b.tsx",
            "src/c.js",
            "web/lib/d.mjs",
            "packages/p/package.json",
            "packages/p/lib/main.js",
            "packages/p/e.js",
        ]
    ),
    lambda path: '{"name": "@us/p", "main": "./lib/main.js"}' if "json" in path else "",
)


@pytest.mark.parametrize(
    ("modules", "module", "importer", "file"),
    [
        (PYTHON, "shop.cart", "tests/test_a.py", "src/shop/cart.py"),
        (PYTHON, "shop", "tool.py", "src/shop/__init__.py"),
        (PYTHON, ".cart", "src/shop/__init__.py", "src/shop/cart.py"),
        (PYTHON, "..plain.x", "shop2/plain/x.py", "shop2/plain/x.py"),
        (PYTHON, ".", "shop2/plain/x.py", ""),
        (PYTHON, "helper", "tests/test_a.py", "tests/helper.py"),
        (PYTHON, "same", "tool.py", True),
        (PYTHON, ".missing", "tool.py", True),
        (PYTHON, "json", "tool.py", False),
        (PYTHON, "requests.sessions", "tool.py", False),
        (SCRIPTS, "./a", "src/c.js", "src/a/index.ts"),
        (SCRIPTS, "./b.js", "src/a.ts", "src/b.tsx"),
        (SCRIPTS, "../c", "src/a/index.ts", "src/c.js"),
        (SCRIPTS, "@/lib/d", "src/c.js", "web/lib/d.mjs"),
        (SCRIPTS, "@us/p", "src/c.js", "packages/p/lib/main.js"),
        (SCRIPTS, "@us/p/e", "src/c.js", "packages/p/e.js"),
        (SCRIPTS, "./missing", "src/c.js", True),
        (SCRIPTS, "~/missing", "src/c.js", True),
        (SCRIPTS, "node:fs", "src/c.js", False),
        (SCRIPTS, "react", "src/c.js", False),
    ],
)
def test_a_module_is_found_as_the_language_finds_it(
    modules: Modules, module: str, importer: str, file: str | bool
) -> None:
    found = modules.find(module, importer)
    assert (found.file if isinstance(found, Module) else found) == file
