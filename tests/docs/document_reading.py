"""What our documents name: command lines, code, links; each with its file and line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT: Final = Path(__file__).resolve().parents[2]
PATTERNS: Final = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/*.md",
    "packaging/*/README.md",
    "packaging/editors/*/README.md",
)
# What scripts/docs writes from the program itself explains nothing.
GENERATED: Final = re.compile(r"<!-- ([\w ]+): written by .*?<!-- end of \1 -->\n", re.DOTALL)
# What ends a command for a shell: a comment, a pipe, a redirection, the next command.
COMMAND_END: Final = re.compile(r"(?:^|\s)(?:#|\|\||\||&&|2?>|<\(|<\S)|;\s|\s<\s|\s2?>{1,2}\s*\S")
TARGETS: Final = re.compile(r"(?:src|srcset|href)=\"([^\"]+)\"")
COMMENT: Final = re.compile(r"(?:^|\s)# .*$")
QUOTED: Final = re.compile(r"""("(?:[^"\\]|\\.)*"|'[^']*')""")


@dataclass(frozen=True, slots=True)
class Mention:
    """A piece of a document: its file, the line it stands in (from 1 on) and its text."""

    document: str
    line: int
    text: str

    def __str__(self) -> str:
        """As a person finds it."""
        return f"{self.document}:{self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Document:
    """What one document names. Blocks are lines of code, spans are code within a sentence."""

    name: str
    text: str
    blocks: tuple[Mention, ...]
    spans: tuple[Mention, ...]
    links: tuple[Mention, ...]
    headings: tuple[str, ...]


@cache
def documents() -> tuple[Document, ...]:
    """All documents that a person reads."""
    paths = [path for pattern in PATTERNS for path in sorted(ROOT.glob(pattern))]
    return tuple(read_document(path.relative_to(ROOT).as_posix()) for path in paths)


@cache
def written_by_hand() -> tuple[Document, ...]:
    """The documents without what is generated."""
    return tuple(parse_document(one.name, GENERATED.sub("", one.text)) for one in documents())


@cache
def read_document(name: str) -> Document:
    """One document, by its path below the root."""
    return parse_document(name, (ROOT / name).read_text(encoding="utf-8"))


def parse_document(name: str, text: str) -> Document:
    """What a text of Markdown names."""
    blocks: list[Mention] = []
    spans: list[Mention] = []
    links: list[Mention] = []
    headings: list[str] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for place, token in enumerate(tokens):
        first = token.map[0] + 1 if token.map else 0
        if token.type in {"fence", "code_block"} and token.info != "mermaid":
            first += token.type == "fence"
            blocks += (Mention(name, *one) for one in joined_lines(token.content, first))
        if token.type == "html_block":
            links += (Mention(name, first, one) for one in TARGETS.findall(token.content))
        for child in token.children or ():
            if child.type == "code_inline":
                spans.append(Mention(name, line_of(tokens, place), child.content))
            target = target_of(child)
            if target:
                links.append(Mention(name, line_of(tokens, place), target))
        if token.type == "heading_open":
            headings.append(anchor_of(tokens[place + 1].content))
    return Document(name, text, tuple(blocks), tuple(spans), tuple(links), tuple(headings))


def line_of(tokens: list[Token], place: int) -> int:
    """The line of an inline token: that of the nearest token before it which has one."""
    return next((t.map[0] + 1 for t in reversed(tokens[: place + 1]) if t.map), 0)


def target_of(token: Token) -> str:
    """Where a link or an image leads; empty for anything else."""
    name = {"link_open": "href", "image": "src"}.get(token.type)
    return str(token.attrGet(name) or "") if name else ""


def joined_lines(content: str, first: int) -> Iterator[tuple[int, str]]:
    """The lines of a block with their numbers; a backslash at the end joins the next one."""
    kept, start = "", first
    for number, line in enumerate(content.splitlines(), first):
        start = start if kept else number
        if line.endswith("\\"):
            kept += line[:-1].rstrip() + " "
            continue
        yield start, kept + line.strip() if kept else line
        kept = ""
    if kept:
        yield start, kept


def anchor_of(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
    return re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")


def command_lines(document: Document, program: str) -> Iterator[Mention]:
    """Every call of a program: `program …` in a block, behind a pipe, or as code in a sentence."""
    before = r"(?:^|[|;]\s+|&&\s+)(?:\$ |sudo )?(?:[A-Z_]+=\S* )*"
    start = re.compile(rf"{before}({program})(?=\s|$)")
    for mention in (*document.blocks, *document.spans):
        text = COMMENT.sub("", mention.text.strip())
        for found in start.finditer(text):
            call = cut_command(text[found.start(1) :])
            yield Mention(mention.document, mention.line, call)


def cut_command(text: str) -> str:
    """A command without what a shell would take away behind it; quotes are kept whole."""
    kept = ""
    for part in QUOTED.split(text):
        if QUOTED.fullmatch(part):
            kept += part
            continue
        end = COMMAND_END.search(part)
        if end:
            return (kept + part[: end.start()]).strip()
        kept += part
    return kept.strip()
