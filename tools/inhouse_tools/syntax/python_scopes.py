"""Where names of Python hold: scopes, and the statements right in them that bind a name."""

from collections.abc import Iterator

import tree_sitter

from inhouse_tools.syntax.tree import named, words

Node = tree_sitter.Node
_BINDING = words(
    "function_definition class_definition import_statement import_from_statement assignment "
    "global_statement nonlocal_statement augmented_assignment"
)
_BLOCKS = words(
    "module block if_statement elif_clause else_clause for_statement while_statement "
    "try_statement except_clause except_group_clause finally_clause with_statement "
    "with_clause with_item match_statement case_clause expression_statement "
    "decorated_definition as_pattern"
)


def scope_around(node: Node) -> Node:
    """The scope in which a node stands; the name of a definition stands outside of its own."""
    inner, outer = node, node.parent
    while outer is not None:
        kind = outer.type
        if kind == "module":
            return outer
        if kind in {"class_definition", "function_definition", "lambda"}:
            if inner == named(outer, "body"):
                return outer
            if inner == named(outer, "parameters") and _is_parameter(node, inner):
                return outer
        inner, outer = outer, outer.parent
    return inner


def _is_parameter(node: Node, parameters: Node) -> bool:
    """Whether a node is the name of a parameter, not its annotation or default."""
    for parameter in parameters.named_children:
        if parameter.start_byte <= node.start_byte and node.end_byte <= parameter.end_byte:
            annotation, default = named(parameter, "type"), named(parameter, "value")
            parts = [part for part in (annotation, default) if part is not None]
            return all(node.start_byte < part.start_byte for part in parts)
    return False


def class_around(node: Node) -> Node | None:
    """The innermost class in whose body a node stands, also deep in its methods."""
    inner, outer = node, node.parent
    while outer is not None:
        if outer.type == "class_definition" and inner == named(outer, "body"):
            return outer
        inner, outer = outer, outer.parent
    return None


def statements(body: Node) -> Iterator[Node]:
    """The nodes in a scope that bind names; what is in inner scopes is left out."""
    for node in body.named_children:
        kind = node.type
        if kind in _BINDING:
            yield node
            right = named(node, "right") if kind == "assignment" else None
            if right is not None and right.type == "assignment":
                yield from statements(node)
        elif kind in _BLOCKS:
            if kind in {"for_statement", "as_pattern", "case_clause"}:
                yield node
            yield from statements(node)
        elif b":=" in (node.text or b""):
            yield from _inner_assignments(node)


def _inner_assignments(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if inner.type == "named_expression":
            yield inner
        if inner.type != "lambda":
            waiting += reversed(inner.named_children)


def targets(node: Node) -> Iterator[Node]:
    """The bare names that a target sets."""
    if node.type == "identifier":
        yield node
    elif node.type not in {"attribute", "subscript"}:
        for child in node.named_children:
            yield from targets(child)


def captured(clause: Node) -> Iterator[Node]:
    """The bare names that the patterns of a case set."""
    waiting = [child for child in clause.named_children if child.type != "block"]
    while waiting:
        node = waiting.pop()
        bare = node.type == "dotted_name" and node.parent and node.parent.type == "case_pattern"
        if bare and len(node.named_children) == 1:
            yield node.named_children[0]
        elif node.type in {"splat_pattern", "as_pattern_target"}:
            yield from targets(node)
        else:
            waiting += node.named_children


def is_assigned(node: Node) -> bool:
    """Whether a name is the target of an assignment."""
    parent = node.parent
    return parent is not None and parent.type == "assignment" and named(parent, "left") == node
