"""What a file of JavaScript gives to others, as a module of either kind."""

from collections.abc import Callable
from dataclasses import dataclass, field

import tree_sitter

from inhouse_tools.syntax.javascript_scopes import FUNCTIONS, name_of, path_of, required
from inhouse_tools.syntax.meanings import Imported, Meaning, Own, Unknown
from inhouse_tools.syntax.tree import named, text_of

Node = tree_sitter.Node


@dataclass(slots=True)
class Exports:
    """Names with their meanings, modules that are handed on, and what the module itself is."""

    names: dict[str, Meaning] = field(default_factory=dict[str, Meaning])
    stars: list[str] = field(default_factory=list[str])
    whole: Meaning | None = None

    @property
    def none(self) -> bool:
        """Whether nothing is exported: then it is a script."""
        return not self.names and not self.stars and self.whole is None


def collect(
    root: Node, mean: Callable[[Node], Meaning], lookup: Callable[[str, Node], Meaning]
) -> Exports:
    """The exports of a program; `mean` tells of expressions and `lookup` of names."""
    exports = Exports()
    for node in root.named_children:
        if node.type == "export_statement":
            _export(node, exports, mean, lookup)
        elif node.type == "expression_statement" and node.named_children:
            assigned = node.named_children[0]
            while assigned.type == "assignment_expression":
                _assign(assigned, exports, mean, lookup)
                right = named(assigned, "right")
                if right is None:
                    break
                assigned = right
    return exports


def _export(
    node: Node,
    exports: Exports,
    mean: Callable[[Node], Meaning],
    lookup: Callable[[str, Node], Meaning],
) -> None:
    source, declaration = named(node, "source"), named(node, "declaration")
    module = text_of(source).strip("\"'") if source else ""
    is_default = any(child.type == "default" for child in node.children)
    value = named(node, "value")
    if declaration is not None:
        declared = [each for each in declaration.named_children if "declarator" in each.type]
        for each in declared or [declaration]:
            name = name_of(each)
            if name and not is_default:
                exports.names[name] = lookup(name, declaration)
            elif name:
                exports.names["default"] = lookup(name, declaration)
    elif is_default and value is not None:
        exports.names["default"] = mean(value)
    elif module and not node.named_children[:-1]:
        exports.stars.append(module)
    _specify(node, module, exports, lookup)


def _specify(
    node: Node, module: str, exports: Exports, lookup: Callable[[str, Node], Meaning]
) -> None:
    """The names in the braces of an export, or the one of a whole module."""
    for clause in node.named_children:
        if clause.type == "namespace_export":
            exports.names[text_of(clause.named_children[0])] = Imported(module)
        for each in clause.named_children if clause.type == "export_clause" else ():
            name, alias = named(each, "name"), named(each, "alias")
            if name is not None:
                text = text_of(name)
                meaning = Imported(module, text) if module else lookup(text, each)
                exports.names[text_of(alias or name)] = meaning


def _assign(
    node: Node,
    exports: Exports,
    mean: Callable[[Node], Meaning],
    lookup: Callable[[str, Node], Meaning],
) -> None:
    """An assignment to `module.exports`, or to a member of it."""
    left, right = named(node, "left"), named(node, "right")
    if left is None or right is None or left.type != "member_expression":
        return
    owner, name = named(left, "object"), named(left, "property")
    if text_of(left) == "module.exports":
        if right.type != "object":
            exports.whole = mean(right)
            return
        for each in right.named_children:
            _take(each, exports, mean, lookup)
    elif owner and name and text_of(owner) in {"exports", "module.exports"}:
        made = right.type in FUNCTIONS
        exports.names[text_of(name)] = Own(text_of(name)) if made else mean(right)


def _take(
    part: Node,
    exports: Exports,
    mean: Callable[[Node], Meaning],
    lookup: Callable[[str, Node], Meaning],
) -> None:
    """A part of the object that is exported."""
    if part.type == "shorthand_property_identifier":
        exports.names[text_of(part)] = lookup(text_of(part), part)
    elif part.type == "method_definition":
        exports.names[name_of(part)] = Own(path_of(part))
    elif part.type == "pair":
        key, value = named(part, "key"), named(part, "value")
        if key and value:
            exports.names[text_of(key)] = mean(value)
    elif part.type == "spread_element" and part.named_children:
        spread = part.named_children[0]
        meaning = mean(spread)
        module = required(spread) or (meaning.module if isinstance(meaning, Imported) else None)
        if module:
            exports.stars.append(module)
        else:
            exports.names.setdefault("", Unknown())
