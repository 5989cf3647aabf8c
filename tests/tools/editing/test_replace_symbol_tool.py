"""Functions, methods and classes are replaced and added by name."""

from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, project, workspace_in

from inhouse_tools.tool import Output

PYTHON = '''\
"""A shop."""

import math


class Cart:
    """Holds items."""

    @property
    def total(self):
        return 1

    def count(self):
        return 2


# Adds things.
@cached
def add(a, b):
    return a - b


def add(a, b, c):
    return a


if __name__ == "__main__":
    print(add(1, 2))
'''
SCRIPT = """\
const rate = 2;

class Cart {
  /** The sum. */
  total() {
    return 1;
  }
}

// Adds things.
export function add(a, b) {
  return a - b;
}

export const double = (x) => {
  return x;
};

module.exports = { add };
"""
GO = """\
package shop

// Cart holds items.
type Cart struct {
\titems []int
}

// Total is the sum.
func (c *Cart) Total() int {
\treturn 1
}

func Add(a, b int) int {
\treturn a - b
}
"""


def replace(root: Path, path: str, source: str, symbol: str, content: str) -> tuple[Output, str]:
    workspace = project(root, {path: source})
    arguments = {"file_path": path, "symbol": symbol, "content": content}
    answer = call(workspace, "replace_symbol", **arguments)
    return answer, (root / path).read_text()


@pytest.mark.parametrize(
    ("path", "source", "symbol", "content", "old", "new"),
    [
        (
            "a.py",
            PYTHON,
            "Cart.count",
            "def count(self):\n    return 3",
            "    def count(self):\n        return 2",
            "    def count(self):\n        return 3",
        ),
        (
            "a.py",
            PYTHON,
            "count",
            "def count(self):\n        return 3",
            "    def count(self):\n        return 2",
            "    def count(self):\n        return 3",
        ),
        (
            "a.py",
            PYTHON,
            "Cart.total",
            "def total(self):\n    return 5\n",
            "return 1",
            "return 5",
        ),
        ("a.py", PYTHON, "add", "def add(a, b):\n    return a + b", "a - b", "a + b"),
        ("a.py", PYTHON, "add#2", "def add(a, b, c):\n    return c", "return a\n", "return c\n"),
        (
            "a.py",
            PYTHON,
            "add",
            "# New.\n@other\ndef add(a, b):\n    return a",
            "# Adds things.\n@cached\ndef add(a, b):\n    return a - b",
            "# New.\n@other\ndef add(a, b):\n    return a",
        ),
        (
            "a.py",
            PYTHON,
            "Cart.count",
            "class Cart:\n    def count(self):\n        return 3\n",
            "return 2",
            "return 3",
        ),
        (
            "a.py",
            PYTHON,
            "Cart.count",
            'def count(self):\n    """Count.\n\n    Slowly.\n    """\n    return """\nflush\n"""',
            "    def count(self):\n        return 2",
            '    def count(self):\n        """Count.\n\n        Slowly.\n        """\n'
            '        return """\nflush\n"""',
        ),
        (
            "a.py",
            PYTHON,
            "add",
            "```python\ndef add(a, b):\n    return a + b\n```",
            "a - b",
            "a + b",
        ),
        ("a.js", SCRIPT, "Cart.total", "total() {\n  return 2;\n}", "return 1", "return 2"),
        ("a.js", SCRIPT, "total", "total() {\n  return 2;\n}", "return 1", "return 2"),
        ("a.js", SCRIPT, "add", "function add(a, b) {\n  return a + b;\n}", "a - b", "a + b"),
        (
            "a.ts",
            SCRIPT,
            "double",
            "export const double = (x) => {\n  return 2 * x;\n};",
            "return x",
            "return 2 * x",
        ),
        ("a.js", SCRIPT, "rate", "const rate = 3;", "rate = 2", "rate = 3"),
        (
            "a.go",
            GO,
            "Cart.Total",
            "func (c *Cart) Total() int {\n\treturn 2\n}",
            "return 1",
            "return 2",
        ),
        (
            "a.go",
            GO,
            "Total",
            "func (c *Cart) Total() int {\n\treturn 2\n}",
            "return 1",
            "return 2",
        ),
        ("a.go", GO, "Add", "func Add(a, b int) int {\n\treturn a + b\n}", "a - b", "a + b"),
    ],
)
def test_only_the_symbol_is_replaced(
    tmp_path: Path, *, path: str, source: str, symbol: str, content: str, old: str, new: str
) -> None:
    answer, text = replace(tmp_path, path, source, symbol, content)
    assert not answer.failed, answer.text
    assert source.count(old) == 1
    assert text == source.replace(old, new)
    assert answer.text.startswith("Replaced ")


def test_a_whole_file_as_content_gives_only_the_symbol(tmp_path: Path) -> None:
    content = PYTHON.replace("return 2", "return 3").replace("return 1", "return 9")
    answer, text = replace(tmp_path, "a.py", PYTHON, "Cart.count", content)
    assert text == PYTHON.replace("return 2", "return 3")
    assert "Only this symbol was taken" in answer.text
    assert "Cart.total" in answer.text


def test_a_new_helper_beside_the_symbol_stays(tmp_path: Path) -> None:
    content = "def helper():\n    return 1\n\n\ndef add(a, b, c):\n    return helper()"
    answer, text = replace(tmp_path, "a.py", PYTHON, "add#2", content)
    assert not answer.failed, answer.text
    assert content in text


@pytest.mark.parametrize(
    ("path", "source", "symbol", "content", "wanted"),
    [
        (
            "a.py",
            PYTHON,
            "sub",
            "def sub(a, b):\n    return a - b",
            "    return a\n\n\ndef sub(a, b):\n    return a - b\n\n\nif __name__",
        ),
        (
            "a.py",
            PYTHON,
            "Cart.clear",
            "def clear(self):\n    pass",
            "        return 2\n\n    def clear(self):\n        pass\n\n\n# Adds",
        ),
        (
            "a.js",
            SCRIPT,
            "Cart.clear",
            "clear() {\n  this.items = [];\n}",
            "    return 1;\n  }\n\n  clear() {\n    this.items = [];\n  }\n}\n\n// Adds",
        ),
        (
            "a.js",
            "class A {\n}\n",
            "A.b",
            "b() {\n  return 1;\n}",
            "class A {\n    b() {\n      return 1;\n    }\n}\n",
        ),
        ("a.rb", "class A\nend\n", "A.b", "def b\n  1\nend", "class A\n    def b\n      1\n"),
        ("a.ts", SCRIPT, "sub", "function sub() {}", "};\n\nfunction sub() {}\n\nmodule"),
        (
            "a.go",
            GO,
            "Cart.Len",
            "func (c *Cart) Len() int {\n\treturn 0\n}",
            "a - b\n}\n\nfunc (c *Cart) Len() int {\n\treturn 0\n}\n",
        ),
        ("a.py", "", "f", "def f():\n    pass", "def f():\n    pass\n"),
    ],
)
def test_an_unknown_symbol_is_added(
    tmp_path: Path, *, path: str, source: str, symbol: str, content: str, wanted: str
) -> None:
    answer, text = replace(tmp_path, path, source, symbol, content)
    assert not answer.failed, answer.text
    assert f"{symbol} did not exist: added it" in answer.text
    assert wanted in text


@pytest.mark.parametrize(
    ("symbol", "content", "said"),
    [
        ("add", "def other():\n    pass", "It defines other"),
        ("add", "def add(:\n    pass", "Syntax error"),
        ("add", "just words here", "Syntax error"),
        ("add", "", "content is empty"),
        ("add", "   \n", "content is empty"),
        ("Basket.clear", "def clear(self):\n    pass", "Its classes are Cart"),
        ("", "x", "symbol is empty"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, symbol: str, content: str, said: str) -> None:
    answer, text = replace(tmp_path, "a.py", PYTHON, symbol, content)
    assert answer.failed
    assert said in answer.text
    assert text == PYTHON


def test_the_file_must_be_read_and_be_code(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(PYTHON)
    workspace = workspace_in(tmp_path)
    arguments = {"symbol": "add", "content": "def add(): pass"}
    answer = call(workspace, "replace_symbol", file_path="a.py", **arguments)
    assert "Call read with" in answer.text
    noted = project(tmp_path, {"notes.txt": "add\n"})
    assert "Use write" in call(noted, "replace_symbol", file_path="notes.txt", **arguments).text


def test_line_endings_and_encoding_survive(tmp_path: Path) -> None:
    raw = "# café\r\ndef f():\r\n    return 1\r\n".encode("utf-16")
    (tmp_path / "a.py").write_bytes(raw)
    workspace = workspace_in(tmp_path)
    call(workspace, "read", file_path="a.py")
    arguments = {"file_path": "a.py", "symbol": "f", "content": "def f():\n    return 2"}
    assert not call(workspace, "replace_symbol", **arguments).failed
    assert (tmp_path / "a.py").read_bytes() == raw.replace("1".encode("utf-16-le"), b"2\0")
