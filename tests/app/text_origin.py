"""Where a text comes from: whether an expression can only hold our own words or sanitised ones.

An inference over names, made to be strict: what it does not understand is doubtful. It follows
assignments, returned values, attributes and parameters through our code; below the app only the
types of numbers and of our own words are believed.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.app.code_index import Attribute, Function, Index, Module
from tests.app.text_bindings import (
    assigned,
    bound_near,
    count,
    is_constant,
    is_own_words,
    is_property,
    keyword_only,
    makes_container,
    names_container,
    parts_of,
    returns_of,
    telling,
)
from tests.app.text_words import (
    APP,
    CONTAINERS,
    GATE,
    HANDED_ON,
    MAKERS,
    MEASURES,
    METHODS,
    NUMBERS,
    OWN_TYPES,
    TAKING,
    WIDGETS,
)


@dataclass(frozen=True)
class Scope:
    """Where an expression stands."""

    module: Module
    function: Function | None = None


@dataclass(frozen=True)
class Doubt:
    """Why an expression may hold foreign text; `parameter` when its callers decide that."""

    place: str
    why: str
    parameter: tuple[Function, str] | None = None


@dataclass
class Origins:
    """Judges expressions; what is judged already is remembered."""

    index: Index
    _returns: dict[Function, frozenset[Doubt]] = field(
        default_factory=dict[Function, frozenset[Doubt]]
    )
    _bound: dict[Function, dict[str, list[ast.expr | None]]] = field(
        default_factory=dict[Function, dict[str, list[ast.expr | None]]]
    )
    _open: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])

    def doubts(self, node: ast.expr | None, scope: Scope) -> frozenset[Doubt]:
        """Why this may be foreign text; empty when it cannot."""
        if node is None or is_own_words(node):
            return frozenset()
        parts = parts_of(node)
        if parts is not None:
            return self._any(parts, scope)
        match node:
            case ast.Name():
                return self._name(node, scope)
            case ast.Attribute():
                return self._attribute(node, scope)
            case ast.Call():
                return self._call(node, scope)
            case _:
                return self._doubt(node, scope, "is not understood")

    def is_own_type(self, annotation: ast.expr | None) -> bool:
        """Whether values of this type hold no foreign text."""
        match annotation:
            case ast.Constant(str(text)):
                return self.is_own_type(ast.parse(text, mode="eval").body)
            case ast.Constant(None):
                return True
            case ast.Name(name) | ast.Attribute(attr=name):
                return name in OWN_TYPES or name in self.index.literals
            case ast.BinOp(left=one, right=other):
                return self.is_own_type(one) and self.is_own_type(other)
            case ast.Subscript(value=ast.Name("Literal") | ast.Attribute(attr="Literal")):
                return True
            case ast.Subscript(value=outer, slice=inner):
                parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                kind = ast.unparse(outer).rpartition(".")[2]
                if kind in {"dict", "Mapping", "Callable", "defaultdict", "OrderedDict"}:
                    parts = parts[-1:]
                return kind in CONTAINERS and all(map(self._is_part, parts))
            case _:
                return False

    def _is_part(self, node: ast.expr) -> bool:
        return (isinstance(node, ast.Constant) and node.value is ...) or self.is_own_type(node)

    def callee_of(self, call: ast.Call, scope: Scope) -> list[Function]:
        """The functions of ours that a call may mean."""
        match call.func:
            case ast.Name(name):
                if name in self.index.classes:
                    return self._constructors(name, scope.module)
                around = scope.function
                while around is not None:
                    for one in self.index.functions[name]:
                        if one.outer is around:
                            return [one]
                    around = around.outer
                found = self.index.function_of(scope.module, name)
                return [found] if found else []
            case ast.Attribute(ast.Name(name), attr) if name in scope.module.imports:
                home = self.index.modules.get(scope.module.imports[name])
                found = self.index.function_of(home, attr) if home else None
                return [found] if found else self._methods(name, attr)
            case ast.Attribute(ast.Name("self"), attr) if scope.function and scope.function.owner:
                own = [
                    one for one in self.index.functions[attr] if one.owner is scope.function.owner
                ]
                return own or self._methods("", attr)
            case ast.Attribute(_, attr):
                return self._methods("", attr)
            case _:
                return []

    def _constructors(self, name: str, module: Module) -> list[Function]:
        home = module.imports.get(name, f"{module.name}.{name}")
        return [
            one
            for one in self.index.functions["__init__"]
            if one.owner is not None and f"{one.module.name}.{one.owner.name}" == home
        ]

    def _methods(self, owner: str, name: str) -> list[Function]:
        found = [one for one in self.index.functions[name] if one.owner is not None]
        return [one for one in found if one.owner and one.owner.name == owner] or found

    def arguments_for(self, call: ast.Call, function: Function, name: str) -> list[ast.expr]:
        """What a call gives for a parameter, or what stands there when it gives nothing."""
        parameters = function.parameters
        names = [one.arg for one in parameters]
        starred = function.node.args.vararg
        if starred is not None and name == starred.arg:
            plain = len(function.node.args.posonlyargs) + len(function.node.args.args)
            return list(call.args[plain - (len(function.parameters) < count(function)) :])
        given = [key.value for key in call.keywords if key.arg == name]
        given += [key.value for key in call.keywords if key.arg is None]
        if any(isinstance(one, ast.Starred) for one in call.args):
            given += call.args
        elif names.index(name) < len(call.args) and not keyword_only(function, name):
            given.append(call.args[names.index(name)])
        default = function.default_of(name)
        return given or ([default] if default else [])

    def _any(self, nodes: Iterable[ast.expr | None], scope: Scope) -> frozenset[Doubt]:
        return frozenset(doubt for node in nodes for doubt in self.doubts(node, scope))

    def _doubt(
        self, node: ast.expr, scope: Scope, why: str, parameter: tuple[Function, str] | None = None
    ) -> frozenset[Doubt]:
        text = ast.unparse(node)
        place = f"{scope.module.name}:{node.lineno}"
        return frozenset([Doubt(place, f"`{text[:60]}` {why}", parameter)])

    def _name(self, node: ast.Name, scope: Scope) -> frozenset[Doubt]:
        name, around = node.id, scope.function
        near = bound_near(node, scope.module)
        if near is not None:
            return self._once(near, scope, name)
        while around is not None:
            for parameter in around.parameters:
                if parameter.arg == name and name not in self._bindings(around):
                    if self.is_own_type(parameter.annotation):
                        return frozenset()
                    return self._doubt(node, scope, "is a parameter", (around, name))
            if name in self._bindings(around):
                return self._bound_name(node, scope, around)
            around = around.outer
        found = self.index.global_of(scope.module, name)
        if found is not None:
            return self._once(found[1], Scope(found[0]), name)
        return self._doubt(node, scope, "comes from elsewhere")

    def _bound_name(self, node: ast.Name, scope: Scope, around: Function) -> frozenset[Doubt]:
        inner = Scope(scope.module, around)
        doubts: set[Doubt] = set()
        for value in self._bindings(around)[node.id]:
            if value is None:
                doubts |= self._doubt(node, scope, "is taken from a pattern")
            else:
                doubts |= self._once(value, inner, node.id)
        for parameter in around.parameters:
            if parameter.arg == node.id and not self.is_own_type(parameter.annotation):
                doubts |= self._doubt(node, scope, "is a parameter", (around, node.id))
        return frozenset(doubts)

    def _once(self, node: ast.expr, scope: Scope, name: str) -> frozenset[Doubt]:
        """A value that is being judged already adds no doubt of its own."""
        key = (id(node), name)
        if key in self._open:
            return frozenset()
        self._open.add(key)
        try:
            return self.doubts(node, scope)
        finally:
            self._open.discard(key)

    def _bindings(self, function: Function) -> dict[str, list[ast.expr | None]]:
        if function not in self._bound:
            bound: dict[str, list[ast.expr | None]] = {}
            for name, value in assigned(function.node, self.is_own_type):
                bound.setdefault(name, []).append(value)
            self._bound[function] = bound
        return self._bound[function]

    def _attribute(self, node: ast.Attribute, scope: Scope) -> frozenset[Doubt]:
        if node.attr in MEASURES:
            return frozenset()
        if node.attr == "plain":
            return self.doubts(node.value, scope)
        if isinstance(node.value, ast.Name) and node.value.id in scope.module.imports:
            home = scope.module.imports[node.value.id]
            found = self.index.globals.get((home, node.attr))
            if found is not None:
                return self.doubts(found[1], Scope(found[0]))
        owners = self.classes_of(node.value, scope)
        known = self.index.attributes[node.attr]
        properties = [one for one in self.index.functions[node.attr] if is_property(one)]
        if owners:
            own_known = [one for one in known if one.owner.name in owners]
            own = [one for one in properties if one.owner and one.owner.name in owners]
            if own or own_known:
                known, properties = own_known, own
        doubts: set[Doubt] = set()
        for one in telling(known):
            doubts = doubts or {*self._attribute_at(node, one, scope)}
        for one in properties:
            doubts = doubts or {*self._returned(one)}
        if not known and not properties:
            return self._doubt(node, scope, "is an attribute of something unknown")
        return frozenset(doubts)

    def _attribute_at(self, node: ast.Attribute, one: Attribute, scope: Scope) -> frozenset[Doubt]:
        if one.annotation is not None:
            if self.is_own_type(one.annotation):
                return frozenset()
            if one.value is None or not is_constant(one.annotation):
                text = f"is {one.owner.name}.{node.attr}: {ast.unparse(one.annotation)}"
                return self._doubt(node, scope, text)
        if one.value is None:
            return frozenset()
        return self._once(one.value, Scope(one.module, one.inside), node.attr)

    def classes_of(self, node: ast.expr | None, scope: Scope) -> set[str]:
        """The classes of ours that an object may be of, as far as the code says."""
        match node:
            case ast.Name("self") if scope.function and scope.function.owner:
                return {scope.function.owner.name}
            case ast.Name(name) if scope.function:
                given = [one.annotation for one in scope.function.parameters if one.arg == name]
                found = self._named_in(given)
                for value in self._bindings(scope.function).get(name, []):
                    if value is not None and (id(value), "class") not in self._open:
                        self._open.add((id(value), "class"))
                        found |= self.classes_of(value, scope)
                        self._open.discard((id(value), "class"))
                return found
            case ast.Attribute(value=inner, attr=attr):
                owners = self.classes_of(inner, scope)
                known = self.index.attributes[attr]
                if owners:
                    known = [one for one in known if one.owner.name in owners]
                told = [one.annotation for one in known if one.annotation]
                if told:
                    return self._named_in(told) if owners or len(told) == 1 else set()
                made = [one.value for one in known if isinstance(one.value, ast.Call)]
                return {name for one in made for name in self.classes_of(one, scope)}
            case ast.Call(func=ast.Name(name)) if name in self.index.classes:
                return {name}
            case ast.Call():
                functions = self.callee_of(node, scope)
                # Only where it is clear which one is called.
                clear = functions if len(functions) == 1 else []
                return self._named_in([one.node.returns for one in clear])
            case _:
                return set()

    def _named_in(self, annotations: Iterable[ast.expr | None]) -> set[str]:
        """The classes of ours that stand in types."""
        text = " ".join(ast.unparse(one) for one in annotations if one)
        words = "".join(char if char.isidentifier() else " " for char in text).split()
        return {word for word in words if word in self.index.classes}

    def is_container(self, node: ast.expr, scope: Scope) -> bool:
        """Whether this is a dict or a set, as far as the code says."""
        match node:
            case ast.Name(name) if scope.function:
                values = self._bindings(scope.function).get(name, [])
                given = [one.annotation for one in scope.function.parameters if one.arg == name]
                return any(map(makes_container, values)) or any(map(names_container, given))
            case ast.Attribute(attr=attr):
                known = self.index.attributes[attr]
                return any(
                    makes_container(one.value) or names_container(one.annotation) for one in known
                )
            case _:
                return False

    def _call(self, node: ast.Call, scope: Scope) -> frozenset[Doubt]:
        known = self._known_call(node, scope)
        if known is not None:
            return known
        functions = self.callee_of(node, scope)
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            receiver = node.func.value
            if ast.unparse(receiver) != "self":
                arguments = [*node.args, *(key.value for key in node.keywords)]
                taken = arguments[node.func.attr in {"get", "pop"} :]
                kept = taken if node.func.attr in TAKING else ()
                doubts = self._any((receiver, *kept), scope)
                if not doubts or not functions:
                    return doubts
        if not functions:
            return self._doubt(node, scope, "is a call of something unknown")
        return frozenset(
            doubt for function in functions for doubt in self._result(node, function, scope)
        )

    def _known_call(self, node: ast.Call, scope: Scope) -> frozenset[Doubt] | None:
        """What a call of the library gives; None for any other."""
        match node.func:
            case ast.Name("cast"):
                return self.doubts(node.args[1], scope)
            case ast.Name(name) if name in HANDED_ON:
                return self._any(node.args, scope)
            case ast.Name(name) if name in NUMBERS:
                return frozenset()
            case ast.Attribute(attr=attr) if attr in MEASURES:
                return frozenset()
            case ast.Attribute(ast.Name(name), _) | ast.Name(name) if name in WIDGETS | MAKERS:
                # Checked as a place where text is drawn.
                return frozenset()
            case ast.Name(name) if name in self.index.classes:
                return self._any((*node.args, *(key.value for key in node.keywords)), scope)
            case _:
                return None

    def _result(self, call: ast.Call, function: Function, scope: Scope) -> Iterator[Doubt]:
        if function.module.name == GATE or self.is_own_type(function.node.returns):
            return
        for doubt in self._returned(function):
            if doubt.parameter and doubt.parameter[0] is function:
                given = self.arguments_for(call, function, doubt.parameter[1])
                yield from self._any(given, scope)
            else:
                yield doubt

    def _returned(self, function: Function) -> frozenset[Doubt]:
        if function.module.name == GATE or self.is_own_type(function.node.returns):
            return frozenset()
        if function not in self._returns:
            self._returns[function] = frozenset()
            scope = Scope(function.module, function)
            if function.module.name.partition(".")[0] != APP:
                name = ast.Name(function.node.name, lineno=function.node.lineno)
                self._returns[function] = self._doubt(name, scope, "comes from below the app")
            else:
                self._returns[function] = self._any(returns_of(function.node), scope)
        return self._returns[function]
