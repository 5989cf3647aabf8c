"""Where names of JavaScript hold: scopes, what declares a name right in them, and paths."""

from collections.abc import Iterator

import tree_sitter

from inhouse_tools.syntax.tree import named, text_of, words

Node = tree_sitter.Node
FUNCTIONS = words(
    "function_expression function_declaration generator_function "
    "generator_function_declaration arrow_function method_definition"
)
CLASSES = words("class_declaration abstract_class_declaration class interface_declaration object")
DEFINING = words(
    "function_declaration generator_function_declaration function_signature "
    "class_declaration abstract_class_declaration interface_declaration "
    "type_alias_declaration enum_declaration internal_module method_definition "
    "method_signature abstract_method_signature property_signature field_definition "
    "public_field_definition"
)
SCOPES = FUNCTIONS | words(
    "program statement_block for_statement for_in_statement catch_clause switch_body class "
    "class_declaration"
)
_DECLARATIONS = words(
    "lexical_declaration variable_declaration export_statement ambient_declaration "
    "expression_statement"
)


def name_of(node: Node) -> str:
    """The name in the head of a definition, or ""."""
    name = named(node, "name") or named(node, "property")
    return text_of(name) if name else ""


def path_of(node: Node) -> str:
    """The names of a definition and all around it, joined with dots."""
    parts: list[str] = []
    inner: Node | None = node
    while inner is not None:
        kind = inner.type
        if kind in DEFINING or kind in {"variable_declarator", "function_expression", "class"}:
            name = named(inner, "name") or named(inner, "property")
            around = inner.parent
            held = around is not None and around.type == "variable_declarator"
            # A function in a variable is called as the variable.
            if name and not held:
                parts.append(text_of(name))
        inner = inner.parent
    return ".".join(reversed(parts))


def container_around(node: Node) -> Node | None:
    """The class, or the object in a variable, whose `this` holds where a node stands."""
    inner, outer = node, node.parent
    while outer is not None:
        if inner.type in DEFINING and outer.type in {"class_body", "interface_body"}:
            return outer.parent
        if inner.type == "method_definition" and outer.type == "object":
            holder = outer.parent
            return outer if holder and holder.type == "variable_declarator" else None
        if inner.type in FUNCTIONS and inner.type not in {"arrow_function", "method_definition"}:
            return None
        inner, outer = outer, outer.parent
    return None


def declarators(scope: Node) -> Iterator[Node]:
    """The nodes that declare names in a scope; what is in inner scopes is left out."""
    kind = scope.type
    if kind in FUNCTIONS:
        parameters = named(scope, "parameters") or named(scope, "parameter")
        if parameters is not None:
            yield from parameters.named_children or [parameters]
        return
    if kind in {"class", "class_declaration"}:
        return
    if kind == "catch_clause":
        parameter = named(scope, "parameter")
        if parameter is not None:
            yield parameter
        return
    if kind == "for_in_statement":
        left = named(scope, "left")
        if left is not None and named(scope, "kind") is not None:
            yield left
        return
    yield from _declared(scope)


def _declared(node: Node) -> Iterator[Node]:
    for child in node.named_children:
        kind = child.type
        if kind in DEFINING or kind in {"import_statement", "variable_declarator"}:
            yield child
        elif kind in _DECLARATIONS:
            yield from _declared(child)


def required(node: Node) -> str | None:
    """The module of `require("module")` or `import("module")`, also when it is awaited."""
    if node.type in {"await_expression", "parenthesized_expression"} and node.named_children:
        return required(node.named_children[0])
    if node.type != "call_expression":
        return None
    function, arguments = named(node, "function"), named(node, "arguments")
    if function is None or arguments is None or text_of(function) not in {"require", "import"}:
        return None
    given = arguments.named_children
    quoted = len(given) == 1 and given[0].type == "string"
    return text_of(given[0]).strip("\"'") if quoted else None
