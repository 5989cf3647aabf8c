"""A rename changes what means the symbol, leaves what means another, and lists what is unsure."""

from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, project

from inhouse_tools.tool import Output

CLIENT = """\
class Client:
    def fetch(self, address):
        return address

    def fetch_all(self, addresses):
        return [self.fetch(each) for each in addresses]
"""
CACHE = """\
class Cache:
    def fetch(self, key):
        return key

    def again(self, key):
        return self.fetch(key)
"""


def rename(root: Path, files: dict[str, str], symbol: str, new: str) -> tuple[Output, set[str]]:
    """The answer, and the places of the new name as `file:line`; the way back must lead back."""
    workspace = project(root, files)
    file, _colon, name = symbol.partition(":")
    answer = call(workspace, "rename_symbol", file_path=file, symbol=name, new_name=new)
    assert not answer.failed, answer.text
    places = {
        f"{path}:{number}"
        for path in files
        for number, line in enumerate((root / path).read_text().split("\n"), 1)
        if new in line
    }
    outer, _dot, old = name.rpartition(".")
    back = f"{outer}.{new}" if outer else new
    undone = call(workspace, "rename_symbol", file_path=file, symbol=back, new_name=old)
    assert not undone.failed, undone.text
    assert {path: (root / path).read_text() for path in files} == files
    return answer, places


@pytest.mark.parametrize(
    ("lines", "mine"),
    [
        ("from net import Client\nclient = Client()\nclient.fetch(1)", {3}),
        ("from net import Client as C\nC.fetch(C(), 1)\nC().fetch(1)", {2, 3}),
        ("import net\nnet.Client().fetch(1)\nnet.Cache().fetch(1)", {2}),
        ("import net.client as c\nwith c.Client() as x:\n    x.fetch(1)", {3}),
        ("from net import Client\ndef f(x: Client, y: 'Client'):\n    x.fetch(y.fetch(1))", {3}),
        ("from net import Client\ndef f(x: Client | None = None):\n    x.fetch(1)", {3}),
        ("from net import Cache\nx = Cache()\nx.fetch(1)", set[int]()),
        ("from net import Client\nclass B(Client):\n    def f(self):\n        self.fetch(1)", {4}),
        ("from net import Client\nclass B(Client):\n    fetch = None\nB().fetch", {3, 4}),
        ("from net import *\nx = Client()\nx.fetch(1)", {3}),
        ("from net import Client\nclass A:\n    def __init__(self, c: Client):\n"
         "        self.c = c\n    def f(self):\n        return self.c.fetch", {6}),
        ("import requests\nrequests.Session().fetch(1)\nfetch = 1\nprint(fetch)", set[int]()),
        ("from net import Client\nx: Client\nx.fetch(fetch=1)", {3}),
        ("from net import Client, Cache\na, b = Client(), Cache()\na.fetch(1)\nb.fetch(1)", {3}),
        ("from net import Client\nmap((y := Client()).fetch, [])\nlambda fetch: fetch", {2}),
    ],
)  # fmt: skip
def test_a_method_of_python_is_known_by_its_receiver(
    tmp_path: Path, lines: str, mine: set[int]
) -> None:
    files = {
        "net/__init__.py": "from .client import Client\nfrom net.cache import Cache\n",
        "net/client.py": CLIENT,
        "net/cache.py": CACHE,
        "use.py": f"{lines}\n",
    }
    _answer, places = rename(tmp_path, files, "net/client.py:Client.fetch", "download")
    assert places == {"net/client.py:2", "net/client.py:6", *(f"use.py:{line}" for line in mine)}


def test_what_cannot_be_told_is_left_and_listed(tmp_path: Path) -> None:
    use = "def run(a, b):\n    return a.fetch(b)\n"
    text = {"client.py": CLIENT, "cache.py": CACHE, "use.py": use}
    answer, places = rename(tmp_path, text, "client.py:Client.fetch", "download")
    assert places == {"client.py:2", "client.py:6"}
    assert answer.text == (
        "Renamed fetch to download in 1 file: client.py (2).\n"
        "Not renamed, the code does not say which fetch is meant:\n"
        "use.py:2: return a.fetch(b)"
    )


def test_what_only_one_can_be_is_renamed(tmp_path: Path) -> None:
    text = {"client.py": CLIENT, "use.py": "def run(a, b):\n    return a.fetch(b)\n"}
    _answer, places = rename(tmp_path, text, "client.py:Client.fetch", "download")
    assert places == {"client.py:2", "client.py:6", "use.py:2"}


def test_names_that_things_of_the_language_have_are_not_taken_for_ours(tmp_path: Path) -> None:
    stack = (
        "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def pop(self):\n"
        "        return self.items.pop()\n\n\ndef last(stack):\n    return stack.pop()\n"
    )
    answer, places = rename(tmp_path, {"a.py": stack}, "a.py:Stack.pop", "take")
    assert places == {"a.py:5"}
    assert answer.text.endswith("which pop is meant:\na.py:10: return stack.pop()")
    prices = "PRICES = {}\n\n\ndef get(name):\n    return PRICES.get(name)\n\n\nget(1)\n"
    answer, places = rename(tmp_path / "b", {"a.py": prices}, "a.py:get", "price")
    assert places == {"a.py:4", "a.py:8"}


def test_overrides_go_with_a_method_in_both_directions(tmp_path: Path) -> None:
    files = {
        "base.py": "class Base:\n    def run(self):\n        return 1\n",
        "middle.py": "import base\n\n\nclass Middle(base.Base):\n    pass\n",
        "last.py": "from middle import Middle\n\n\nclass Last(Middle):\n"
        "    def run(self):\n        return super().run() + self.run()\n",
        "side.py": "from base import Base\n\n\nclass Side(Base):\n    run = 2\n",
        "other.py": "class Other:\n    def run(self): ...\n\n\nOther().run()\n",
        "use.py": "from last import Last\n\n\ndef f(x=Last()):\n    y = Last()\n    y.run()\n",
    }
    every = {"base.py:2", "last.py:5", "last.py:6", "side.py:5", "use.py:6"}
    for symbol in ("base.py:Base.run", "last.py:Last.run"):
        answer, places = rename(tmp_path / symbol[:4], files, symbol, "execute")
        assert places == every
        also = "Last.run in last.py" if symbol.startswith("base") else "Base.run in base.py"
        assert "Renamed with it: " in answer.text
        assert also in answer.text


def test_a_function_is_renamed_only_where_its_module_is_meant(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "from shop.cart import add\n",
        "shop/cart.py": "def add(a, b):\n    return a + b\n\n\nplus = add\n",
        "shop/bag.py": "class Bag:\n    def add(self, a): ...\n\n\nBag().add({1}.add(2))\n",
        "legacy.py": "import shop.cart\n\n\ndef add(x):\n    return shop.cart.add(x, x)\n",
        "match.py": "def f(x):\n    match x:\n        case [str(add), *_]:\n            add(1)\n",
        "use.py": "import shop\nfrom shop import add\n\nadd(1, shop.add(2, 3))\n",
        "local.py": "from shop import add as plus\n\n\ndef f(add):\n    return add(plus(1, 2))\n",
        "lazy.py": "def f():\n    from .shop.cart import add\n\n    return add(1, 2)\n",
        "foreign.py": "from operator import add\n\nadd(1, 2)\n",
        "tests/test_cart.py": "from unittest import mock\n\nmock.patch('shop.cart.add')\n",
        "docs/use.md": "Call `add`.\n",
        "setup.cfg": "add = shop.cart:add\n\nadd = 1\n",
    }
    answer, places = rename(tmp_path, files, "shop/cart.py:add", "total")
    assert places == {
        *("shop/__init__.py:1", "shop/cart.py:1", "shop/cart.py:5", "legacy.py:5", "local.py:1"),
        *("use.py:2", "use.py:4", "lazy.py:2", "lazy.py:4"),
    }
    left = answer.text.partition("documents:\n")[2].split("\n")
    assert left == [
        "tests/test_cart.py:3: mock.patch('shop.cart.add')",
        "docs/use.md:1: Call `add`.",
        "setup.cfg:1: add = shop.cart:add",
    ]
    assert "does not say" not in answer.text


def test_a_definition_that_stands_in_for_an_import(tmp_path: Path) -> None:
    text = "try:\n    from fast import add\nexcept ImportError:\n    def add(): ...\n\nadd()\n"
    answer, places = rename(tmp_path, {"a.py": text}, "a.py:add", "plus")
    assert places == {"a.py:4", "a.py:6"}
    assert "add is meant:\na.py:2: from fast import add" in answer.text


def test_a_fixture_is_renamed_with_the_parameters_it_is_given_to(tmp_path: Path) -> None:
    files = {
        "conftest.py": "import pytest\n\n\n@pytest.fixture\ndef client(): ...\n",
        "test_a.py": "def test_a(client):\n    assert client\n",
    }
    _answer, places = rename(tmp_path, files, "conftest.py:client", "customer")
    assert places == {"conftest.py:5", "test_a.py:1", "test_a.py:2"}


def test_a_function_in_a_function_and_a_constant(tmp_path: Path) -> None:
    files = {
        "a.py": "LIMIT = 1\n\n\ndef outer():\n    def LIMIT(): ...\n\n    return LIMIT()\n",
        "b.py": "import a\n\n\ndef f(x=a.LIMIT):\n    global LIMIT\n    LIMIT = 2\n",
    }
    assert rename(tmp_path, files, "a.py:LIMIT", "MOST")[1] == {"a.py:1", "b.py:4"}
    assert rename(tmp_path, files, "a.py:outer.LIMIT", "most")[1] == {"a.py:5", "a.py:7"}


def test_a_property_is_renamed_whole(tmp_path: Path) -> None:
    text = (
        "class A:\n    @property\n    def size(self): ...\n\n    @size.setter\n"
        "    def size(self, to):\n        self._size = to\n\n\nA().size += 1\n"
        "match A():\n    case A(size=1): ...\n"
    )
    _answer, places = rename(tmp_path, {"a.py": text}, "a.py:A.size", "width")
    assert places >= {"a.py:3", "a.py:5", "a.py:6", "a.py:10"}


def test_a_class_is_renamed_with_everything_that_names_it(tmp_path: Path) -> None:
    files = {
        "a.py": "class Tea:\n    @classmethod\n    def make(cls) -> 'Tea':\n        return Tea()\n",
        "b.py": "import a\n\n\nclass Green(a.Tea):\n    pass\n\n\ndef f(x: a.Tea | None): ...\n",
        "c.py": "from b import a\n\nisinstance(1, a.Tea)\n",
        "d.py": "class Tea: ...\n\n\nTea()\n",
    }
    _answer, places = rename(tmp_path, files, "a.py:Tea", "Coffee")
    assert places == {"a.py:1", "a.py:4", "b.py:4", "b.py:8", "c.py:3"}


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    lines = "".join(f"{number} add\n" for number in range(40))
    files = {"a.py": "def add(): ...\n", "notes.txt": lines}
    answer, _places = rename(tmp_path, files, "a.py:add", "plus")
    assert len(answer.text.split("\n")) < 20
    assert answer.text.endswith("notes.txt:15: 14 add\n[25 more]")


JAVA_CLIENT = """\
class Client {
  String fetch(String a) { return a; }
  String twice() { return fetch("a") + this.fetch("b"); }
}
"""
JAVA_CACHE = "class Cache {\n  String fetch(String key) { return key; }\n}\n"
JAVA_USE = """\
class Use {
  void run(Client client, List<Cache> caches) {
    client.fetch("a");
    Cache cache = new Cache();
    cache.fetch("b");
  }
}
"""


def test_classes_of_other_languages_are_told_apart_when_every_receiver_is_declared(
    tmp_path: Path,
) -> None:
    files = {"Client.java": JAVA_CLIENT, "Cache.java": JAVA_CACHE, "Use.java": JAVA_USE}
    answer, places = rename(tmp_path, files, "Client.java:Client.fetch", "load")
    assert places == {"Client.java:2", "Client.java:3", "Use.java:3"}
    assert answer.text == "Renamed fetch to load in 2 files: Client.java (3), Use.java (1)."


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("Use.java", "client.fetch", "make().fetch"), ("Cache.java", "Cache {", "Cache extends A {")],
)
def test_else_all_of_the_name_are_renamed_and_said(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    files = {"Client.java": JAVA_CLIENT, "Cache.java": JAVA_CACHE, "Use.java": JAVA_USE}
    files[name] = files[name].replace(old, new)
    answer, places = rename(tmp_path, files, "Client.java:Client.fetch", "load")
    assert {"Cache.java:2", "Client.java:2", "Use.java:3", "Use.java:5"} < places
    assert "Renamed with it: Cache.fetch in Cache.java." in answer.text


def test_methods_of_go_are_known_by_what_they_receive(tmp_path: Path) -> None:
    files = {
        "client.go": "package net\n\ntype Client struct{}\n\n"
        "func (c *Client) Fetch() { c.Fetch() }\n",
        "cache.go": "package net\n\ntype Cache struct{}\n\nfunc (c *Cache) Fetch() { c.Fetch() }\n",
        "use.go": "package net\n\nfunc use(a *Client) {\n\tb := &Cache{}\n\tb.Fetch()\n"
        "\ta.Fetch()\n}\n",
    }
    _answer, places = rename(tmp_path, files, "client.go:Client.Fetch", "Load")
    assert places == {"client.go:5", "use.go:6"}


def test_code_that_was_made_by_a_machine_takes_no_longer(tmp_path: Path) -> None:
    chain = "Client()" + ".fetch(1)" * 100
    either = "".join(f"v{number + 1} = v{number} or v{number}\n" for number in range(60))
    again = "def f(x: Client):\n" + "    x = g(x)\n" * 60 + "    x.fetch(1)\n"
    walrus = "(" * 80 + "y := Client()" + ")" * 80
    use = f"{chain}\nv0 = Client()\n{either}v60.fetch(1)\n{again}{walrus}.fetch(1)\n"
    files = {"client.py": f"{CLIENT}\n\n{use}"}
    answer, _places = rename(tmp_path, files, "client.py:Client.fetch", "download")
    assert answer.text.startswith("Renamed fetch to download in 1 file: client.py (105).")
    files["cache.py"] = CACHE
    answer, _places = rename(tmp_path / "two", files, "client.py:Client.fetch", "download")
    assert "does not say which fetch is meant" in answer.text
