"""No text is drawn or printed that is neither our own nor sanitised; the lint itself is tried."""

from functools import cache
from pathlib import Path

import pytest
from tests.app.code_index import Index, read_package
from tests.app.text_sinks import Lint

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "app": "inhouse",
    "agent": "inhouse_agent",
    "tools": "inhouse_tools",
    "models": "inhouse_models",
}
GATES = """
from inhouse.sanitise import SafeText, sanitise, sanitise_line
from inhouse.tui.text import join, line, lines
from textual.content import Content
from textual.widgets import DataTable, Input, Label, Static, Tree
from textual.widgets.option_list import Option
from rich.segment import Segment
from rich.text import Text
import sys
import typer
"""
# What a person could write by mistake: each has to be found.
LEAKS = (
    "def show(name: str):\n    return Static(name)",
    "def show(name: str):\n    return Label(f'file {name}')",
    "def show(widget, name: str):\n    widget.update(name)",
    "def show(widget, name: str):\n    widget.border_title = name",
    "def show(widget, name: str):\n    widget.border_subtitle = 'in ' + name",
    "def show(widget, name: str):\n    widget.tooltip = name",
    "def show(name: str):\n    return Option(name)",
    "def show(name: str):\n    return Option('%s' % name)",
    "def show(name: str):\n    return Content(name)",
    "def show(name: str):\n    return Content.styled(name, 'bold')",
    "def show(name: str):\n    return Content.from_markup(name)",
    "def show(name: str):\n    return join('is ', name)",
    "def show(name: str):\n    return Content.assemble('is ', (name, 'bold'))",
    "def show(name: str):\n    return Text(name)",
    "def show(name: str):\n    return Segment(name)",
    "def show(name: str):\n    return SafeText(name)",
    "def show(table, name: str):\n    table.add_row('1', name)",
    "def show(table, names: list[str]):\n    table.add_columns(*names)",
    "def show(tree, name: str):\n    tree.root.add_leaf(name)",
    "def show(name: str):\n    return Input(placeholder=name)",
    "def show(name: str):\n    print(name)",
    "def show(name: str):\n    typer.echo('a ' + name)",
    "def show(name: str):\n    typer.prompt(name)",
    "def show(name: str):\n    sys.stderr.write(f'{name}\\n')",
    "def show(names: list[str]):\n    typer.echo(', '.join(names))",
    "def show(name: str):\n    shown = 'a' if not name else name\n    return Static(shown)",
    "def show(names: list[str]):\n    for one in names:\n        typer.echo(one)",
    "def show(names):\n    rows = []\n    rows.append(names[0])\n    return Content('').join(rows)"
    "\ndef again(names):\n    return Static(names.pop())",
    "def show(error: OSError):\n    typer.echo(str(error))",
    "def show(name: str):\n    return Static(line(name).plain + name)",
    "def show(event):\n    match event:\n        case Named(text):\n"
    "            return Static(text)",
    # Safe one time, and foreign the other.
    "def show(name: str):\n    text = sanitise(name)\n    text = name\n    return Static(text)",
    "def show(name: str):\n    return Static(f'{name:<8}')",
    "def show(name: str):\n    return Static(name if name.isascii() else line(name))",
    # Through a function, an attribute, a nested function.
    "def say(text: str):\n    typer.echo(text)\ndef show(name: str):\n    say(name)",
    "def twice(text: str) -> str:\n    return text * 2\n"
    "def show(name: str):\n    print(twice(name))",
    "class View:\n    def __init__(self, name: str):\n        self.name = name\n"
    "    def show(self):\n        return Static(self.name)",
    "class View:\n    title: str = ''\n    def show(self):\n        return Static(self.title)",
    "def show(name: str):\n    def inner():\n        return Static(name)\n    return inner",
    "def say(text: str):\n    print(text)\ndef show(call):\n    call(say)",
    "show = lambda name: Static(name)",
    # Classes of ours that are widgets of the library, and what stands in a field.
    "class Mine(Static):\n    pass\ndef show(name: str):\n    return Mine(name)",
    "class Mine(Static):\n    def __init__(self, name: str):\n        super().__init__(name)\n"
    "def show(name: str):\n    return Mine(name)",
    "def show(field: Input, name: str):\n    field.value = name",
)
# What is right must pass, or nobody keeps to the rule.
RIGHT = (
    "def show(name: str):\n    return Static(line(name))",
    "def show(name: str):\n    return Label(lines(f'file {name}'))",
    "def show(count: int):\n    return Static(f'{count:,} files')",
    "def show(share: float):\n    return Static(f'{share:.1f}')",
    "NOTHING = 'Nothing here.'\ndef show():\n    return Static(NOTHING)",
    "def show(widget, name: str):\n    widget.border_title = join('in ', line(name))",
    "def show(name: str):\n    typer.echo(sanitise_line(name))",
    "def show(names: list[str]):\n    typer.echo(', '.join(sanitise_line(one) for one in names))",
    "def show(names: list[str]):\n    safe = [sanitise_line(one) for one in names]\n"
    "    for one in safe:\n        typer.echo(one.ljust(8))",
    "def say(text: str):\n    typer.echo(text)\ndef show(name: str):\n    say(sanitise(name))",
    "def short(text: str) -> str:\n    return text[:8]\n"
    "def show(name: str):\n    print(short(sanitise_line(name)))",
    "class View:\n    def __init__(self, name: str):\n        self.name = line(name)\n"
    "    def show(self):\n        return Static(self.name)",
    "def show(name: str):\n    text = SafeText(name) if name.isprintable() else sanitise(name)\n"
    "    return Static(text)",
    "def show(done: bool):\n    return Static('done' if done else '')",
)


def sources() -> Index:
    """Our code; read anew, since samples are put beside it."""
    index = Index()
    for folder, package in PACKAGES.items():
        read_package(index, ROOT / folder, package)
    return index


@cache
def gates() -> tuple[tuple[str, str], ...]:
    """The modules that make text safe, as the samples see them."""
    names = ("inhouse/sanitise.py", "inhouse/tui/text.py")
    return tuple(
        (name.removesuffix(".py").replace("/", "."), (ROOT / "app" / name).read_text("utf-8"))
        for name in names
    )


def problems_of(sample: str) -> list[str]:
    """What the lint says of a module of the app."""
    index = Index()
    for name, text in gates():
        index.add(name, text)
    index.add("inhouse.tui.sample", GATES + sample)
    return [one for one in Lint(index).problems() if one.startswith("inhouse.tui.sample")]


def test_no_foreign_text_is_drawn_or_printed() -> None:
    lint = Lint(sources())
    problems = lint.problems()
    assert lint.sink_count > 300, "the lint does not see what the UI draws"
    told = "\n".join(problems)
    assert not problems, f"use inhouse.tui.text or inhouse.sanitise, or print with say():\n{told}"


@pytest.mark.parametrize("sample", LEAKS)
def test_a_leak_is_found(sample: str) -> None:
    assert problems_of(sample)


@pytest.mark.parametrize("sample", RIGHT)
def test_what_is_right_passes(sample: str) -> None:
    assert problems_of(sample) == []
