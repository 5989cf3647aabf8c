"""Macros around declarations of C hide nothing: symbols, references, renames and edits see both."""

from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, project
from tests.tools.index.indexes import refresh, write

from inhouse_tools import syntax
from inhouse_tools.index.repository_index import RepositoryIndex
from inhouse_tools.repository_map.keeping import graph_of
from inhouse_tools.syntax.macros import blank_macros

HEADER = """\
#ifdef __cplusplus
extern "C" {
#endif

// Loads one.
LIB_API struct model * model_load(const char * path, int flags);
LIB_API LIB_CALL int model_size(void);

#ifdef __cplusplus
}
#endif
"""
SOURCE = """\
#include "lib.h"

static int helper(int x);

LIB_API struct model * model_load(const char * path, int flags) {
    return open(path, helper(flags));
}

static int helper(int x) {
    model other(x);
    return x;
}
"""


@pytest.mark.parametrize(
    ("source", "parsed"),
    [
        ("LIB_API int f(void);", "        int f(void);"),
        ("A_B C_D void f();", "        void f();"),
        ("static LIB_INLINE int f(void) {}", "static            int f(void) {}"),
        ('extern "C" LIB_API int x;', 'extern "C"         int x;'),
        ("LIB_API\nint f(void);", "       \nint f(void);"),
        ("class LIB_API A : public B {};", "class         A : public B {};"),
        ("struct LIB_API A {};", "struct         A {};"),
        ('DEPRECATED(int f(int a), "g");', "           int f(int a)      ;"),
        ("FORMAT_ATTR(1, 2)\nint f(int a);", "                 \nint f(int a);"),
        ("int f(int a) FORMAT_ATTR(1, 2);", "int f(int a)                  ;"),
    ],
)
def test_what_is_no_part_of_a_declaration_is_blanked(source: str, parsed: str) -> None:
    assert blank_macros(source.encode())[0].decode() == parsed
    assert syntax.errors("a.h", source.encode()) == ()


@pytest.mark.parametrize(
    "source",
    [
        "SIZE_T f(void);",
        "SIZE_T const f(void);",
        "FILE * f(void);",
        "FOO(a, b);",
        "DWORD x;",
        "#define LIB_API int f(void)",
        "struct RECT r = {1};",
        "enum KIND kind : 3;",
    ],
)
def test_types_and_calls_stay(source: str) -> None:
    assert blank_macros(source.encode())[0].decode() == source


def test_a_declaration_counts_where_the_file_defines_nothing_of_that_name() -> None:
    def found(path: str, source: str) -> list[tuple[str, str, int]]:
        symbols = syntax.symbols(path, source.encode())
        return [(symbol.name, symbol.kind, symbol.start_line) for symbol in symbols]

    assert found("lib.h", HEADER) == [
        ("model_load", "declaration", 5),
        ("model_size", "declaration", 7),
    ]
    for path in ("lib.c", "lib.cpp"):
        assert found(path, SOURCE) == [("model_load", "function", 5), ("helper", "function", 9)]


def test_a_macro_is_found_where_it_stands() -> None:
    places = [reference.line for reference in syntax.references("a.h", HEADER.encode(), "LIB_API")]
    assert places == [6, 7]
    text = b'/*\nLIB_API int f(void);\n*/\nchar * s = R"(\nLIB_API int f(void);\n)";\n'
    assert syntax.references("a.cpp", text, "LIB_API") == ()


def test_a_definition_is_before_its_declaration(tmp_path: Path) -> None:
    write(tmp_path, {"include/lib.h": HEADER, "src/deep/lib.c": SOURCE})
    index = refresh(RepositoryIndex(tmp_path, None))
    paths = [(one.path, one.kind) for one in index.definitions("model_load")]
    assert paths == [("src/deep/lib.c", "function"), ("include/lib.h", "declaration")]
    (only,) = index.definitions("model_size")
    assert only.signature == "int model_size(void)"


def test_what_is_only_declared_is_what_others_refer_to(tmp_path: Path) -> None:
    user = '#include "lib.h"\n\nint use_both(void) {\n    model_load(0, model_size());\n}\n'
    write(tmp_path, {"lib.h": HEADER, "lib.c": SOURCE, "user.c": user})
    graph = graph_of(refresh(RepositoryIndex(tmp_path, None)))
    definers = {
        name: [graph.paths[one] for one in found] for name, found in graph.names["c"].items()
    }
    assert definers["model_load"] == ["lib.c"]
    assert definers["model_size"] == ["lib.h"]
    users = graph.uses["c"]["model_load"][graph.paths.index("lib.c")][0]
    assert [graph.paths[one] for one in users] == ["lib.h", "user.c"]


def test_a_function_is_replaced_with_its_macro(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"lib.c": SOURCE})
    content = "LIB_API struct model * model_load(const char * path) {\n    return 0;\n}"
    answer = call(
        workspace, "replace_symbol", file_path="lib.c", symbol="model_load", content=content
    )
    assert not answer.failed, answer.text
    text = (tmp_path / "lib.c").read_text()
    assert text.count("LIB_API") == 1
    assert content in text


def test_a_macro_is_renamed_everywhere(tmp_path: Path) -> None:
    config = "#define LIB_API extern\n"
    files = {"config.h": config, "lib.h": f'#include "config.h"\n{HEADER}', "lib.c": SOURCE}
    workspace = project(tmp_path, files)
    answer = call(
        workspace, "rename_symbol", file_path="config.h", symbol="LIB_API", new_name="LIB_PUBLIC"
    )
    assert not answer.failed, answer.text
    for name, text in files.items():
        assert (tmp_path / name).read_text() == text.replace("LIB_API", "LIB_PUBLIC")
