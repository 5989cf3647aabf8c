"""New code goes behind a named symbol, at its indentation and distance."""

from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, project

PYTHON = """\
LIMIT = 3  # at most
MORE = 4

@cached
def add(a):
    return a


class Cart:
    @property
    def total(self):
        return 1

    def count(self):
        return 2


if __name__ == "__main__":
    print(add(1))
"""
SCRIPT = """\
class Cart {
  total() {
    return 1;
  }

  count() {
    return 2;
  }
}

export const double = (x) => {
  return x;
};
const rate = 2;
"""
METHOD = "def size(self):\n    return 3"


@pytest.mark.parametrize(
    ("path", "symbol", "content", "change"),
    [
        (
            "a.py",
            "add",
            "def sub(a):\n    return -a\n",
            ("return a\n\n\n", "return a\n\n\ndef sub(a):\n    return -a\n\n\n"),
        ),
        (
            "a.py",
            "Cart.total",
            METHOD,
            ("return 1\n\n", "return 1\n\n    def size(self):\n        return 3\n\n"),
        ),
        (
            "a.py",
            "total",
            METHOD,
            ("return 1\n\n", "return 1\n\n    def size(self):\n        return 3\n\n"),
        ),
        (
            "a.py",
            "Cart",
            METHOD,
            ("return 2\n", "return 2\n\n    def size(self):\n        return 3\n"),
        ),
        (
            "a.py",
            "Cart",
            "def free():\n    pass",
            ("return 2\n", "return 2\n\n\ndef free():\n    pass\n"),
        ),
        ("a.py", "LIMIT", "OTHER = 5", ("most\n", "most\nOTHER = 5\n")),
        (
            "a.py",
            "LIMIT",
            "```python\ndef f():\n    pass\n```",
            ("most\n", "most\n\n\ndef f():\n    pass\n\n\n"),
        ),
        (
            "a.js",
            "Cart.total",
            "size() {\n  return 3;\n}",
            ("1;\n  }\n\n", "1;\n  }\n\n  size() {\n    return 3;\n  }\n\n"),
        ),
        (
            "a.js",
            "Cart.count",
            "size() {\n  return 3;\n}",
            ("2;\n  }\n", "2;\n  }\n\n  size() {\n    return 3;\n  }\n"),
        ),
        (
            "a.js",
            "double",
            "function half() {}",
            ("};\n", "};\n\nfunction half() {}\n\n"),
        ),
    ],
)
def test_code_goes_behind_a_symbol(
    tmp_path: Path, path: str, symbol: str, content: str, change: tuple[str, str]
) -> None:
    source = PYTHON if path == "a.py" else SCRIPT
    old, new = change
    workspace = project(tmp_path, {path: source})
    arguments = {"file_path": path, "symbol": symbol, "content": content, "insert_after": True}
    answer = call(workspace, "replace_symbol", **arguments)
    assert not answer.failed, answer.text
    assert source.count(old) == 1
    assert (tmp_path / path).read_text() == source.replace(old, new)


def test_the_last_line_stays_as_it_is_ended(tmp_path: Path) -> None:
    for number, end in enumerate(("", "\n")):
        name = f"a{number}.py"
        workspace = project(tmp_path, {name: f"def f():\n    pass{end}"})
        arguments = {"file_path": name, "symbol": "f", "content": "def g():\n    pass\n"}
        answer = call(workspace, "replace_symbol", **arguments, insert_after=True)
        assert answer.text == f"Inserted behind f in {name}, at line 5."
        assert (tmp_path / name).read_text() == f"def f():\n    pass\n\n\ndef g():\n    pass{end}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"symbol": "gone", "content": "x = 1"}, "There is no symbol gone in a.py. Its symbols"),
        ({"symbol": "add", "content": " "}, "content is empty"),
        ({"symbol": "add", "content": "def f(:"}, "Syntax error"),
        ({"symbol": "add", "content": "x", "new_name": "y"}, "not both"),
    ],
)
def test_what_cannot_be_inserted_is_refused(
    tmp_path: Path, arguments: dict[str, str], said: str
) -> None:
    workspace = project(tmp_path, {"a.py": PYTHON})
    answer = call(workspace, "replace_symbol", file_path="a.py", insert_after=True, **arguments)
    assert answer.failed
    assert said in answer.text
    assert (tmp_path / "a.py").read_text() == PYTHON
