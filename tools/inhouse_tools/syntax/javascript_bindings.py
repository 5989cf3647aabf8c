"""What names and expressions of JavaScript or TypeScript are bound to, in one file."""

import tree_sitter

from inhouse_tools.syntax.javascript_exports import Exports, collect
from inhouse_tools.syntax.javascript_scopes import (
    CLASSES,
    DEFINING,
    FUNCTIONS,
    SCOPES,
    container_around,
    declarators,
    name_of,
    path_of,
    required,
)
from inhouse_tools.syntax.meanings import (
    Above,
    Held,
    Imported,
    Made,
    Meaning,
    Member,
    Nothing,
    Own,
    Unknown,
)
from inhouse_tools.syntax.tree import named, text_of, words

Node = tree_sitter.Node
_LITERALS = words("string template_string number array regex true false null undefined object")
_HANDED_ON = words(
    "await_expression parenthesized_expression non_null_expression satisfies_expression "
    "type_annotation"
)
_WHOLE = frozenset({"exports", "module.exports"})
_GLOBALS = words(
    "fetch Map Set Array Object String Number Boolean Promise Date JSON Math Error RegExp "
    "Symbol console process parseInt parseFloat setTimeout clearTimeout setInterval "
    "clearInterval require module exports window document globalThis URL Buffer "
    "structuredClone"
)

MAX_DEPTH = 40


class JavaScriptBindings:
    """Scopes with what is bound in them, looked at when they are asked for."""

    def __init__(self, root: Node, source: bytes) -> None:
        self.source = source
        self._root = root
        self._bound: dict[int, dict[str, Meaning]] = {}
        self._classes: dict[str, Node] = {}
        self._values: dict[str, Meaning] = {}
        self._exports: Exports | None = None
        self._depth = 0

    @property
    def exports(self) -> Exports:
        """What the file gives to others."""
        if self._exports is None:
            self._bindings(self._root)
            self._exports = collect(self._root, self.mean, self.lookup)
        return self._exports

    def exported(self, name: str) -> Meaning | None:
        """What others get by a name; in a script without exports, what stands at the top."""
        exports = self.exports
        if name in exports.names:
            return exports.names[name]
        return self._bindings(self._root).get(name) if exports.none else None

    def lookup(self, name: str, node: Node) -> Meaning:
        """What a bare name means where a node stands."""
        scope = node.parent
        while scope is not None:
            if scope.type in SCOPES:
                found = self._bindings(scope).get(name)
                if found is not None:
                    return found
            scope = scope.parent
        return Nothing() if name in _GLOBALS else Unknown()

    def _bindings(self, scope: Node) -> dict[str, Meaning]:
        known = self._bound.get(scope.id)
        if known is not None:
            return known
        bound = self._bound[scope.id] = {}
        for node in declarators(scope):
            self._bind(node, scope, bound)
        return bound

    def _bind(self, node: Node, scope: Node, bound: dict[str, Meaning]) -> None:
        kind = node.type
        if kind == "import_statement":
            self._bind_import(node, bound)
        elif kind in DEFINING:
            name = name_of(node)
            if name:
                bound.setdefault(name, self._registered(node))
        elif kind == "variable_declarator":
            self._bind_variable(node, scope, bound)
        else:
            pattern = named(node, "pattern") or named(node, "left") or node
            value = self._typed(node) if named(node, "type") else Unknown()
            self._bind_pattern(pattern, value, bound)

    def _registered(self, node: Node) -> Own:
        path = path_of(node)
        if node.type in CLASSES:
            self._classes.setdefault(path, node)
        return Own(path)

    def _bind_variable(self, node: Node, scope: Node, bound: dict[str, Meaning]) -> None:
        target, value = named(node, "name"), named(node, "value")
        if target is None:
            return
        if target.type != "identifier":
            self._bind_pattern(target, self.mean(value) if value else Unknown(), bound)
            return
        name, path = text_of(target), path_of(node)
        made = value.type if value else ""
        if made in {"class", "object"} and value:
            self._classes.setdefault(path, value)
        module = required(value) if value else None
        if module:
            bound[name] = Imported(module)
        elif made in FUNCTIONS or made == "class":
            bound[name] = Own(path)
        elif scope.type == "program":
            bound[name] = Own(path)
            if made != "object":
                self._values[path] = self._typed(node)
        else:
            bound[name] = Held(Own(path) if made == "object" else self._typed(node))

    def _bind_pattern(self, pattern: Node, value: Meaning, bound: dict[str, Meaning]) -> None:
        kind = pattern.type
        if kind == "identifier":
            bound[text_of(pattern)] = Held(value)
        elif kind == "shorthand_property_identifier_pattern":
            # The name of the property and of the variable are one.
            bound[text_of(pattern)] = part_of(value, text_of(pattern))
        elif kind == "pair_pattern":
            key, inner = named(pattern, "key"), named(pattern, "value")
            if key and inner:
                self._bind_pattern(inner, part_of(value, text_of(key)), bound)
        elif kind in {"object_assignment_pattern", "assignment_pattern"}:
            left = named(pattern, "left")
            if left:
                self._bind_pattern(left, value, bound)
        else:
            whole = value if kind == "object_pattern" else Unknown()
            for child in pattern.named_children:
                self._bind_pattern(child, whole, bound)

    def _bind_import(self, node: Node, bound: dict[str, Meaning]) -> None:
        source = named(node, "source")
        clause = node.named_children[0] if node.named_children else None
        if clause is not None and clause.type == "import_require_clause":
            source = named(clause, "source")
        if clause is None or source is None:
            return
        module = unquoted(source)
        for part in clause.named_children:
            if part.type == "identifier":
                whole = clause.type == "import_require_clause"
                bound[text_of(part)] = Imported(module, "" if whole else "default")
            elif part.type == "namespace_import":
                bound[text_of(part.named_children[0])] = Imported(module)
            elif part.type == "named_imports":
                for each in part.named_children:
                    name, alias = named(each, "name"), named(each, "alias")
                    if name:
                        bound[text_of(alias or name)] = Imported(module, text_of(name))

    def _typed(self, node: Node) -> Meaning:
        """What a declared name holds, by its type or else by its value."""
        annotation, value = named(node, "type"), named(node, "value")
        found = self._of_type(annotation) if annotation else Unknown()
        return self.mean(value) if isinstance(found, Unknown) and value else found

    def _of_type(self, node: Node) -> Meaning:
        kind = node.type
        if kind in {"type_annotation", "readonly_type", "parenthesized_type"}:
            return self._of_type(node.named_children[0])
        if kind in {"type_identifier", "nested_type_identifier"}:
            return Made(self.mean(node))
        if kind == "union_type":
            empty = {"null", "undefined"}
            parts = [each for each in node.named_children if text_of(each) not in empty]
            return self._of_type(parts[0]) if len(parts) == 1 else Unknown()
        name = named(node, "name") if kind == "generic_type" else None
        return self._of_type(name) if name and text_of(name) != "Promise" else Unknown()

    def _member(self, owner: Node, name: str) -> Meaning:
        if text_of(owner) in _WHOLE:
            return self.exported(name) or Unknown()
        return part_of(self.mean(owner), name)

    def mean(self, node: Node) -> Meaning:
        """What an expression is; very deep ones are not followed."""
        if self._depth > MAX_DEPTH:
            return Unknown()
        self._depth += 1
        try:
            return self._mean_shallow(node)
        finally:
            self._depth -= 1

    def _mean_shallow(self, node: Node) -> Meaning:
        kind = node.type
        module = required(node)
        if module:
            return Imported(module)
        if kind in {"identifier", "type_identifier"}:
            return self.lookup(text_of(node), node)
        if kind in {"member_expression", "nested_type_identifier"}:
            return self._mean_member(node)
        if kind in {"this", "super"}:
            around = container_around(node)
            meaning = self._registered(around) if around else Unknown()
            return Above(meaning) if kind == "super" else meaning
        if kind == "new_expression":
            maker = named(node, "constructor")
            return Made(self.mean(maker)) if maker else Unknown()
        return self._mean_other(node)

    def _mean_member(self, node: Node) -> Meaning:
        owner = named(node, "object") or named(node, "module")
        name = named(node, "property") or named(node, "name")
        if owner is None or name is None:
            return Unknown()
        is_class = text_of(name) == "prototype"
        return self.mean(owner) if is_class else self._member(owner, text_of(name))

    def _mean_other(self, node: Node) -> Meaning:
        kind = node.type
        if kind == "as_expression" and len(node.named_children) == 2:
            return self._of_type(node.named_children[1])
        if kind in _HANDED_ON and node.named_children:
            return self.mean(node.named_children[0])
        if kind in DEFINING or kind in FUNCTIONS:
            return self._registered(node) if name_of(node) else Nothing()
        return Nothing() if kind in _LITERALS else Unknown()


def part_of(of: Meaning, name: str) -> Meaning:
    """A member of a value: of a module it is what is imported."""
    if isinstance(of, Imported) and not of.name:
        return Imported(of.module, name)
    return Member(of, name)


def unquoted(node: Node) -> str:
    """The text of a string without its quotes."""
    return text_of(node).strip("\"'`")
