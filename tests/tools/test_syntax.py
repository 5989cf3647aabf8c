"""Every language we name parses, outlines and finds names."""

import pytest

from inhouse_tools import syntax
from inhouse_tools.syntax.languages import LANGUAGES, query_of

SAMPLES = {
    "a.py": (
        "def f():\n    return 1\n\n\nclass A:\n    def m(self):\n        return 2\n",
        "f A A.m",
    ),
    "a.js": ("function f() {}\nclass A { m() {} }\nexport const g = () => 1;\n", "f A A.m g"),
    "a.ts": ("export class A { m(): void {} }\ninterface I { x: number }\n", "A A.m I"),
    "a.tsx": ("export function App() { return <p>hi</p>; }\n", "App"),
    "a.go": ("package a\n\ntype C struct{}\n\nfunc (c *C) M() {}\n\nfunc F() {}\n", "C C.M F"),
    "a.rs": ("struct A;\n\nimpl A {\n    fn m(&self) {}\n}\n\nfn f() {}\n", "A A.m f"),
    "A.java": ("class A { int f() { return 1; } }\n", "A A.f"),
    "a.c": ("struct S { int a; };\n\nint *f(int a) { return 0; }\n", "S f"),
    "a.cpp": ("class A { int m() { return 1; } };\n\nint A::g() { return 2; }\n", "A A.m A.g"),
    "a.rb": ("class A\n  def m; end\nend\n", "A A.m"),
    "a.sh": ("f() { echo hi; }\nX=1\n", "f X"),
    "a.json": ('{"a": {"b": 1}}\n', "a a.b"),
    "a.yaml": ("a:\n  b: 1\n", "a a.b"),
    "a.toml": ("x = 1\n[t]\ny = 2\n", "x t t.y"),
    "a.html": ('<div id="a"></div>\n', "a"),
    "a.css": (".a { color: red }\n", ".a"),
}


@pytest.mark.parametrize("path", SAMPLES)
def test_a_good_file_has_symbols_and_no_faults(path: str) -> None:
    source, names = SAMPLES[path]
    assert syntax.errors(path, source.encode()) == ()
    assert [symbol.name for symbol in syntax.symbols(path, source.encode())] == names.split(" ")


def test_every_language_has_a_sample_and_a_query() -> None:
    sampled = {language.name for path in SAMPLES if (language := syntax.language_of(path))}
    assert sampled == {language.name for language in LANGUAGES}
    for language in LANGUAGES:
        assert query_of(language).pattern_count > 0


@pytest.mark.parametrize(
    ("path", "source", "line"),
    [
        ("a.py", "x = 1\ndef f(:\n    pass\n", 2),
        ("a.py", "def f():\n    x = 1\n  y = 2\n", 3),
        ("a.js", "let a = 1;\nlet b = ;\n", 2),
        ("a.go", "package a\n\nfunc f( {\n}\n", 3),
        ("a.json", '{"a": 1,\n "b": }\n', 2),
    ],
)
def test_a_fault_is_placed(path: str, source: str, line: int) -> None:
    found = syntax.errors(path, source.encode())
    assert found
    assert found[0].line == line


def test_unknown_languages_are_not_judged() -> None:
    assert syntax.errors("a.unknown", b"((((") == ()
    assert syntax.symbols("a.unknown", b"def f(): pass") == ()
    assert syntax.errors("a.py", b"\xff\xfe def") != ()


def test_spans_hold_decorators_and_the_comment_right_above() -> None:
    source = "#!/usr/bin/env python\n# far\n\n# near\n@wrap\ndef f():\n    pass\n\ndef f(): pass\n"
    first, second = syntax.symbols("a.py", source.encode())
    assert source[first.start_byte : first.end_byte] == "# near\n@wrap\ndef f():\n    pass"
    assert source[first.outer_byte :].startswith("@wrap")
    assert source[first.core_byte :].startswith("def f")
    assert (first.start_line, first.end_line) == (4, 7)
    assert (second.name, second.start_line) == ("f#2", 9)


def test_names_are_found_in_code_only() -> None:
    source = b"total = 'total'\n# total\nprint(f'{total}', a.total, subtotal)\n"
    spans = syntax.identifiers("a.py", source, "total")
    assert [source[:start].count(b"\n") for start, _end in spans] == [0, 2, 2]
    assert syntax.identifiers("a.py", source, "missing") == ()


def test_data_is_told_from_code() -> None:
    data = {language.name for language in LANGUAGES if language.data}
    assert data == {"json", "yaml", "toml", "html", "css"}


@pytest.mark.parametrize(
    ("path", "source", "imports", "opening"),
    [
        ("a.py", "", [], ""),
        (
            "a.py",
            '#!/bin/x\n"""import x"""\nimport a  # b\n',
            ["import a"],
            '#!/bin/x\n"""import x"""',
        ),
        ("a.py", "# notice\n\n# near\ndef f():\n    import a\n", [], "# notice"),
        (
            "a.js",
            "'use strict';\nconst { a } = require('b');\n",
            ["const { a } = require('b');"],
            "'use strict';",
        ),
        (
            "a.go",
            '// says\npackage a\n\nimport (\n\t"b"\n)\n',
            ['import (\n\t"b"\n)'],
            "// says\npackage a",
        ),
        ("a.h", "#ifndef A\n#define A\n#include <b>\n#endif\n", ["#include <b>\n"], ""),
        ("a.unknown", "import a\n", [], ""),
    ],
)
def test_what_stands_beside_definitions(
    path: str, source: str, imports: list[str], opening: str
) -> None:
    found = syntax.statements(path, source.encode())
    assert [source[start:end] for start, end in found.imports] == imports
    assert source[: found.opening] == opening


def test_words_are_comments_and_docstrings() -> None:
    source = '"""Top."""\nx = "no"\ndef f():\n    \'\'\'Says.\'\'\'\n    return 1  # one\n'
    found = syntax.statements("a.py", source.encode())
    words = [source[start:end] for start, end in found.words]
    assert words == ['"""Top."""', "'''Says.'''", "# one"]
