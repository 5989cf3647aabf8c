"""Every language we name parses, outlines and finds names."""

from dataclasses import replace

import pytest

from inhouse_tools import syntax
from inhouse_tools.syntax.languages import languages

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


def test_attributes_belong_to_the_definition_after_them() -> None:
    source = "// near\n#[a]\n#[b]\nfn f() {}\n"
    (found,) = syntax.symbols("a.rs", source.encode())
    assert (found.start_line, source[found.start_byte :][:7]) == (1, "// near")
    assert source[found.outer_byte :].startswith("#[a]")
    assert source[found.core_byte :].startswith("fn f")
    source = "class A {\n  @Override\n  int f() { return 1; }\n}\n"
    method = syntax.symbols("A.java", source.encode())[1]
    assert source[method.outer_byte :].startswith("@Override")
    assert source[method.core_byte :].startswith("int f")
    assert source[method.body_byte :].startswith("{ return")


def test_names_are_found_in_code_only() -> None:
    source = b"total = 'total'\n# total\nprint(f'{total}', a.total, subtotal)\n"
    spans = syntax.identifiers("a.py", source, "total")
    assert [source[:start].count(b"\n") for start, _end in spans] == [0, 2, 2]
    assert syntax.identifiers("a.py", source, "missing") == ()


def test_data_is_told_from_code() -> None:
    data = {language.name for language in languages() if language.data}
    keys = {"json", "yaml", "toml", "html", "css", "markdown", "hcl", "dockerfile", "xml"}
    assert data == keys


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b/c.PY", "python"),
        ("a\\b.h", "cpp"),
        ("Dockerfile", "dockerfile"),
        ("x/Dockerfile.dev", "dockerfile"),
        ("Rakefile", "ruby"),
        ("a.tsx", "tsx"),
        (".py", None),
        ("py", None),
        ("Makefile.txt", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_the_file_name(path: str, name: str | None) -> None:
    found = syntax.language_of(path)
    assert (found.name if found else None) == name


@pytest.mark.parametrize("grammar", ["tree_sitter_missing.language", "json.missing"])
def test_a_grammar_that_does_not_load_makes_a_language_unknown(
    grammar: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = replace(languages()[0], name="other", files=("*.other",), grammar=grammar)
    monkeypatch.setattr("inhouse_tools.syntax.languages._by_pattern", lambda: {"*.other": known})
    assert syntax.language_of("a.other") is None
    assert syntax.analyse("a.other", b"x = 1") is None
    assert syntax.symbols("a.other", b"x = 1") == ()
    assert syntax.errors("a.other", b"x = (") == ()


def test_a_grammar_of_another_abi_makes_a_language_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_pointer: object) -> None:
        raise ValueError("Incompatible Language version 99.")

    known = replace(languages()[0], name="another", files=("*.other",))
    monkeypatch.setattr("inhouse_tools.syntax.languages._by_pattern", lambda: {"*.other": known})
    monkeypatch.setattr("tree_sitter.Language", refuse)
    assert syntax.language_of("a.other") is None


def test_a_query_that_does_not_fit_its_grammar_finds_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    python = syntax.language_of("a.py")
    assert python
    other = replace(python, name="other", query="rust")
    monkeypatch.setattr("inhouse_tools.syntax.languages._by_pattern", lambda: {"*.other": other})
    assert syntax.symbols("a.other", b"def f(): pass") == ()
    assert syntax.errors("a.other", b"def f(") != ()


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


def test_a_line_is_told_its_innermost_symbol() -> None:
    source = b"import os\n\nclass A:\n    # near\n    def m(self):\n        return 1\n\n    x = 1\n"
    found = [syntax.enclosing("a.py", source, line) for line in range(1, 9)]
    names = [symbol.name if symbol else "" for symbol in found]
    assert names == ["", "", "A", "A.m", "A.m", "A.m", "A", "A"]


def test_a_use_is_told_from_the_definition() -> None:
    source = b"def f(): ...\nf(f)\n# f\n"
    found = syntax.references("a.py", source, "f")
    assert [(each.line, each.is_definition) for each in found] == [
        (1, True),
        (2, False),
        (2, False),
    ]
    assert source[found[1].start_byte : found[1].end_byte] == b"f"
    analysis = syntax.analyse("a.py", source)
    assert analysis
    assert analysis.references == {"f": 2}


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        (
            "a.py",
            "@a\ndef f(  # one\n    a: int = 1,\n    *b,\n) -> int:\n    pass\n",
            "def f(a: int = 1, *b) -> int",
        ),
        ("a.py", "class A(B):\n    pass\n", "class A(B)"),
        ("a.c", "static int\nf(int argc)\n{\n}\n", "static int f(int argc)"),
        ("a.c", "typedef struct {\n  int x;\n} point;\n", "typedef struct point"),
        (
            "a.ts",
            "export const f = (a: number): number => {\n  return a;\n};\n",
            "const f = (a: number): number",
        ),
        ("a.py", f"x = '{'y' * 300}'\n", f"x = '{'y' * 194}…"),
    ],
)
def test_a_signature_is_the_head_on_one_line(path: str, source: str, expected: str) -> None:
    symbol = syntax.symbols(path, source.encode())[0]
    assert syntax.signature(path, source.encode(), symbol) == expected
    assert len(expected) <= 200


def test_clauses_of_one_function_are_one_symbol() -> None:
    source = b"f :: Int -> Int\nf 0 = h where h = 1\n\nf n = n\n\ng = f\n\nf' = 1\n"
    found = [(each.name, each.start_line, each.end_line) for each in syntax.symbols("a.hs", source)]
    assert found == [("f", 1, 4), ("g", 6, 6), ("f'", 8, 8)]


def test_a_section_runs_to_the_next_of_its_level() -> None:
    source = b"# A\n\n## B\nx\n### C\ny\n## D\n> # z\n\nE\n===\n\n    # code\n"
    found = [(each.name, each.start_line, each.end_line) for each in syntax.symbols("a.md", source)]
    assert found == [("A", 1, 8), ("A.B", 3, 6), ("A.B.C", 5, 6), ("A.D", 7, 8), ("E", 10, 13)]
