"""Judge the Go sources by their syntax tree, since no Go compiler is needed for this."""

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


fields = parts("user.go", "field_declaration")
assert sorted(field.split("`")[0].strip() for field in fields) == ["Age int", "Email string", "Name string"], fields

functions = [text for text in parts("user.go", "function_declaration") if "func NewUser(" in text]
assert len(functions) == 1, functions
head = re.search(r"func NewUser\(\s*name string, age int, (\w+) string,?\s*\) \*User", functions[0])
assert head, functions[0]
email = head.group(1)
assert re.search(rf"Email: {email}\b|\.Email = {email}\b", functions[0]), functions[0]
assert re.search(r"Name: name\b|\.Name = name\b", functions[0]), functions[0]
assert re.search(r"Age: age\b|\.Age = age\b", functions[0]), functions[0]
assert any("String() string" in text for text in parts("user.go", "method_declaration"))

calls = [text for text in parts("main.go", "call_expression") if text.startswith("NewUser(")]
assert calls == ['NewUser("Ada", 36, "ada@example.org")'], calls
assert any(text.startswith("func main()") for text in parts("main.go", "function_declaration"))
