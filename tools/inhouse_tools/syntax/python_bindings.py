"""What names and expressions of Python are bound to, in one file."""

import builtins
import re
from collections.abc import Iterator

import tree_sitter

from inhouse_tools.syntax.meanings import (
    Above,
    Either,
    Held,
    Imported,
    Made,
    Meaning,
    Member,
    Nothing,
    Own,
    Starred,
    Unknown,
)
from inhouse_tools.syntax.python_scopes import (
    captured,
    class_around,
    scope_around,
    statements,
    targets,
)
from inhouse_tools.syntax.tree import named, text_of, words

Node = tree_sitter.Node
_LITERALS = words(
    "string concatenated_string integer float list dictionary set tuple none true false "
    "list_comprehension dictionary_comprehension set_comprehension generator_expression"
)
_COMPREHENSIONS = frozenset(kind for kind in _LITERALS if kind.endswith("comprehension")) | {
    "generator_expression"
}
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\Z")
_OPTIONAL = words("Optional Annotated Type type Final ClassVar")

MAX_DEPTH = 40
MAX_CHOICES = 4


class PythonBindings:
    """Scopes with what is bound in them, looked at when they are asked for."""

    whole: Meaning | None = None

    def __init__(self, root: Node, source: bytes) -> None:
        self.source = source
        self._root = root
        self._bound: dict[int, dict[str, Meaning]] = {}
        self._classes: dict[str, Node] = {}
        self._values: dict[str, Meaning] = {}
        self._stars: list[str] = []
        self._depth = 0

    def _path(self, node: Node) -> str:
        parts: list[str] = []
        inner: Node | None = node
        while inner is not None:
            if inner.type in {"function_definition", "class_definition"}:
                name = named(inner, "name")
                parts.append(text_of(name) if name else "")
            inner = inner.parent
        return ".".join(reversed(parts))

    def lookup(self, name: str, node: Node) -> Meaning:
        """What a bare name means where a node stands."""
        inner, scope = node, scope_around(node)
        direct = True
        while True:
            found = self._bindings(scope).get(name)
            if found is not None and (direct or scope.type != "class_definition"):
                return found
            found = self._in_comprehension(name, inner, scope)
            if found is not None:
                return found
            if scope.type == "module":
                break
            direct = False
            inner, scope = scope, scope_around(scope)
        if self._stars:
            return Starred(name)
        return Nothing() if hasattr(builtins, name) else Unknown()

    def _in_comprehension(self, name: str, node: Node, scope: Node) -> Meaning | None:
        inner = node.parent
        while inner is not None and inner != scope:
            if inner.type in _COMPREHENSIONS:
                for clause in inner.named_children:
                    left = named(clause, "left") if clause.type == "for_in_clause" else None
                    if left and name in {text_of(each) for each in targets(left)}:
                        return Held(Unknown())
            inner = inner.parent
        return None

    def _bindings(self, scope: Node) -> dict[str, Meaning]:
        known = self._bound.get(scope.id)
        if known is not None:
            return known
        bound = self._bound[scope.id] = {}
        parameters = named(scope, "parameters")
        if parameters:
            self._bind_parameters(scope, parameters, bound)
        body = named(scope, "body") if scope.type != "module" else scope
        if body and scope.type != "lambda":
            for node in statements(body):
                self._bind(node, scope, bound)
        return bound

    def _bind_parameters(self, scope: Node, parameters: Node, bound: dict[str, Meaning]) -> None:
        for index, node in enumerate(parameters.named_children):
            name = node if node.type == "identifier" else named(node, "name")
            if name is None and node.named_children:
                name = node.named_children[0]
                name = name.named_children[0] if name.named_children else name
            if name is None:
                continue
            annotation = named(node, "type")
            value = self._annotated(annotation) if annotation else Unknown()
            if index == 0 and not annotation:
                value = self._receiver(scope) or value
            bound[text_of(name)] = Held(value)

    def _receiver(self, function: Node) -> Meaning | None:
        """What `self` or `cls` is in a method."""
        outer = scope_around(function)
        if outer.type != "class_definition" or function.type == "lambda":
            return None
        around = function.parent
        decorators = [
            text_of(node)
            for node in (around.named_children if around else ())
            if node.type == "decorator"
        ]
        return None if "@staticmethod" in decorators else self._class_meaning(outer)

    def _class_meaning(self, node: Node) -> Own:
        path = self._path(node)
        self._classes.setdefault(path, node)
        return Own(path)

    def _bind(self, node: Node, scope: Node, bound: dict[str, Meaning]) -> None:
        kind = node.type
        if kind in {"function_definition", "class_definition"}:
            name = named(node, "name")
            if name:
                meaning = self._class_meaning(node) if kind[0] == "c" else Own(self._path(node))
                before = bound.get(text_of(name), meaning)
                # What an import may fail to give is defined instead.
                either = isinstance(before, Imported)
                bound[text_of(name)] = Either((before, meaning)) if either else before
        elif kind.startswith("import"):
            self._bind_import(node, bound)
        elif kind in {"global_statement", "nonlocal_statement"}:
            for name in node.named_children:
                above = scope_around(scope)
                above = self._root if kind[0] == "g" else above
                bound[text_of(name)] = self._bindings(above).get(text_of(name)) or Unknown()
        else:
            for target, value in self._assigned(node):
                self._assign(target, value, scope, bound)

    def _assign(self, target: Node, value: Meaning, scope: Node, bound: dict[str, Meaning]) -> None:
        name = text_of(target)
        if scope.type == "function_definition":
            before = bound.get(name)
            if isinstance(before, Held) and before.value != value:
                # An annotated parameter keeps its class when it is set again.
                value = _joined(before.value, value)
            elif before is not None and not isinstance(before, Held):
                return
            bound[name] = Held(value)
            return
        path = name if scope.type == "module" else f"{self._path(scope)}.{name}"
        bound.setdefault(name, Own(path))
        known = self._values.get(path, value)
        self._values[path] = value if known == value else _joined(known, value)

    def _assigned(self, node: Node) -> Iterator[tuple[Node, Meaning]]:
        """The names that a statement or expression sets, with what they hold."""
        kind = node.type
        if kind in {"assignment", "named_expression"}:
            yield from self._assigned_values(node)
        elif kind in {"for_statement", "augmented_assignment"}:
            left = named(node, "left")
            yield from ((each, Unknown()) for each in (targets(left) if left else ()))
        elif kind == "case_clause":
            yield from ((each, Unknown()) for each in captured(node))
        elif kind == "as_pattern":
            target = named(node, "alias")
            within = node.parent is not None and node.parent.type == "with_item"
            value = self._mean(node.named_children[0]) if within else Unknown()
            yield from ((each, value) for each in (targets(target) if target else ()))

    def _assigned_values(self, node: Node) -> Iterator[tuple[Node, Meaning]]:
        left = named(node, "left") or named(node, "name")
        right = named(node, "right") or named(node, "value")
        annotation = named(node, "type")
        if left is None or left.type in {"attribute", "subscript"}:
            return
        if left.type == "identifier":
            value = self._annotated(annotation) if annotation else Unknown()
            unclear = isinstance(value, Unknown) and right is not None
            yield left, self._mean(right) if unclear and right else value
            return
        rights = right.named_children if right and "list" in right.type else []
        lefts = left.named_children
        for index, each in enumerate(lefts):
            paired = each.type == "identifier" and len(rights) == len(lefts)
            for target in targets(each):
                yield target, self._mean(rights[index]) if paired else Unknown()

    def _bind_import(self, node: Node, bound: dict[str, Meaning]) -> None:
        module = named(node, "module_name")
        if module is None and node.type == "import_from_statement":
            return
        if any(child.type == "wildcard_import" for child in node.named_children) and module:
            self._stars.append(text_of(module))
            return
        for each in node.children_by_field_name("name"):
            alias = named(each, "alias")
            imported = named(each, "name") if alias else each
            name = text_of(imported) if imported else ""
            if module:
                bound[text_of(alias) if alias else name] = Imported(text_of(module), name)
            elif alias:
                bound[text_of(alias)] = Imported(name)
            else:
                first = name.partition(".")[0]
                bound[first] = Imported(first)

    def _annotated(self, node: Node) -> Meaning:
        """What a value of an annotated type is."""
        kind = node.type
        if kind in {"type", "parenthesized_expression"} and node.named_children:
            return self._annotated(node.named_children[0])
        if kind in {"identifier", "attribute"}:
            meaning = self._mean(node)
            return meaning if isinstance(meaning, Nothing) else Made(meaning)
        if kind == "string":
            text = text_of(node).strip("\"'")
            if _DOTTED.match(text):
                first, *others = text.split(".")
                meaning = self.lookup(first, node)
                for other in others:
                    meaning = Member(meaning, other)
                return Made(meaning)
        if kind in {"binary_operator", "union_type"}:
            parts = [part for part in node.named_children if text_of(part) != "None"]
            return self._annotated(parts[0]) if len(parts) == 1 else Unknown()
        if kind in {"generic_type", "subscript"} and len(node.named_children) == 2:
            outer, inner = node.named_children
            inner = inner.named_children[0] if inner.type == "type_parameter" else inner
            if text_of(outer).rpartition(".")[2] in _OPTIONAL:
                return self._annotated(inner)
        return Unknown()

    def _mean(self, node: Node) -> Meaning:
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
        if kind == "identifier":
            return self.lookup(text_of(node), node)
        if kind == "attribute":
            owner, name = named(node, "object"), named(node, "attribute")
            return Member(self._mean(owner), text_of(name)) if owner and name else Unknown()
        if kind == "call":
            function = named(node, "function")
            if function and text_of(function) == "super":
                around = class_around(node)
                return Above(self._class_meaning(around)) if around else Unknown()
            return self._made(function) if function else Unknown()
        if kind in _LITERALS:
            return Nothing()
        if kind == "parenthesized_expression" and node.named_children:
            return self._mean(node.named_children[0])
        if kind == "named_expression":
            return self._mean(node.named_children[-1])
        if kind in {"conditional_expression", "boolean_operator"}:
            first, last = node.named_children[0], node.named_children[-1]
            return Either((self._mean(first), self._mean(last)))
        return Unknown()

    def _made(self, function: Node) -> Meaning:
        """What a call gives; classes of the language make nothing of the project."""
        meaning = self._mean(function)
        known = getattr(builtins, text_of(function), None)
        return (
            meaning if isinstance(meaning, Nothing) and isinstance(known, type) else Made(meaning)
        )


def _joined(before: Meaning, value: Meaning) -> Meaning:
    """What a variable holds that is set again; of many values none is told."""
    choices = (*(before.choices if isinstance(before, Either) else (before,)), value)
    return Either(choices) if len(choices) <= MAX_CHOICES else Unknown()
