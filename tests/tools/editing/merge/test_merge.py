"""A file written anew in part is merged into the one that stands."""

import ast
import re
from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tools.editing.merge.merge_samples import FILES, PYTHON, merged, replaced

from inhouse_tools.editing.merge.fragment import merge
from inhouse_tools.editing.merge.outside import leaves, lost_parts, outside_lines
from inhouse_tools.editing.symbol_edit import SourceFile
from inhouse_tools.refusal import Refusal


@pytest.mark.parametrize(
    ("name", "content", "changes"),
    [
        ("a.py", "def add(a, b):\n    return a + b\n", [("a - b", "a + b")]),
        ("a.py", "RATE = 3\n", [("RATE = 2", "RATE = 3")]),
        (
            "a.py",
            "class Cart:\n    def __init__(self):\n        self.x = 2\n",
            [("x = 1", "x = 2")],
        ),
        (
            "a.py",
            "class Cart(Base):\n    limit = 5\n\n    @total.setter\n    def total(self, value):\n"
            "        self.x = 0\n",
            [("self.x = value", "self.x = 0")],
        ),
        # Methods that were written without their class.
        (
            "a.py",
            "    @property\n    def total(self):\n        return 2\n",
            [
                (
                    "self):\n        return 1\n\n    @total.s",
                    "self):\n        return 2\n\n    @total.s",
                )
            ],
        ),
        (
            "a.py",
            "@total.setter\ndef total(self, value):\n    self.x = 0\n",
            [("self.x = value", "self.x = 0")],
        ),
        ("a.py", "    @staticmethod\n    def make():\n        return 2\n", [("Cart()", "2")]),
        (
            "a.py",
            "def inner():\n    return 2\n",
            [("inner():\n            return 1", "inner():\n            return 2")],
        ),
        (
            "a.py",
            "async def run(self):\n    return 2\n",
            [
                (
                    "def run(self):\n        def inner():\n            return 1\n\n"
                    "        return inner()",
                    "async def run(self):\n        return 2",
                )
            ],
        ),
        (
            "a.py",
            "    def new(self):\n        return 2\n",
            [("return inner()\n", "return inner()\n\n    def new(self):\n        return 2\n")],
        ),
        (
            "a.py",
            "    @total.deleter\n    def total(self):\n        del self.x\n",
            [
                (
                    "return Cart()\n",
                    "return Cart()\n\n    @total.deleter\n    def total(self):\n"
                    "        del self.x\n",
                )
            ],
        ),
        (
            "Shop.java",
            "class Shop {\n    int more() {\n    }\n\n    int more(int a) {\n    }\n}\n",
            [
                (
                    "half(int a) {\n        return a;\n    }\n",
                    "half(int a) {\n        return a;\n    }\n\n    int more() {\n    }\n\n"
                    "    int more(int a) {\n    }\n",
                )
            ],
        ),
        # What stands around them is the same, or a sign of what was left out.
        (
            "a.py",
            'register(Cart)\n\n\ndef last():\n    return 2\n\n\nif __name__ == "__main__":\n'
            "    print(add(1, 2))\n",
            [("last():\n    return 1", "last():\n    return 2")],
        ),
        (
            "a.py",
            "# ... existing code ...\ndef add(a, b):\n    return a + b\n",
            [("a - b", "a + b")],
        ),
        (
            "a.py",
            "class Cart:\n    def __init__(self): ...\n\n    @staticmethod\n"
            "    def make():\n        return 2\n",
            [("Cart()", "2")],
        ),
        ("a.js", "function add(a, b) {\n  return a + b;\n}\n", [("a - b", "a + b")]),
        ("a.js", "const double = x => 2 * x;\n", [("(x) => {\n  return x;\n}", "x => 2 * x")]),
        (
            "a.js",
            "class Cart {\n  // ...\n  set total(value) {\n    this.#x = 0;\n  }\n}\n",
            [("this.#x = value", "this.#x = 0")],
        ),
        (
            "a.js",
            "class Cart {\n  clear() {\n    this.#x = 0;\n  }\n}\n",
            [
                (
                    "this.#x = value;\n  }\n",
                    "this.#x = value;\n  }\n\n  clear() {\n    this.#x = 0;\n  }\n",
                )
            ],
        ),
        (
            "a.js",
            "const api = {\n  load() {\n    return 2;\n  },\n};\n",
            [("return 1", "return 2")],
        ),
        (
            "a.js",
            "export function add(a, b) {\n  return a + b;\n}\n\n"
            "module.exports = { add, double };\n",
            [("a - b", "a + b")],
        ),
        (
            "a.go",
            "type User struct {\n\tName string\n\tAge int\n}\n\n"
            "func NewUser(name string) *User {\n\treturn &User{name, 1}\n}\n",
            [
                ("Name string\n}", "Name string\n\tAge int\n}"),
                ("&User{Name: name}", "&User{name, 1}"),
            ],
        ),
        ("a.go", 'func (u *User) String() string {\n\treturn ""\n}\n', [("u.Name", '""')]),
        (
            "a.go",
            'package main\n\nfunc String() string {\n\treturn "y"\n}\n',
            [('return "x"', 'return "y"')],
        ),
        (
            "a.go",
            "func (u *User) Clear() {\n}\n",
            [('"x"))\n}\n', '"x"))\n}\n\nfunc (u *User) Clear() {\n}\n')],
        ),
        (
            "a.rs",
            "impl User {\n    pub fn new() -> Self {\n        todo!()\n    }\n}\n",
            [("User { name: String::new() }", "todo!()")],
        ),
        (
            "Shop.java",
            "class Shop {\n    public int half(int a) {\n        return a / 2;\n    }\n}\n",
            [("half(int a) {\n        return a", "half(int a) {\n        return a / 2")],
        ),
    ],
)
def test_only_what_was_written_changes(
    name: str, content: str, changes: list[tuple[str, str]]
) -> None:
    assert merged(name, FILES[name], content) == replaced(FILES[name], *changes)


def test_what_is_new_stands_where_it_can_be_used() -> None:
    """Above what follows it, since a decorator, a base or a value is needed there."""
    content = (
        "LIMIT = 3\n\n\ndef timed(function):\n    return function\n\n\n"
        "@timed\ndef add(a, b):\n    return LIMIT\n\n\n"
        "class Parent:\n    pass\n\n\nclass Order(Parent):\n    def run(self):\n        pass\n\n\n"
        "def after():\n    return 1\n"
    )
    result = merged("a.py", PYTHON, content)
    names = re.findall(r"^(?:class |def )?(\w+)(?= =|\(|:)", result, re.MULTILINE)
    order = ["RATE", "LIMIT", "timed", "add", "Cart", "Parent", "Order", "register", "last"]
    assert [name for name in names if name in {*order, "after"}] == [*order, "after"]
    assert result.endswith('if __name__ == "__main__":\n    print(add(1, 2))\n')
    assert "# Adds.\n@timed\ndef add" in result


def test_a_new_value_stands_below_what_it_uses() -> None:
    content = 'TABLE = {"add": add}\n\n\ndef last():\n    return TABLE\n'
    result = merged("a.py", PYTHON, content)
    assert result.index("TABLE = ") > result.index("def add")


def test_fields_of_a_class_stay_when_only_a_method_is_written() -> None:
    source = "@dataclass\nclass Item:\n    name: str\n    price: int = 2\n\n\ndef f():\n    pass\n"
    method = "    def total(self):\n        return self.price\n"
    result = merged("a.py", source, f"class Item:\n{method}")
    assert result == source.replace("price: int = 2\n", f"price: int = 2\n\n{method}")
    whole = "@dataclass\nclass Item:\n    name: str\n    price: int = 3\n    size: int = 4\n"
    assert merged("a.py", source, whole) == f"{whole}\n\ndef f():\n    pass\n"


def test_what_a_text_leaves_out_is_told() -> None:
    def lost(text: str) -> list[str]:
        return lost_parts("a.py", PYTHON.encode(), text)

    assert lost(PYTHON) == []
    assert lost(PYTHON.replace("def last", "def final")) == ["last"]
    assert lost(PYTHON[PYTHON.index("RATE") :]) == ["the lines at its top"]
    assert lost(PYTHON[: PYTHON.index("\n\nif __name__")]) == ["the lines at its end"]
    # A function may be written without its helper.
    assert lost(PYTHON.replace("def inner", "def other")) == []


NAMES = ["f", "g", "h", "long_name", "x1"]
BODIES = [
    "    return 1\n",
    '    """Says."""\n    return """\ntext\n\n  more\n"""\n',
    "    def inner():\n        return 1\n\n    return inner\n",
    "    # A note.\n    if x:\n        return 2\n    return 3\n",
]
HEADS = ["", "# A comment.\n", "@wrap\n", "# One.\n# Two.\n@wrap\n@other(1)\n"]
GAPS = ["\n\n", "\n", "\n\n# Apart.\n\n", "\n\nregister()\n\n"]
FUNCTION = st.tuples(st.sampled_from(HEADS), st.sampled_from(BODIES), st.sampled_from(GAPS))


@given(st.lists(FUNCTION, min_size=2, max_size=5), st.data(), st.booleans())
def test_exactly_the_written_functions_change(
    functions: list[tuple[str, str, str]], data: st.DataObject, methods: bool
) -> None:
    """Every other byte of a file stays, whatever stands between its functions."""
    names = NAMES[: len(functions)]
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    header = "(self)" if methods else "()"
    lead = "import a\n\n\nclass Holder:\n" if methods else '"""Top."""\n\nimport a\n\nX = 1\n\n'
    gap = 0 if not methods else 4

    def built(bodies: dict[str, str]) -> str:
        parts = [
            indent(f"{head}def {name}{header}:\n{bodies[name]}{after}", " " * gap)
            for name, (head, _body, after) in zip(names, functions, strict=True)
        ]
        return lead + "".join(parts)

    old = {name: body for name, (_head, body, _gap) in zip(names, functions, strict=True)}
    new = {name: f"    print('{name}')\n" for name in chosen}
    content = "\n\n".join(indent(f"def {name}{header}:\n{new[name]}", " " * gap) for name in chosen)
    # A class with all of its methods is written whole, so it is not merged by method.
    if methods and len(chosen) < len(names) and data.draw(st.booleans()):
        content = f"class Holder:\n{content}"
    assert merged("a.py", built(old), content) == built(old | new)


BLOCKS = [
    "def add(a, b):\n    return 7\n",
    "def fresh(a):\n    return 8\n",
    "class Cart:\n    def __init__(self):\n        self.x = 9\n",
    "class Cart(Base):\n    limit = 5\n\n    def more(self):\n        return 10\n",
    "class Order:\n    def run(self):\n        return 11\n",
    "class Fresh:\n    size = 1\n\n    def run(self):\n        return 12\n",
    "    def bare(self):\n        return 13\n",
    "    @total.setter\n    def total(self, value):\n        self.x = 14\n",
    "RATE = 15\n",
    "FRESH = 16\n",
    "register(Cart)\n",
    "register(Order)\n",
    "import json\n",
    'if __name__ == "__main__":\n    print(add(1, 2))\n',
    'if __name__ == "__main__":\n    print(17)\n',
    "try:\n    FRESH = 18\nexcept KeyError:\n    pass\n",
]


@given(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=5, unique=True))
def test_nothing_is_lost_silently(blocks: list[str]) -> None:
    """Either all that was written stands in the file, and all else as before, or it is refused."""
    answer = merge("a.py", PYTHON.encode(), "\n\n".join(blocks))
    if isinstance(answer, Refusal):
        return
    result = answer.source.decode()
    tree = ast.parse(result)
    assert len({ast.dump(node) for node in tree.body}) == len(tree.body)
    lines = {line.strip() for line in result.split("\n")}
    for line in "".join(blocks).split("\n"):
        assert line.strip() in lines or line.startswith("class "), line
    words = set(re.findall(r"\w+", "".join(blocks)))
    file = SourceFile.of("a.py", PYTHON.encode())
    for symbol in leaves(file):
        if words.isdisjoint(symbol.name.partition("#")[0].split(".")):
            assert file.text_of(symbol) in result
    assert set(outside_lines(file, leaves(file))) <= set(result.split("\n"))
