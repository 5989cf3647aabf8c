"""Files as they are now, and what it means that a call fits them."""

import json
from collections.abc import Mapping, Sequence

from tests.models.formats.format_samples import EDIT, READ, REPLACE, SPECIALS, WRITE, WRITERS

from inhouse_models.chat import Choices, Source, ToolSpec
from inhouse_models.formats import FormName, build_constraint
from inhouse_models.formats.call_format import properties_of, required_of

TOOLS = (READ, EDIT, WRITE, REPLACE)
NATIVE: tuple[FormName, ...] = ("hermes", "xml")
TEXTS: Mapping[str, str] = {
    "a.py": (
        'def area(width, height):\n    """Of <b> and "é"."""\n    return width + height\n'
        "\n\ndef size(name):\n    x = 1\n    return 1\n\n\ndef twice(name):\n    x = 10\n"
        "    return 1\n"
    ),
    'odd "b".txt': "one\ttab\\n\n\n\nlast line without an end",
    "all_the_same.c": "}\n" * 4,
    "tail.c": "ab {\n}\n}",
}
# Texts in which a mark is quoted are held to syntax.
MARKED = Source.of("marked.py", 'mark = "<tool_call>"\n')
SYMBOLS = {"a.py": ("area", "size", "twice", "Box.size#2"), "c.py": ('odd "name"',)}
CHOICES = Choices(
    paths=(*TEXTS, "c.py", "docs/unread.md", MARKED.name, "<think>.py"),
    readable=(".", "docs", "out-1"),
    symbols=SYMBOLS,
    sources=(*(Source.of(name, text) for name, text in TEXTS.items()), MARKED),
)


def lark_of(form: FormName, choices: Choices = CHOICES, tools: Sequence[ToolSpec] = TOOLS) -> str:
    """The grammar of a call in a free answer."""
    constraint = build_constraint(form, tools=tools, specials=SPECIALS, choices=choices)
    assert constraint is not None
    assert constraint.trigger == "<tool_call>"
    return constraint.lark


def write_call(form: FormName, name: str, arguments: Mapping[str, object]) -> str:
    """A call as it stands behind `<tool_call>`."""
    return WRITERS[form].write(name, arguments) + "</tool_call>"


def places_of(text: str, passage: str) -> list[int]:
    """Where a passage stands, places that overlap included."""
    return [start for start in range(len(text)) if text.startswith(passage, start)]


def check_call(form: FormName, written: str) -> str:
    """Fail unless this is a call that fits CHOICES; the name of its tool."""
    call = WRITERS[form].read(written.removesuffix("</tool_call>"), TOOLS)
    assert call is not None
    arguments = json.loads(call.arguments)
    tool = next(tool for tool in TOOLS if tool.name == call.name)
    assert required_of(tool) <= set(arguments) <= set(properties_of(tool))
    path = arguments["file_path"]
    match call.name:
        case "write":
            assert path in CHOICES.paths or not ({"..", ""} & set(path.split("/")))
        case "read":
            assert path in (*CHOICES.paths, *CHOICES.readable)
        case "replace_symbol":
            assert path in CHOICES.paths
            assert arguments["symbol"] in SYMBOLS.get(path, (arguments["symbol"],))
        case _:
            assert path in CHOICES.paths
            if path in TEXTS:
                places = places_of(TEXTS[path], arguments["old_string"])
                assert len(places) == 1 or (places and arguments.get("replace_all") is True)
    return call.name
