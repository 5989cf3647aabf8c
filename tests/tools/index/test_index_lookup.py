"""Where a name is defined: exact before similar, code before tests, among the first three."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from tests.tools.index.indexes import places, refresh, write

from inhouse_tools.index.repository_index import RepositoryIndex

FILES = {
    "shop/cart.py": "class Cart:\n    def total(self):\n        return 1\n",
    "shop/order.py": "class Order:\n    def total(self):\n        return 2\n",
    "tests/test_cart.py": "def total():\n    pass\n\n\ndef test_total():\n    pass\n",
    "shop/math.py": "def TOTAL_OF():\n    pass\n\n\ndef subtotal():\n    pass\n",
}
NAMES = tuple(f"name_{letter}" for letter in "abcdefghij")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> RepositoryIndex:
    root = tmp_path_factory.mktemp("repository")
    write(root, FILES)
    return refresh(RepositoryIndex(root, None))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Cart", ["shop/cart.py"]),
        ("Cart.total", ["shop/cart.py"]),
        ("total", ["tests/test_cart.py", "shop/cart.py", "shop/order.py"]),
        ("cart.Cart.total", ["shop/cart.py"]),
        ("total_of", ["shop/math.py"]),
        ("cart.TOTAL", ["shop/cart.py"]),
        ("missing_entirely", []),
    ],
)
def test_the_likeliest_place_is_first(index: RepositoryIndex, name: str, found: list[str]) -> None:
    assert places(index, name) == found


def test_similar_names_are_said_to_be_similar(index: RepositoryIndex) -> None:
    near = index.definitions("subtotl")
    assert [(one.name, one.near) for one in near] == [("subtotal", True)]
    assert [one.near for one in index.definitions("subtotal")] == [False]


def test_there_are_lines_and_a_signature(index: RepositoryIndex) -> None:
    (found,) = index.definitions("Cart.total")
    assert (found.kind, found.start_line, found.end_line) == ("method", 2, 3)
    assert found.signature == "def total(self)"


def test_answers_are_bounded(index: RepositoryIndex) -> None:
    assert len(index.definitions("total", limit=2)) == 2


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    strategies.lists(
        strategies.lists(strategies.sampled_from(NAMES), max_size=4, unique=True),
        min_size=1,
        max_size=8,
    )
)
def test_at_most_three_definitions_are_the_first_three(
    tmp_path_factory: pytest.TempPathFactory, defined: list[list[str]]
) -> None:
    root = tmp_path_factory.mktemp("repository")
    for number, names in enumerate(defined):
        calls = "".join(f"def other_{name}(): return {name}()\n" for name in NAMES)
        write(root, {f"m{number}.py": "".join(f"def {name}(): pass\n" for name in names) + calls})
    index = refresh(RepositoryIndex(root, None))
    for name in NAMES:
        true = {f"m{number}.py" for number, names in enumerate(defined) if name in names}
        if 0 < len(true) <= 3:
            assert set(places(index, name)[:3]) == true
    index.close()
