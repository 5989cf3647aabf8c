"""Reads a command line into its simple commands; nothing is looked up on the machine."""

from functools import lru_cache
from typing import Final

from inhouse_tools.shell.commands import Command, Reading, Redirect
from inhouse_tools.shell.hidden import hidden_characters
from inhouse_tools.shell.pieces import Pieces, Stdin, is_redirect
from inhouse_tools.shell.words import Word, known_values
from inhouse_tools.syntax.shell_tree import ShellNode, shell_tree

MAX_CHARACTERS: Final = 10_000
MAX_COMMANDS: Final = 50
MOST_READ: Final = 100_000
"""Even a line that is too long to go unasked is searched for what was forbidden, up to here."""

LOOPS: Final = frozenset(
    {
        "if_statement", "elif_clause", "else_clause", "for_statement", "while_statement",
        "c_style_for_statement", "do_group", "subshell", "compound_statement", "case_statement",
        "case_item", "negated_command",
    }
)  # fmt: skip
DECLARING: Final = frozenset({"declaration_command", "unset_command"})
ASSIGNING: Final = frozenset({"variable_assignment", "variable_assignments"})
STATEMENTS: Final = frozenset(
    {
        *LOOPS, *DECLARING, *ASSIGNING, "comment", "program", "list", "command", "pipeline",
        "redirected_statement", "test_command", "function_definition", "ERROR",
    }
)  # fmt: skip
ENDINGS: Final = frozenset({";;", ";&", ";;&"})
RESERVED: Final = frozenset(
    {
        "then", "else", "elif", "fi", "do", "done", "esac", "in", "case", "for", "select", "while",
        "until", "function", "if", "{", "}", "!", "[[", "]]",
    }
)  # fmt: skip


@lru_cache(maxsize=64)
def read_commands(line: str, root: str) -> Reading:
    """The simple commands of a line at every depth; what could not be read is said.

    `root` is the folder in which it would run.
    """
    reading = Reading()
    hidden = hidden_characters(line)
    if hidden:
        reading.unclear.append(f"it holds characters that cannot be seen: {hidden}")
    if len(line) > MAX_CHARACTERS:
        reading.unclear.append(f"it is longer than {MAX_CHARACTERS:,} characters")
    if len(line) > MOST_READ:
        return reading
    try:
        tree = shell_tree(line)
    except UnicodeEncodeError:
        return reading
    if tree is None:
        reading.unclear.append("the grammar of bash is not installed")
        return reading
    _Walk(line, reading).take_list(tree, nested=False, root=root)
    if len(reading.commands) > MAX_COMMANDS:
        reading.unclear.append(f"it holds more than {MAX_COMMANDS} commands")
    return reading


class _Walk:
    """Goes through the statements of a tree, and doubts it, as `Pieces` does."""

    def __init__(self, line: str, reading: Reading) -> None:
        self.line = line
        self.reading = reading
        self.pieces = Pieces(line, {}, reading, self._take_substitution)

    def take_list(self, node: ShellNode, *, nested: bool, root: str = "") -> None:
        """Statements behind each other, with what stands between them."""
        if root:
            self.pieces.values = known_values(root)
        self.pieces.check_gaps(node)
        for child in node.children:
            if child.named:
                self.take(child, nested=nested)
            elif child.kind in ENDINGS:
                self.pieces.doubt()
            else:
                self._note_joint(child.kind)

    def _take_substitution(self, node: ShellNode) -> None:
        self.pieces.beyond("it uses what another command writes")
        self.take_list(node, nested=True)

    def _note_joint(self, kind: str) -> None:
        self.reading.joints.add(kind)
        if kind == "&":
            self.pieces.beyond("a part of it runs in the background")

    def take(
        self, node: ShellNode, *, nested: bool, fed: bool = False, piped: bool = False
    ) -> None:
        """One statement of any kind."""
        match node.kind:
            case "comment":
                self.pieces.check_comment(node)
            case "program" | "list":
                self.take_list(node, nested=nested)
            case "command":
                self._take_command(node, nested=nested, fed=fed, piped=piped)
            case "pipeline":
                self._take_pipeline(node, nested=nested, fed=fed)
            case "redirected_statement":
                self._take_redirected(node, nested=nested, fed=fed, piped=piped)
            case kind if kind in ASSIGNING:
                self._take_assignments(node)
            case kind if kind in DECLARING:
                self._take_declaration(node, nested=nested)
            case _:
                self._take_compound(node)

    def _take_compound(self, node: ShellNode) -> None:
        """What holds other statements, or calculates."""
        pieces = self.pieces
        if node.kind == "test_command" or pieces.text(node).startswith("(("):
            pieces.check_test(node)
        elif node.kind == "function_definition":
            pieces.doubt("it defines a function, which may stand in for any command")
            self._take_parts(node)
        elif node.kind in LOOPS:
            pieces.beyond("it holds more than a list of plain commands")
            self._take_parts(node)
        else:
            pieces.doubt()
            pieces.take_holes(node)

    def _take_parts(self, node: ShellNode) -> None:
        """The statements inside of a compound one, and the words that it goes through."""
        self.pieces.check_gaps(node)
        for child in node.children:
            if not child.named:
                self._note_joint(child.kind)
            elif child.kind in STATEMENTS:
                self.take(child, nested=True)
            elif child.kind in {"file_redirect", "herestring_redirect", "heredoc_redirect"}:
                self.pieces.doubt()
            else:
                self.pieces.take_holes(child)

    def _take_pipeline(self, node: ShellNode, *, nested: bool, fed: bool) -> None:
        self.pieces.check_gaps(node)
        for child in node.children:
            if child.named:
                self.take(child, nested=nested, fed=fed, piped=True)
                fed = fed or child.kind != "comment"

    def _take_command(self, node: ShellNode, *, nested: bool, fed: bool, piped: bool) -> None:
        pieces = self.pieces
        pieces.check_gaps(node)
        words: list[Word] = []
        assigned: list[tuple[str, Word | None]] = []
        redirects: list[Redirect] = []
        feed: str | None = None
        for part in pieces.parts_of(node):
            match part.kind:
                case "variable_assignment":
                    assigned.append(pieces.assignment(part))
                case "file_redirect":
                    redirects.append(pieces.redirect(part))
                case "herestring_redirect":
                    feed, fed = pieces.here_string(part), True
                    redirects.append(Redirect("<<<", None))
                case _:
                    word = pieces.word(part)
                    words += [] if word is None else [word]
        if words and words[0].raw in RESERVED:
            pieces.doubt()
        self.reading.commands.append(
            Command(
                pieces.text(node), tuple(words), tuple(assigned), tuple(redirects),
                fed=fed, feed=feed, nested=nested, piped=piped,
            )
        )  # fmt: skip

    def _take_redirected(self, node: ShellNode, *, nested: bool, fed: bool, piped: bool) -> None:
        """A statement with redirections behind it."""
        pieces = self.pieces
        pieces.check_gaps(node)
        before = len(self.reading.commands)
        stdin = Stdin(fed=fed)
        redirects: list[Redirect] = []
        here = [one for one in node.children if one.kind == "heredoc_redirect"]
        for one in node.children:
            if one.kind == "file_redirect":
                redirects.append(pieces.redirect(one))
            elif one.kind == "herestring_redirect":
                stdin = Stdin(fed=True, feed=pieces.here_string(one))
                redirects.append(Redirect("<<<", None))
        body = [one for one in node.children if not is_redirect(one)]
        for one in body:
            self.take(one, nested=nested, fed=fed, piped=piped)
        own = len(self.reading.commands)
        for one in here:
            stdin = Stdin(fed=True, feed=self._take_here_document(one, redirects, nested=nested))
            redirects.append(Redirect("<<", None))
        commands = self.reading.commands
        if own > before and body and body[0].kind == "command":
            # What stands in its words was read before itself.
            kept = commands[own - 1]
            commands[own - 1] = Command(
                kept.text, kept.words, kept.assigned, (*kept.redirects, *redirects),
                fed=stdin.fed or kept.fed, feed=stdin.feed or kept.feed,
                nested=nested, piped=piped,
            )  # fmt: skip
            return
        text = pieces.text(node)
        if stdin.fed and not fed:
            pieces.beyond("text is put into it")
        commands.append(Command(text, (), redirects=tuple(redirects), nested=nested, piped=piped))

    def _take_here_document(
        self, node: ShellNode, redirects: list[Redirect], *, nested: bool
    ) -> str | None:
        """The text of a here-document, None where something in it is expanded."""
        for one in self.pieces.beside_here_document(node):
            if one.kind == "file_redirect":
                redirects.append(self.pieces.redirect(one))
            elif one.kind == "pipeline":
                self._take_pipeline(one, nested=nested, fed=True)
            else:
                self.take(one, nested=nested)
        return self.pieces.here_document(node)

    def _take_assignments(self, node: ShellNode) -> None:
        self.pieces.check_gaps(node)
        parts = node.children if node.kind == "variable_assignments" else (node,)
        assigned = tuple(self.pieces.assignment(one) for one in parts)
        self.pieces.beyond("it sets a variable")
        self.reading.commands.append(Command(self.pieces.text(node), (), assigned))

    def _take_declaration(self, node: ShellNode, *, nested: bool) -> None:
        """`export`, `declare` and their like."""
        self.pieces.check_gaps(node)
        words: list[Word] = []
        assigned: list[tuple[str, Word | None]] = []
        for child in self.pieces.parts_of(node):
            if child.kind == "variable_assignment":
                assigned.append(self.pieces.assignment(child))
            else:
                word = self.pieces.word(child)
                words += [] if word is None else [word]
        text = self.pieces.text(node)
        self.reading.commands.append(Command(text, tuple(words), tuple(assigned), nested=nested))
