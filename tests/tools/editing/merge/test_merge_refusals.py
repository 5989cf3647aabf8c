"""What cannot be merged with certainty is refused, and nothing of it is lost."""

import pytest
from tests.tools.editing.merge.merge_samples import FILES

from inhouse_tools.editing.merge.fragment import merge
from inhouse_tools.refusal import Refusal


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.py", "Here is the function.\n", "does not parse"),
        ("a.py", "\n\n", "defines no function or class"),
        ("a.py", "# nothing\n", "defines no function or class"),
        ("a.py", "import os\n", "defines no function or class"),
        ("a.py", "NEW = 3\n", "defines no function or class"),
        ("a.py", "x = 1\nfor y in x:\n    print(y)\nreturn x\n", "`for y in x:`"),
        ("a.py", "def add(a, b):\n    return a - b\n", "stands there already"),
        # Statements that would be dropped.
        ("a.py", "def last():\n    return 2\n\n\nprint(last())\n", "`print(last())`"),
        ("a.py", "RATE += 1\n\n\ndef last():\n    return 2\n", "`RATE += 1`"),
        ("a.py", "register(Order)\n\n\ndef last():\n    return 2\n", "`register(Order)`"),
        (
            "a.py",
            'def last():\n    return 2\n\n\nif __name__ == "__main__":\n    last()\n',
            "`last()`",
        ),
        ("a.py", "print(add(1, 2))\n\n\ndef last():\n    return 2\n", "`print(add(1, 2))`"),
        ("a.py", "if RATE:\n    def last():\n        return 2\n", "`if RATE:`"),
        ("a.js", "function sub() {}\n\nmodule.exports = { add, sub };\n", "`module.exports ="),
        ("a.js", "app.get('/', () => {\n  send('y');\n});\n", "`send('y');`"),
        ("a.go", "package other\n\nfunc main() {\n}\n", "`package other`"),
        # Parts of classes.
        (
            "a.py",
            "class Cart(Other):\n    def __init__(self):\n        pass\n",
            "`class Cart(Other):`",
        ),
        ("a.py", "class Cart:\n    limit = 6\n", "`limit = 6`"),
        ("a.py", "    limit = 6\n\n    def new(self):\n        pass\n", "where limit belongs"),
        ("a.py", "class Meta:\n    order = 2\n", "Meta is Cart.Meta"),
        ("a.js", "class Cart {\n  #y = 1;\n\n  clear() {}\n}\n", "`#y = 1;`"),
        ("a.js", "const api = {\n  save() {\n    return 1;\n  },\n};\n", "does not fit"),
        (
            "a.rs",
            "impl Clone for User {\n    fn clone(&self) -> Self {}\n}\n",
            "`impl Clone for User",
        ),
        ("a.rs", "impl User {\n    fn age(&self) {}\n}\n", "several impl blocks"),
        # Several of the same name.
        (
            "a.rs",
            "impl fmt::Debug for User {\n    fn fmt(&self) {}\n}\n",
            "defined 2 times in a.rs",
        ),
        (
            "Shop.java",
            "class Shop {\n    public int add(int a, int b) {\n        return a;\n    }\n}\n",
            "Shop.add is defined 2 times in Shop.java and 1 time",
        ),
        ("a.py", "def last():\n    pass\n\n\ndef last():\n    return 3\n", "and 2 times in what"),
        # Code that was left out.
        (
            "a.py",
            "def last():\n    # ... existing code ...\n    return 2\n",
            "leaves out code of last",
        ),
        (
            "a.js",
            "function add(a, b) {\n  // rest of the function\n  log(a);\n}\n",
            "leaves out code",
        ),
    ],
)
def test_what_has_no_certain_place_is_refused(name: str, content: str, reason: str) -> None:
    answer = merge(name, FILES[name].encode(), content)
    assert isinstance(answer, Refusal), answer.source.decode()
    assert reason in answer.text
    assert answer.text.endswith(".")


def test_a_method_of_several_classes_is_refused() -> None:
    source = "".join(f"class {name}:\n    def run(self):\n        return 1\n\n\n" for name in "AB")
    answer = merge("a.py", source.encode(), "    def run(self):\n        return 2\n")
    assert isinstance(answer, Refusal)
    assert "run is A.run or B.run" in answer.text
