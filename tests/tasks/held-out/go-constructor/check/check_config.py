"""Judge the Go source by its syntax tree, since no Go compiler is needed for this."""

import re
from pathlib import Path

import tree_sitter_go
from tree_sitter import Language, Parser

PARSER = Parser(Language(tree_sitter_go.language()))


def parts(file, kind):
    """Return the text of every node of a kind, without doubled white space."""
    root = PARSER.parse(Path(file).read_bytes()).root_node
    assert not root.has_error, f"{file} has a syntax error"
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        waiting.extend(reversed(node.children))
        if node.type == kind:
            found.append(re.sub(r"\s+", " ", node.text.decode()))
    return found


fields = [field.split("`")[0].strip() for field in parts("server/config.go", "field_declaration")]
assert sorted(fields) == ["Host string", "Port int", "Timeout int"], fields

functions = [
    text
    for text in parts("server/config.go", "function_declaration")
    if text.startswith("func DefaultConfig() Config")
]
assert len(functions) == 1, functions
for value in ('Host: "localhost"', "Port: 8080", "Timeout: 30"):
    assert re.search(rf"{value}[ ,}}]", functions[0]), functions[0]
assert parts("server/address.go", "method_declaration")
