"""What fits on cards of usual sizes: by the plan, and the same in the documents."""

from pathlib import Path

import pytest
from tests.models.memory.machines import shape_of

from inhouse_models.catalogue import shipped_catalogue
from inhouse_models.memory.fitting import CardFit, describe_fit, fit_on_card, fits_table
from inhouse_models.memory.known import known_shapes

DOCUMENT = Path(__file__).parents[3] / "docs" / "models.md"
BEGIN, END = "<!-- table of cards: written by tests -->\n", "<!-- end of the table -->\n"


def test_more_memory_gives_more_context() -> None:
    shape = shape_of("qwen3.6-27b")
    assert fit_on_card(shape, 16) is None
    found = [fit_on_card(shape, size) for size in (20, 24, 32)]
    contexts = [fit.context for fit in found if fit]
    assert len(contexts) == 3
    assert contexts == sorted(contexts)
    assert found[-1] == CardFit(131_072, "f16", 3)


def test_fits_are_told_in_a_few_words() -> None:
    assert describe_fit(None) == "-"
    assert describe_fit(CardFit(65_536, "q8_0", 0)) == "65,536 q8_0"


def test_the_table_of_the_documents_is_that_of_the_plan(request: pytest.FixtureRequest) -> None:
    names = [entry.name for entry in shipped_catalogue() if entry.family != "qwen2.5"]
    rows = fits_table({name: known_shapes()[name] for name in names})
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    table = "\n".join(lines) + "\n"
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    written, _, after = rest.partition(END)
    if request.config.getoption("--update"):
        DOCUMENT.write_text(f"{before}{BEGIN}{table}{END}{after}", encoding="utf-8")
        written = table
    assert written == table, "run pytest --update and review docs/models.md"
