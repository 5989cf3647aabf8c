"""Every command, option, setting, variable, link and path that a document names is there."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from tests.docs.document_reading import (
    ROOT,
    Document,
    Mention,
    command_lines,
    documents,
    parse_document,
    read_document,
)
from tests.docs.program_surface import (
    names_in_source,
    options,
    problem_of,
    slash_commands,
    source,
)

from inhouse.settings import ENVIRONMENT_PREFIX, KEYS, TABLES

OPTION: Final = re.compile(r"--[a-z][a-z_-]*|-[a-zA-Z](?=\s|$)")
SLASH: Final = re.compile(r"/[a-z][a-z-]*(?= [\[A-Z…]|$)")
VARIABLE: Final = re.compile(r"(?<![-\w])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b")
ARGUMENT: Final = re.compile(r"add_argument\(\s*\"(--[a-z-]+)\"")
ASSIGNMENT: Final = re.compile(r"([a-z_]+(?:\.[a-z_]+)?) = \S.*")
SNAKE_CASE: Final = re.compile(r"[a-z]+(?:_[a-z]+)+")
OURS: Final = re.compile(
    r"(?:app|agent|tools|models|tests|scripts|packaging|docs|\.ci)/[\w./-]*|[A-Z]+\.md"
)
EDITOR_NAMES: Final = (
    (re.compile(r":(?:'<,'>)?(Inhouse\w*)"), ".lua"),
    (re.compile(r"(inhouse\.[a-z]\w+(?:\.\w+)*)$"), "package.json"),
    (re.compile(r"(?:M-x )?(inhouse-[a-z-]+)$"), ".el"),
)
# Names of other programs that stand in a sentence, without a call of that program in the document.
OTHERS: Final = {
    "--cache-reuse": "llama-server",
    "--ctx-size": "llama-server",
    "--parallel": "llama-server",
    "--chat_format": "llama-cpp-python",
    "--mmproj": "llama-server",
    "--max-model-len": "vLLM",
    "--tensor-parallel-size": "vLLM",
    "--speculative-config": "vLLM",
    "--mask-prompt": "mlx-lm",
    "--base": "llama.cpp's converter",
    "OLLAMA_CONTEXT_LENGTH": "Ollama",
    "VLLM_API_KEY": "vLLM",
    "linear_attn": "a module of Qwen3.6",
    "assistant_only_loss": "TRL",
    "CLAUDE.md": "read where there is no AGENTS.md",
    "NOTICE.md": "written beside exported training data",
}
# Addresses of servers and places of the system begin with a slash, too.
PLACES: Final = frozenset({"/", "/tmp", "/run", "/dev", "/proc", "/sys", "/etc", "/usr"})


def wrong_commands(document: Document) -> Iterator[tuple[Mention, str]]:
    """Calls of `inhouse` that it would not take."""
    for call in command_lines(document, "inhouse"):
        problem = problem_of(call.text)
        if problem:
            yield call, problem


def wrong_options(document: Document) -> Iterator[tuple[Mention, str]]:
    """Options that stand by themselves in a sentence or a table, and that no command has."""
    for span in document.spans:
        for word in span.text.split(", "):
            found = OPTION.match(word)
            known = found is None or found.group() in (
                options() | OTHERS.keys() | options_of_tests()
            )
            if found and not known and found.group() not in others(document):
                yield span, f"no command has the option {found.group()}"


def others(document: Document) -> frozenset[str]:
    """Every word of the blocks that call or show something else than inhouse."""
    shown = (one.text for one in document.blocks if "inhouse " not in one.text)
    return frozenset(word for text in shown for word in re.findall(r"[\w-]+", text))


def wrong_scripts(document: Document) -> Iterator[tuple[Mention, str]]:
    """Scripts that are not there, and options that neither they nor `inhouse eval` know."""
    for call in command_lines(document, r"scripts/[\w/.-]+"):
        name, *words = call.text.split()
        if not (ROOT / name).is_file():
            yield call, f"there is no {name}"
        for word in words:
            option = word.partition("=")[0]
            known = option in options() | options_of_tests() or f'"{option}"' in source()
            if re.fullmatch(r"--[a-z-]+", option) and not known:
                yield call, f"{option} stands in no script"


@cache
def options_of_scripts() -> frozenset[str]:
    """The options that our scripts take."""
    paths = (path for path in (ROOT / "scripts").rglob("*.py") if "sample" not in path.parts)
    found = (re.findall(ARGUMENT, path.read_text(encoding="utf-8")) for path in paths)
    return frozenset(option for some in found for option in some)


@cache
def options_of_tests() -> frozenset[str]:
    """The options that our tests add to pytest's."""
    text = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    return frozenset(re.findall(r'addoption\("(--[a-z-]+)"', text))


def wrong_slash_commands(document: Document) -> Iterator[tuple[Mention, str]]:
    """Words with a slash that are no command, no address of a server and no place."""
    for span in document.spans:
        found = SLASH.match(span.text)
        if not found or found.group() in PLACES or f'"{found.group()}"' in source():
            continue
        if found.group()[1:] not in slash_commands():
            yield span, f"there is no command {found.group()} in the terminal UI"


def wrong_settings(document: Document) -> Iterator[tuple[Mention, str]]:
    """`key = value` of a key that is none, and names that stand nowhere in the code."""
    for span in document.spans:
        assigned = ASSIGNMENT.fullmatch(span.text)
        if assigned and not is_name(assigned.group(1)):
            yield span, f"there is no setting {assigned.group(1)}"
        if not SNAKE_CASE.fullmatch(span.text) or span.text in OTHERS:
            continue
        if not is_name(span.text) and span.text not in others(document):
            yield span, f"{span.text} is no setting, and no name in the code"


def is_name(name: str) -> bool:
    """Whether a name is a setting's or one of the code's."""
    return name in KEYS or name.partition(".")[0] in TABLES or name in names_in_source()


def wrong_variables(document: Document) -> Iterator[tuple[Mention, str]]:
    """Environment variables that nothing of ours sets or reads."""
    ours = {key.variable for key in KEYS.values()}
    for mention in (*document.spans, *document.blocks):
        for name in VARIABLE.findall(mention.text):
            if name not in ours and name not in names_in_source() and name not in OTHERS:
                what = "setting" if name.startswith(ENVIRONMENT_PREFIX) else "program of ours"
                yield mention, f"no {what} has the variable {name}"


def wrong_links(document: Document) -> Iterator[tuple[Mention, str]]:
    """Links within the repository that lead to no file, or to no heading of one."""
    for link in document.links:
        if re.match(r"[a-z]+:", link.text):
            continue
        path, _, anchor = link.text.partition("#")
        target = (ROOT / document.name).parent / path if path else ROOT / document.name
        if path and not target.exists():
            yield link, f"there is no {path}"
        elif anchor and target.suffix == ".md" and anchor not in headings_of(document, target):
            yield link, f"{path or document.name} has no heading for #{anchor}"


def headings_of(document: Document, target: Path) -> tuple[str, ...]:
    """The anchors of a document, which may be the one that is read."""
    name = target.resolve().relative_to(ROOT).as_posix()
    return document.headings if name == document.name else read_document(name).headings


def wrong_paths(document: Document) -> Iterator[tuple[Mention, str]]:
    """Files and folders of this repository that are not there."""
    for span in document.spans:
        if span.text in OTHERS or not OURS.fullmatch(span.text):
            continue
        if not (ROOT / span.text).exists():
            yield span, f"there is no {span.text} in the repository"


def wrong_editor_names(document: Document) -> Iterator[tuple[Mention, str]]:
    """Commands and settings of the plugins that no plugin has."""
    for span in document.spans:
        for pattern, end in EDITOR_NAMES:
            found = pattern.match(span.text)
            if found is None or is_module(found[1]):
                continue
            if not any(found[1] in text for text in texts_below(end)):
                yield span, f"no plugin has {found[1]}"


def is_module(name: str) -> bool:
    """Whether a dotted name is a module of ours, or a file."""
    path = ROOT / "app" / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file() or name.endswith((".py", ".el"))


@cache
def texts_below(suffix: str) -> tuple[str, ...]:
    """The plugins' files of one kind."""
    paths = (ROOT / "packaging" / "editors").rglob(f"*{suffix}")
    kept = (path for path in paths if "node_modules" not in path.parts)
    return tuple(path.read_text(encoding="utf-8") for path in kept)


Check = Callable[[Document], Iterable[tuple[Mention, str]]]
CHECKS: Final[tuple[Check, ...]] = (
    wrong_commands,
    wrong_options,
    wrong_scripts,
    wrong_slash_commands,
    wrong_settings,
    wrong_variables,
    wrong_links,
    wrong_paths,
    wrong_editor_names,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda one: one.__name__)
def test_documents_name_what_exists(check: Check) -> None:
    wrong = [f"{mention}\n    {why}" for one in documents() for mention, why in check(one)]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("check", "text", "why"),
    [
        (wrong_commands, "    inhouse modles list", "there is no command 'modles'"),
        (wrong_commands, "Type `inhouse models lst`.", "No such command 'lst'"),
        (wrong_commands, "    inhouse setup --jsn   # facts", "No such option: --jsn"),
        (wrong_commands, "    git diff | inhouse review --all-of-it", "No such option"),
        (wrong_commands, '    inhouse -p "x" --mode fast', "'fast' is not one of"),
        (wrong_commands, '    inhouse -p "x" --max-turns many', "valid integer"),
        (wrong_options, "Pass `--fastest`.", "no command has the option --fastest"),
        (wrong_options, "| `-p`, `--prnt TEXT` | x |", "no command has the option --prnt"),
        (wrong_scripts, "    scripts/tset", "there is no scripts/tset"),
        (wrong_scripts, "    scripts/test --updaet", "--updaet stands in no script"),
        (wrong_slash_commands, "Type `/undoo`.", "no command /undoo"),
        (wrong_slash_commands, "Type `/fly TASK`.", "no command /fly"),
        (wrong_settings, "Set `stats_disk = 3`.", "no setting stats_disk"),
        (wrong_settings, "Set `undo_dsk` to 0.", "undo_dsk is no setting"),
        (
            wrong_variables,
            "    INHOUSE_OFLINE=1 inhouse",
            "no setting has the variable INHOUSE_OFLINE",
        ),
        (wrong_links, "See [this](docs/nothing.md).", "there is no docs/nothing.md"),
        (wrong_links, "See [this](docs/undo.md#nothing).", "no heading for #nothing"),
        (wrong_links, "See ![this](docs/pictures/nothing.svg).", "there is no docs/pictures"),
        (wrong_editor_names, "Type `:'<,'>InhouseEdt TEXT`.", "no plugin has InhouseEdt"),
        (wrong_editor_names, "Set `inhouse.modle`.", "no plugin has inhouse.modle"),
        (wrong_editor_names, "Type `M-x inhouse-edt`.", "no plugin has inhouse-edt"),
        (
            wrong_paths,
            "See `tools/inhouse_tools/nothing`.",
            "there is no tools/inhouse_tools/nothing",
        ),
    ],
)
def test_what_is_wrong_is_found(check: Check, text: str, why: str) -> None:
    table = "| a | b |\n|---|---|\n" if text.startswith("|") else ""
    ((mention, said),) = check(parse_document("TEST.md", f"First.\n\n{table}{text}\n"))
    assert why in said
    assert mention.line == (5 if table else 3)


def test_what_is_right_is_not() -> None:
    text = """# A `title` of it

See [this](#a-title-of-it), `tools/inhouse_tools/undo`, `undo_disk = 0`, `/undo` and `/v1/models`.

    INHOUSE_OFFLINE=1 inhouse -p "…" --mode plan|ask > plan.md   # and `inhouse nonsense`
    inhouse sessions export [ID] [--format md|html] \\
        [-o FILE]
    git diff | inhouse ask "What could go wrong; or --nothing?" && scripts/test -m "not model"

`-p`, `--print TEXT`; `inhouse models` and `inhouse models rm` name commands.
"""
    document = parse_document("TEST.md", text)
    assert [found for check in CHECKS for found in check(document)] == []
    assert len(list(command_lines(document, "inhouse"))) == 5


def test_every_name_of_others_is_still_used() -> None:
    text = "\n".join(one.text for one in documents())
    assert [name for name in OTHERS if name not in text or name in options()] == []
