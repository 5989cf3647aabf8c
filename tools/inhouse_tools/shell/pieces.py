"""The pieces of a statement: words, assignments, redirections, here-documents; all doubted."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from inhouse_tools.shell.commands import Reading, Redirect
from inhouse_tools.shell.words import Word, read_word
from inhouse_tools.syntax.shell_tree import ShellNode

SUBSTITUTIONS: Final = frozenset({"command_substitution", "process_substitution"})
HOLES: Final = frozenset({*SUBSTITUTIONS, "arithmetic_expansion", "expansion"})
REDIRECTS: Final = frozenset({"file_redirect", "heredoc_redirect", "herestring_redirect"})
TRICKS: Final = re.compile(r"\$\{!|@[A-Za-z]\}|\$\[")
HEREDOC_TAG: Final = re.compile(r"(?P<quote>['\"]?)(?P<tag>\w+)(?P=quote)")
ARITHMETIC_TRAP: Final = re.compile(r"(?:^|\s)-[vR]\s|\w\[")
AFTER_WORD: Final = frozenset(" \t\n;&|<>()\\")


@dataclass(frozen=True, slots=True)
class Stdin:
    """What is put into a command: `feed` is the text, where it is known."""

    fed: bool = False
    feed: str | None = None


@dataclass(slots=True)
class Pieces:
    """Reads pieces of a tree and doubts it: where the grammar left out anything but blanks, or its
    words are not words by our own reading, the line is unclear.

    `values` are the variables that are known; `take_substitution` gets each substitution.
    """

    line: str
    values: Mapping[str, str]
    reading: Reading
    take_substitution: Callable[[ShellNode], None]

    def doubt(self, reason: str = "its grammar is not understood") -> None:
        """Say why the line is unclear, once."""
        if reason not in self.reading.unclear:
            self.reading.unclear.append(reason)

    def beyond(self, reason: str) -> None:
        """Say why the line is more than a list of plain commands, once."""
        if reason not in self.reading.beyond:
            self.reading.beyond.append(reason)

    def text(self, node: ShellNode) -> str:
        """A node as it is written."""
        return self.line[node.start : node.end]

    def check_gaps(self, node: ShellNode) -> None:
        """Between the parts of a node may only be blanks, or an end of line that is escaped."""
        at = node.start
        faulty = node.faulty
        for child in node.children:
            faulty = faulty or child.faulty
            gap = self.line[at : child.start]
            if "\\" in gap:
                self._check_continuation(gap)
            elif gap.strip(" \t\n"):
                faulty = True
            at = max(at, child.end)
        if faulty or (node.children and self.line[at : node.end].strip(" \t\n")):
            self.doubt()

    def _check_continuation(self, gap: str) -> None:
        """An escaped end of line joins two lines; in the middle of a word it joins its halves."""
        apart = gap[0] in " \t" or gap[-1] in " \t\n"
        if not apart or gap.replace("\\\n", "").strip(" \t") or not gap[0].isspace():
            self.doubt("a line ends in the middle of a word")
        self.beyond("a line of it goes on in the next")

    def check_comment(self, node: ShellNode) -> None:
        """A comment begins where a word could, and ends with its line."""
        before = self.line[node.start - 1 : node.start] if node.start else " "
        text = self.text(node)
        if before not in " \t\n;&|()" or not text.startswith("#") or "\n" in text:
            self.doubt()

    def check_test(self, node: ShellNode) -> None:
        """A condition or a calculation; an index in it is evaluated, whatever it holds."""
        self.beyond("it tests a condition")
        if ARITHMETIC_TRAP.search(self.text(node)):
            self.doubt("a condition in it may run what a variable holds")
        self.take_holes(node)

    def take_holes(self, node: ShellNode) -> None:
        """The substitutions, wherever they stand below a node."""
        if node.faulty:
            self.doubt()
        if node.kind == "expansion" and TRICKS.search(self.text(node)):
            self.doubt(f"what `{self.text(node)}` stands for is not known")
        if node.kind in SUBSTITUTIONS:
            self.take_substitution(node)
            return
        for child in node.children:
            self.take_holes(child)

    def word(self, node: ShellNode) -> Word | None:
        """A word by our own reading; what runs inside of it is taken as well."""
        self.take_holes(node)
        holes: dict[int, int] = {}
        for one in _below(node):
            if one.kind in HOLES:
                holes.setdefault(one.start - node.start, one.end - node.start)
        word = read_word(self.text(node), holes, self.values)
        after = self.line[node.end : node.end + 1]
        before = self.line[node.start - 1 : node.start] if node.start else ""
        # A backtick or a bracket may close a substitution around it.
        alone = (not after or after in AFTER_WORD or after == "`") and (
            not before or before in AFTER_WORD or before in "`="
        )
        if word is None or not alone:
            self.doubt("where a word of it ends is not clear")
        return word

    def parts_of(self, node: ShellNode) -> Iterator[ShellNode]:
        """The words of a command: what the grammar cuts apart although nothing is between is one
        word to the shell."""
        together: list[ShellNode] = []
        for child in node.children:
            touches = together and together[-1].end == child.start
            if touches and not is_redirect(child) and not is_redirect(together[-1]):
                together.append(child)
                continue
            if together:
                yield _joined(together)
            together = [child]
        if together:
            yield _joined(together)

    def assignment(self, node: ShellNode) -> tuple[str, Word | None]:
        """A name and its value, None where that is an array."""
        name, _equals, _value = self.text(node).partition("=")
        self.check_gaps(node)
        if node.kind != "variable_assignment" or not node.children:
            self.doubt()
            return name, None
        if "[" in name:
            self.doubt("a variable with an index is set")
        value = node.children[-1]
        if value.kind == "array":
            self.take_holes(value)
            return name.rstrip("+"), None
        empty = not value.named or value.kind in {"variable_name", "subscript"}
        return name.rstrip("+"), Word("", "") if empty else self.word(value)

    def redirect(self, node: ShellNode) -> Redirect:
        """A redirection to or from a file or a descriptor."""
        self.check_gaps(node)
        operator = "".join(self.text(one) for one in node.children if not _is_target(one))
        targets = [one for one in node.children if _is_target(one)]
        if len(targets) > 1:
            self.doubt()
        return Redirect(operator, self.word(targets[0]) if targets else None)

    def here_string(self, node: ShellNode) -> str | None:
        """The text of a here-string, where it is known."""
        self.beyond("text is put into it")
        word = self.word(node.children[-1]) if node.children else None
        return word.text if word is not None and word.known else None

    def beside_here_document(self, node: ShellNode) -> Iterator[ShellNode]:
        """What stands on the first line behind the tag of a here-document."""
        for one in node.children:
            if one.named and not one.kind.startswith("heredoc"):
                yield one

    def here_document(self, node: ShellNode) -> str | None:
        """The text of a here-document; None where something in it is expanded, or it is not clear
        where it ends."""
        self.beyond("text is put into it")
        parts = {one.kind: one for one in node.children}
        start, body, end = (parts.get(f"heredoc_{name}") for name in ("start", "body", "end"))
        tag = HEREDOC_TAG.fullmatch(self.text(start)) if start else None
        if tag is None or end is None or self.line.count("<<") != 1:
            self.doubt("where its here-document ends is not clear")
            return None
        text = self.text(body) if body else ""
        strip = "\t" if "<<-" in parts else ""
        lines = [line.lstrip(strip) if strip else line for line in text.split("\n")]
        if tag["tag"] in lines or self.text(end).strip() != tag["tag"]:
            self.doubt("where its here-document ends is not clear")
        if tag["quote"] or body is None:
            return text
        self.take_holes(body)
        if "`" in text or text.count("$(") - text.count("\\$(") != _substitutions(body):
            self.doubt("text that is put into it may run commands")
        return None if any(letter in text for letter in "$`\\") else text


def is_redirect(node: ShellNode) -> bool:
    """Whether a node is a redirection of any kind."""
    return node.kind in REDIRECTS


def _is_target(node: ShellNode) -> bool:
    return node.named and node.kind != "file_descriptor"


def _joined(nodes: list[ShellNode]) -> ShellNode:
    if len(nodes) == 1:
        return nodes[0]
    return ShellNode(
        "concatenation", nodes[0].start, nodes[-1].end, named=True,
        faulty=any(one.faulty for one in nodes), children=tuple(nodes),
    )  # fmt: skip


def _below(node: ShellNode) -> Iterator[ShellNode]:
    yield node
    for child in node.children:
        yield from _below(child)


def _substitutions(node: ShellNode) -> int:
    kinds = {"command_substitution", "arithmetic_expansion"}
    return sum(one.kind in kinds for one in _below(node))
