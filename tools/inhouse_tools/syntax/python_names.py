"""What names mean in a file of Python."""

import tree_sitter

from inhouse_tools.syntax.meanings import (
    ClassFacts,
    Either,
    Held,
    Imported,
    Meaning,
    Member,
    Nothing,
    Occurrence,
    Own,
    Unknown,
)
from inhouse_tools.syntax.python_bindings import PythonBindings
from inhouse_tools.syntax.python_scopes import (
    class_around,
    is_assigned,
    scope_around,
)
from inhouse_tools.syntax.tree import named, places, text_of

Node = tree_sitter.Node


class PythonNames(PythonBindings):
    """The names of a parsed file, as `Names` asks for them."""

    @property
    def parses(self) -> bool:
        """Whether the grammar sees no fault."""
        return not self._root.has_error

    @property
    def stars(self) -> tuple[str, ...]:
        """The modules of `from module import *`."""
        self._bindings(self._root)
        return tuple(self._stars)

    def exported(self, name: str) -> Meaning | None:
        """What stands at the top under a name."""
        return self._bindings(self._root).get(name)

    def value(self, path: str) -> Meaning | None:
        """What a variable at the top holds."""
        self._bindings(self._root)
        return self._values.get(path)

    def class_facts(self, path: str) -> ClassFacts | None:
        """A class that was met or stands at the top."""
        self._bindings(self._root)
        outer = path.rpartition(".")[0]
        if path not in self._classes and outer:
            self.class_facts(outer)
        node = self._classes.get(path)
        if node is None:
            return None
        bases = node.child_by_field_name("superclasses")
        found = bases.named_children if bases else []
        members = self._bindings(node)
        return ClassFacts(
            tuple(self._mean(base) for base in found if base.type in {"identifier", "attribute"}),
            frozenset(members),
        )

    def attribute(self, path: str, name: str) -> Meaning | None:
        """What is set as `self.name` in the methods of a class, or annotated in its body."""
        node = self._classes.get(path)
        if node is None:
            return None
        found = [self._values[f"{path}.{name}"]] if f"{path}.{name}" in self._values else []
        for place in places(node, self.source, name, frozenset({"identifier"})):
            value = self._set_at(place, node)
            if value and value not in found:
                found.append(value)
        return Held(found[0] if len(found) == 1 else Either(tuple(found))) if found else None

    def _set_at(self, place: Node, around: Node) -> Meaning | None:
        """What is assigned where a name stands, if that is `self.name` in a class."""
        target = place.parent
        statement = target.parent if target else None
        if target is None or statement is None or statement.type != "assignment":
            return None
        owner = named(target, "object")
        if named(statement, "left") != target or owner is None or text_of(owner) != "self":
            return None
        if class_around(place) != around:
            return None
        annotation, right = named(statement, "type"), named(statement, "right")
        if annotation:
            return self._annotated(annotation)
        return self._mean(right) if right and right.type != "none" else None

    def occurrences(self, name: str) -> tuple[Occurrence, ...]:
        """The identifiers of that name."""
        nodes = places(self._root, self.source, name, frozenset({"identifier"}))
        return tuple(self._occurrence(node, name) for node in nodes)

    def _occurrence(self, node: Node, name: str) -> Occurrence:
        span = node.start_byte, node.end_byte
        parent = node.parent
        if parent is None:
            return Occurrence(*span, Unknown())
        kind, around = parent.type, parent.parent
        if kind in {"function_definition", "class_definition"} and named(parent, "name") == node:
            path = self._path(parent)
            return Occurrence(*span, self._defined(parent, name), path)
        if kind == "attribute" and named(parent, "attribute") == node:
            owner = named(parent, "object")
            meaning = Member(self._mean(owner), name) if owner else Unknown()
            return Occurrence(*span, meaning, member=True)
        if kind == "keyword_argument" and named(parent, "name") == node:
            return Occurrence(*span, Nothing())
        if kind == "dotted_name" and around:
            if isinstance(self._bindings(scope_around(node)).get(name), Either):
                # It is given by the import or defined here: only a person can part them.
                return Occurrence(*span, Unknown(), member=True)
            return Occurrence(*span, self._in_import(node, parent, around, name))
        meaning = self.lookup(name, node)
        defines = meaning.path if isinstance(meaning, Own) and is_assigned(node) else ""
        return Occurrence(*span, meaning, defines)

    def _in_import(self, node: Node, dotted: Node, around: Node, name: str) -> Meaning:
        """A part of a dotted name: what is imported, or a mere part of a module's name."""
        statement = around.parent if around.type == "aliased_import" else around
        if statement is None or statement.type != "import_from_statement":
            first = dotted.named_children[0] == node
            # In a pattern of `match` dotted names stand as well.
            return self.lookup(name, node) if first and "import" not in around.type else Nothing()
        module = named(statement, "module_name")
        if module is None or module == dotted:
            return Nothing()
        return Imported(text_of(module), name)

    def _defined(self, node: Node, name: str) -> Meaning:
        """A definition; one that is declared global is the module's."""
        scope = scope_around(node)
        bound = self._bindings(scope).get(name)
        return bound if isinstance(bound, Own) else Own(self._path(node))
