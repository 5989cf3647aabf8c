"""Real-looking output of many tools becomes problems with file, line, column, code and text."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inhouse_tools.checks.parse import parse

ROOT = Path("/project")
Row = tuple[str, int, int, str, str]

RUFF = """\
app/main.py:3:8: F401 [*] `os` imported but unused
app/main.py:7:12: F821 Undefined name `totla`
app/main.py:9:5: SyntaxError: Expected an expression
app/main.py:9:7: invalid-syntax: Expected `)`, found newline
Found 4 errors.
[*] 1 fixable with the `--fix` option.
"""
FLAKE8 = "./a.py:1:1: F401 'os' imported but unused\n./a.py:2:80: E501 line too long (81 > 79)\n"
PYLINT = """\
************* Module a
a.py:1:0: C0114 Missing module docstring
a.py:4:11: E1101 Instance of 'Cart' has no 'totl' member; maybe 'total'?

-----------------------------------
Your code has been rated at 5.00/10
"""
MYPY = """\
pkg/a.py:3: error: Incompatible return value type (got "str", expected "int")  [return-value]
pkg/a.py:5:9: error: Name "x" is not defined  [name-defined]
pkg/a.py:5:9: note: Did you import it from "y"?
Found 2 errors in 1 file (checked 4 source files)
"""
PYRIGHT = """\
/project/a.py
  /project/a.py:3:5 - error: "x" is not defined (reportUndefinedVariable)
  /project/a.py:4:1 - warning: Import "yaml" could not be resolved (reportMissingModuleSource)
1 error, 1 warning, 0 informations
"""
PYRIGHT_JSON = json.dumps(
    {
        "version": "1.1.400",
        "generalDiagnostics": [
            {
                "file": "/project/a.py",
                "severity": "error",
                "message": '"x" is not defined\n  Did you mean "y"?',
                "range": {"start": {"line": 2, "character": 4}, "end": {"line": 2, "character": 5}},
                "rule": "reportUndefinedVariable",
            },
            {
                "file": "/project/a.py",
                "severity": "information",
                "message": "Code is unreachable",
                "range": {"start": {"line": 9, "character": 0}},
            },
        ],
        "summary": {"filesAnalyzed": 1, "errorCount": 1},
    },
    indent=4,
)
ESLINT_JSON = json.dumps(
    [
        {
            "filePath": "/project/src/a.js",
            "messages": [
                {
                    "ruleId": "no-unused-vars",
                    "severity": 2,
                    "message": "'x' is defined but never used.",
                    "line": 1,
                    "column": 7,
                },
                {
                    "ruleId": None,
                    "fatal": True,
                    "severity": 2,
                    "message": "Parsing error: Unexpected token",
                    "line": 3,
                    "column": 1,
                },
            ],
        },
        {
            "filePath": "/project/src/b.js",
            "messages": [
                {
                    "ruleId": None,
                    "severity": 1,
                    "message": "File ignored because of a matching ignore pattern.",
                    "line": 0,
                }
            ],
        },
    ]
)
ESLINT_STYLISH = """\

/project/src/a.js
  1:7   error    'x' is assigned a value but never used  no-unused-vars
  12:1  warning  Unexpected console statement            no-console

✖ 2 problems (1 error, 1 warning)
"""
RUFF_JSON = json.dumps(
    [
        {
            "code": "F401",
            "filename": "/project/a.py",
            "location": {"row": 1, "column": 8},
            "end_location": {"row": 1, "column": 10},
            "message": "`os` imported but unused",
        }
    ]
)
MYPY_JSON = (
    '{"file": "a.py", "line": 3, "column": 4, "message": "Bad", "hint": null,'
    ' "code": "arg-type", "severity": "error"}\n'
    '{"file": "a.py", "line": 3, "column": 4, "message": "See", "code": null, "severity": "note"}'
)
SHELLCHECK_JSON = json.dumps(
    {
        "comments": [
            {
                "file": "run.sh",
                "line": 2,
                "column": 6,
                "level": "warning",
                "code": 2034,
                "message": "x appears unused.",
            }
        ]
    }
)
PHPSTAN_JSON = json.dumps(
    {
        "totals": {"errors": 0, "file_errors": 1},
        "files": {
            "/project/src/A.php": {
                "errors": 1,
                "messages": [{"message": "Undefined variable: $x", "line": 12, "ignorable": True}],
            }
        },
    }
)
TSC = """\
src/app.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.
  The expected type comes from property 'x'.
src/app.ts(9,1): error TS2304: Cannot find name 'foo'.
error TS18003: No inputs were found in config file.
"""
GO = """\
# example.com/shop
./cart.go:12:2: undefined: totla
vet: ./main.go:3:8: "fmt" imported and not used
"""
RUSTC_SHORT = """\
src/main.rs:2:5: error[E0425]: cannot find value `x` in this scope
src/lib.rs:9:9: warning: unused variable: `y`
error: could not compile `shop` (bin "shop") due to 1 previous error
"""
RUSTC = """\
error[E0308]: mismatched types
  --> src/main.rs:4:18
   |
4  |     let x: i32 = "a";
   |            ---   ^^^ expected `i32`, found `&str`

warning: unused import: `std::fs`
 --> src/lib.rs:1:5
"""
GCC = """\
In file included from main.c:1:
util.h:3:10: fatal error: 'missing.h' file not found
main.c: In function 'main':
main.c:4:9: warning: unused variable 'x' [-Wunused-variable]
main.c:5:1: note: declared here
"""
SHELLCHECK = """\
run.sh:2:6: warning: x appears unused. Verify use (or export if used externally). [SC2034]
run.sh:3:6: note: Double quote to prevent globbing and word splitting. [SC2086]
"""
BIOME = (
    "::error title=lint/suspicious/noDoubleEquals,file=src/a.ts,line=4,endLine=4,col=5,"
    "endColumn=7::Use === instead of ==. == is only allowed when comparing against null\n"
    "::notice file=src/a.ts,line=5::nothing\n"
)
PHP = 'PHP Parse error:  syntax error, unexpected token "}" in /project/a.php on line 3\n'
PHPCS = "/project/a.php:2:1: error - Missing doc comment for class A\n"
CREDO = "lib/a.ex:1:11: R: Modules should have a @moduledoc tag.\n"
TRACEBACK = """\
*** Error compiling 'a.py'...
  File "a.py", line 3
    def broken(:
               ^
SyntaxError: invalid syntax

"""
BLACK = "would reformat /project/a.py\n\nOh no!\n1 file would be reformatted.\n"
PRETTIER = "Checking formatting...\n[warn] src/a.js\n[warn] Code style issues found in 1 file.\n"

TABLE: list[tuple[str, list[Row]]] = [
    (
        RUFF,
        [
            ("app/main.py", 3, 8, "F401", "`os` imported but unused"),
            ("app/main.py", 7, 12, "F821", "Undefined name `totla`"),
            ("app/main.py", 9, 5, "SyntaxError", "Expected an expression"),
            ("app/main.py", 9, 7, "invalid-syntax", "Expected `)`, found newline"),
        ],
    ),
    (
        FLAKE8,
        [
            ("a.py", 1, 1, "F401", "'os' imported but unused"),
            ("a.py", 2, 80, "E501", "line too long (81 > 79)"),
        ],
    ),
    (
        PYLINT,
        [
            ("a.py", 1, 0, "C0114", "Missing module docstring"),
            ("a.py", 4, 11, "E1101", "Instance of 'Cart' has no 'totl' member; maybe 'total'?"),
        ],
    ),
    (
        MYPY,
        [
            (
                *("pkg/a.py", 3, 0, "return-value"),
                'Incompatible return value type (got "str", expected "int")',
            ),
            ("pkg/a.py", 5, 9, "name-defined", 'Name "x" is not defined'),
        ],
    ),
    (
        PYRIGHT,
        [
            ("a.py", 3, 5, "reportUndefinedVariable", '"x" is not defined'),
            ("a.py", 4, 1, "reportMissingModuleSource", 'Import "yaml" could not be resolved'),
        ],
    ),
    (
        PYRIGHT_JSON,
        [("a.py", 3, 5, "reportUndefinedVariable", '"x" is not defined Did you mean "y"?')],
    ),
    (
        f"(node:7) Warning: a module is old\n{ESLINT_JSON}\n",
        [
            ("src/a.js", 1, 7, "no-unused-vars", "'x' is defined but never used."),
            ("src/a.js", 3, 1, "", "Parsing error: Unexpected token"),
        ],
    ),
    (
        ESLINT_STYLISH,
        [
            ("src/a.js", 1, 7, "no-unused-vars", "'x' is assigned a value but never used"),
            ("src/a.js", 12, 1, "no-console", "Unexpected console statement"),
        ],
    ),
    (RUFF_JSON, [("a.py", 1, 8, "F401", "`os` imported but unused")]),
    (MYPY_JSON, [("a.py", 3, 4, "arg-type", "Bad")]),
    (SHELLCHECK_JSON, [("run.sh", 2, 6, "2034", "x appears unused.")]),
    (PHPSTAN_JSON, [("src/A.php", 12, 0, "", "Undefined variable: $x")]),
    ("[]\n", []),
    (
        TSC,
        [
            ("src/app.ts", 3, 5, "TS2322", "Type 'string' is not assignable to type 'number'."),
            ("src/app.ts", 9, 1, "TS2304", "Cannot find name 'foo'."),
        ],
    ),
    (
        GO,
        [
            ("cart.go", 12, 2, "", "undefined: totla"),
            ("main.go", 3, 8, "", '"fmt" imported and not used'),
        ],
    ),
    (
        RUSTC_SHORT,
        [
            ("src/main.rs", 2, 5, "E0425", "cannot find value `x` in this scope"),
            ("src/lib.rs", 9, 9, "", "unused variable: `y`"),
        ],
    ),
    (
        RUSTC,
        [
            ("src/main.rs", 4, 18, "E0308", "mismatched types"),
            ("src/lib.rs", 1, 5, "", "unused import: `std::fs`"),
        ],
    ),
    (
        GCC,
        [
            ("util.h", 3, 10, "", "'missing.h' file not found"),
            ("main.c", 4, 9, "-Wunused-variable", "unused variable 'x'"),
        ],
    ),
    (
        SHELLCHECK,
        [
            (
                *("run.sh", 2, 6, "SC2034"),
                "x appears unused. Verify use (or export if used externally).",
            )
        ],
    ),
    (
        BIOME,
        [
            (
                *("src/a.ts", 4, 5, "lint/suspicious/noDoubleEquals"),
                "Use === instead of ==. == is only allowed when comparing against null",
            )
        ],
    ),
    (PHP, [("a.php", 3, 0, "", 'syntax error, unexpected token "}"')]),
    (PHPCS, [("a.php", 2, 1, "", "Missing doc comment for class A")]),
    (CREDO, [("lib/a.ex", 1, 11, "R", "Modules should have a @moduledoc tag.")]),
    (TRACEBACK, [("a.py", 3, 0, "SyntaxError", "invalid syntax")]),
    (BLACK, [("a.py", 0, 0, "format", "would be formatted differently")]),
    (PRETTIER, [("src/a.js", 0, 0, "format", "would be formatted differently")]),
    (
        "src/App.kt:3:5: error: unresolved reference: x\n",
        [("src/App.kt", 3, 5, "", "unresolved reference: x")],
    ),
    ("\x1b[1ma.py:1:2: E999 bad\x1b[0m\n", [("a.py", 1, 2, "E999", "bad")]),
    ("a.py:1:2: E999 bad\na.py:1:2: E999 bad\n", [("a.py", 1, 2, "E999", "bad")]),
    ("12:30:11: started\nlocalhost:8080: refused\nhttp://x.y:80: no\nall good\n", []),
    ("/elsewhere/a.py:1:2: E999 bad\n../a.py:3:1: E1 bad\n", []),
]


@pytest.mark.parametrize(("output", "rows"), TABLE)
def test_output_of_usual_tools(output: str, rows: list[Row]) -> None:
    found = [(one.file, one.line, one.column, one.code, one.text) for one in parse(output, ROOT)]
    assert found == rows


def test_paths_count_from_the_folder_in_which_the_check_ran() -> None:
    output = "main.py:1:1: E1 bad\n/project/web/b.py:2:1: E1 bad\n../c.py:3:1: E1 bad\n"
    found = [one.file for one in parse(output, ROOT, "web")]
    assert found == ["web/main.py", "web/b.py", "c.py"]


def test_a_long_text_is_one_bounded_line() -> None:
    (found,) = parse(f"a.py:1:1: E1 {'very ' * 200}\n", ROOT)
    assert len(found.text) == 300
    assert found.said.startswith("line 1: E1 very very")


@settings(max_examples=40)
@given(st.text(alphabet=st.sampled_from("ab.py:/(),[]{}\"' 0123\n-Eerror"), max_size=120))
def test_any_output_is_survived_and_what_is_found_lies_inside(output: str) -> None:
    for one in parse(output, ROOT):
        assert one.text
        assert not one.file.startswith(("/", ".."))
        assert one.line >= 0


NAMES = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}\.[a-z]{1,3}", fullmatch=True)


@settings(max_examples=40)
@given(
    NAMES,
    st.integers(1, 10**6),
    st.integers(1, 500),
    st.from_regex(r"[A-Z]{1,3}[0-9]{3}", fullmatch=True),
)
def test_what_is_written_in_one_form_is_read_from_it(
    file: str, line: int, column: int, code: str
) -> None:
    text = "something is wrong here"
    for output in (
        f"{file}:{line}:{column}: {code} {text}",
        f"{file}:{line}:{column}: error: {text} [{code}]",
        f"{file}({line},{column}): error {code}: {text}",
        f"./{file}:{line}:{column}: warning[{code}]: {text}",
        f"::warning file={file},line={line},col={column},title={code}::{text}",
    ):
        (found,) = parse(output, ROOT)
        got = (found.file, found.line, found.column, found.code, found.text)
        assert got == (file, line, column, code, text)
