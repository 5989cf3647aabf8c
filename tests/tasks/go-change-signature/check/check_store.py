"""Judge the Go sources by their syntax trees, since no Go compiler is needed for this."""

import re
from pathlib import Path

import tree_sitter_go
from tree_sitter import Language, Parser

PARSER = Parser(Language(tree_sitter_go.language()))
FILES = ("store/store.go", "store/memory.go", "store/cached.go", "server/handler.go", "server/handler_test.go", "main.go")


def parts(file, kind):
    """Return the text of every node of a kind, with single spaces and none inside brackets."""
    root = PARSER.parse(Path(file).read_bytes()).root_node
    assert not root.has_error, f"{file} has a syntax error"
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        waiting.extend(reversed(node.children))
        if node.type == kind:
            text = re.sub(r"\s+", " ", node.text.decode())
            found.append(re.sub(r"(?<=\() | (?=\))|,(?= ?\))", "", text))
    return found


def calls(file, name):
    """Return the calls whose function ends in a name."""
    return [text for text in parts(file, "call_expression") if re.match(rf"[\w.]*\b{name}\(", text)]


get = r"Get\((\w+) context\.Context, key string\) \(string, bool\)"
members = parts("store/store.go", "method_elem")
assert len(members) == 2 and re.fullmatch(get, members[0]) and members[1] == "Keys() []string", members
passed = {}
for file, receiver in (("store/memory.go", r"\w+ \*Memory"), ("store/cached.go", r"\w+ \*Cached"), ("server/handler_test.go", r"\w+ \*fake")):
    heads = [re.match(rf"func \({receiver}\) {get} \{{", text) for text in parts(file, "method_declaration")]
    named = [head.group(1) for head in heads if head]
    assert len(named) == 1, f"{file}: {parts(file, 'method_declaration')}"
    passed[file] = named[0]
assert any("Keys() []string {" in text for text in parts("store/memory.go", "method_declaration"))
assert any("Keys() []string {" in text for text in parts("server/handler_test.go", "method_declaration"))

first = [text for text in parts("store/store.go", "function_declaration") if text.startswith("func First(")]
head = re.match(r"func First\((\w+) context\.Context, reader Reader, keys \.\.\.string\) string \{", first[0])
assert head, first
assert calls("store/store.go", "Get") == [f"reader.Get({head.group(1)}, key)"], calls("store/store.go", "Get")
context = passed["store/cached.go"]
assert calls("store/cached.go", "Get") == ["c.found.Get(key)", f"c.Reader.Get({context}, key)"], calls("store/cached.go", "Get")

# Names for the contexts are as good as the contexts themselves.
handler = Path("server/handler.go").read_text()
given = re.search(r"(\w+) := r\.Context\(\)", handler)
allowed = {"r.Context()", given.group(1) if given else "r.Context()"}
asked = [text for text in calls("server/handler.go", "Get") if text.startswith("h.Notes")]
assert asked in [[f"h.Notes.Get({value}, key)"] for value in allowed], asked
assert 'r.URL.Query().Get("key")' in handler and 'r.Header.Get("X-Seen")' in handler
for file, expected in (
    ("main.go", [("Get", "notes.Get({}, os.Args[1])"), ("First", "store.First({}, notes, notes.Keys()...)")]),
    ("server/handler_test.go", [("Get", 'notes.Get({}, "")')]),
):
    given = re.search(r"(\w+) := context\.Background\(\)", Path(file).read_text())
    allowed = {"context.Background()", given.group(1) if given else "context.Background()"}
    for name, call in expected:
        assert calls(file, name) in [[call.format(value)] for value in allowed], calls(file, name)

for file in FILES:
    uses = "context." in " ".join(parts(file, "qualified_type") + parts(file, "selector_expression"))
    imported = parts(file, "import_spec").count('"context"')
    assert imported == int(uses), f"{file}: context is imported {imported} times, used: {uses}"
for file, kept in (("store/memory.go", '"sort"'), ("store/cached.go", '"example.org/notes/cache"'), ("main.go", '"os"')):
    assert kept in parts(file, "import_spec"), file
