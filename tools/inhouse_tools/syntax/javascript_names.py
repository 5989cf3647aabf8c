"""What names mean in a file of JavaScript or TypeScript."""

import tree_sitter

from inhouse_tools.syntax.javascript_bindings import JavaScriptBindings, part_of, unquoted
from inhouse_tools.syntax.javascript_scopes import (
    DEFINING,
    FUNCTIONS,
    container_around,
    name_of,
    path_of,
)
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
from inhouse_tools.syntax.tree import named, places, text_of, words

Node = tree_sitter.Node
_HERITAGE = frozenset(
    {"class_heritage", "extends_clause", "implements_clause", "extends_type_clause"}
)
_NAMES = words(
    "identifier type_identifier property_identifier private_property_identifier "
    "shorthand_property_identifier shorthand_property_identifier_pattern"
)
_WHOLE = frozenset({"exports", "module.exports"})


class JavaScriptNames(JavaScriptBindings):
    """The names of a parsed file, as `Names` asks for them."""

    @property
    def parses(self) -> bool:
        """Whether the grammar sees no fault."""
        return not self._root.has_error

    @property
    def stars(self) -> tuple[str, ...]:
        """The modules that are handed on whole."""
        return tuple(self.exports.stars)

    @property
    def whole(self) -> Meaning | None:
        """What `module.exports` is, when it is no object that is written out."""
        return self.exports.whole

    def value(self, path: str) -> Meaning | None:
        """What a variable at the top holds."""
        self._bindings(self._root)
        return self._values.get(path)

    def class_facts(self, path: str) -> ClassFacts | None:
        """A class, an interface, or an object in a variable."""
        self._bindings(self._root)
        node = self._classes.get(path)
        if node is None:
            return None
        body = named(node, "body") or node
        members = (name_of(each) for each in body.named_children if each.type in DEFINING)
        return ClassFacts(tuple(self._bases(node)), frozenset(filter(None, members)))

    def attribute(self, path: str, name: str) -> Meaning | None:
        """What a member of an object holds, or what a class says of one of its fields."""
        node = self._classes.get(path)
        if node is None:
            return None
        found: list[Meaning] = []
        for place in places(node, self.source, name, _NAMES):
            value = self._held_at(place, node)
            if value and value not in found:
                found.append(value)
        return (found[0] if len(found) == 1 else Either(tuple(found))) if found else None

    def _held_at(self, place: Node, around: Node) -> Meaning | None:
        parent = place.parent
        if place.type == "shorthand_property_identifier" and parent == around:
            return self.lookup(text_of(place), place)
        if parent is None or parent.type == "object":
            return None
        above = parent.parent
        if parent.type == "pair" and above == around and named(parent, "key") == place:
            held = named(parent, "value")
            return self.mean(held) if held else None
        if container_around(place) != around:
            return None
        if parent.type in {"public_field_definition", "field_definition", "property_signature"}:
            return Held(self._typed(parent))
        if parent.type == "required_parameter":
            marked = parent.named_children[0].type == "accessibility_modifier"
            return Held(self._typed(parent)) if marked else None
        if parent.type == "member_expression" and above and above.type == "assignment_expression":
            owner, right = named(parent, "object"), named(above, "right")
            if named(above, "left") == parent and owner and owner.type == "this" and right:
                return Held(self.mean(right))
        return None

    def occurrences(self, name: str) -> tuple[Occurrence, ...]:
        """The identifiers and properties of that name."""
        found = places(self._root, self.source, name, _NAMES)
        return tuple(self._occurrence(node, name) for node in found)

    def _occurrence(self, node: Node, name: str) -> Occurrence:
        span = node.start_byte, node.end_byte
        parent = node.parent
        if parent is None:
            return Occurrence(*span, Unknown())
        kind = parent.type
        if kind in DEFINING and (named(parent, "name") or named(parent, "property")) == node:
            path = path_of(parent)
            return Occurrence(*span, Own(path), path)
        if kind == "variable_declarator" and named(parent, "name") == node:
            meaning = self.lookup(name, node)
            defined = parent.parent is not None and isinstance(meaning, Own)
            return Occurrence(*span, meaning, path_of(parent) if defined else "")
        if kind in {"member_expression", "nested_type_identifier"}:
            owner = named(parent, "object") or named(parent, "module")
            if owner and owner != node:
                meaning = self._member(owner, name)
                given = text_of(owner) in _WHOLE and _is_assigned(parent)
                defines = meaning.path if given and isinstance(meaning, Own) else ""
                return Occurrence(*span, meaning, defines, member=True)
        if kind in {"pair", "pair_pattern"} and named(parent, "key") == node:
            return Occurrence(*span, self._key(parent, name), member=True)
        if kind in {"import_specifier", "export_specifier"} and named(parent, "name") == node:
            return Occurrence(*span, self._specified(parent, name, node))
        if kind == "export_specifier":
            return Occurrence(*span, self.exported(name) or Unknown())
        if kind in {"jsx_attribute", "labeled_statement"} or kind.endswith("continue_statement"):
            return Occurrence(*span, Nothing())
        start = parent if kind in FUNCTIONS and named(parent, "name") == node else node
        return Occurrence(*span, self.lookup(name, start))

    def _specified(self, specifier: Node, name: str, node: Node) -> Meaning:
        clause = specifier.parent
        while clause is not None and clause.type not in {"import_statement", "export_statement"}:
            clause = clause.parent
        source = named(clause, "source") if clause else None
        return Imported(unquoted(source), name) if source else self.lookup(name, node)

    def _key(self, pair: Node, name: str) -> Meaning:
        """What the key of an object, or of a pattern that takes one apart, names."""
        around = pair.parent
        if around is None:
            return Unknown()
        if pair.type == "pair_pattern":
            return part_of(self._taken_apart(around), name)
        holder = around.parent
        if holder and holder.type == "variable_declarator":
            return Member(Own(path_of(holder)), name)
        left = named(holder, "left") if holder else None
        if left and text_of(left) in _WHOLE:
            return self.exported(name) or Unknown()
        return Unknown()

    def _taken_apart(self, pattern: Node) -> Meaning:
        """What a pattern of an object is matched with."""
        holder = pattern.parent
        value = named(holder, "value") if holder else None
        if holder and holder.type == "variable_declarator" and value:
            return self.mean(value)
        return self._typed(holder) if holder and holder.type.endswith("parameter") else Unknown()

    def _bases(self, node: Node) -> list[Meaning]:
        heritage = [child for child in node.children if child.type in _HERITAGE]
        found: list[Meaning] = []
        while heritage:
            part = heritage.pop()
            if part.type in _HERITAGE:
                heritage += part.named_children
            elif part.type != "type_arguments":
                found.append(self.mean(part))
        return found


def _is_assigned(node: Node) -> bool:
    """Whether a node is the target of an assignment."""
    around = node.parent
    assigned = around is not None and around.type == "assignment_expression"
    return assigned and around is not None and named(around, "left") == node
