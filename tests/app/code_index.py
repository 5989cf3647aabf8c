"""What the lint of texts knows of our code: its modules, functions and attributes, by name."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(eq=False)
class Module:
    """One file. `imports` are the names that it takes from elsewhere, with their origin."""

    name: str
    tree: ast.Module
    imports: dict[str, str] = field(default_factory=dict[str, str])
    parents: dict[int, ast.AST] = field(default_factory=dict[int, ast.AST])


@dataclass(eq=False)
class Function:
    """A function or method, and what stands around it."""

    node: FunctionNode
    module: Module
    owner: ast.ClassDef | None = None
    outer: "Function | None" = None

    @property
    def parameters(self) -> list[ast.arg]:
        """All parameters but `self`, the starred ones at the end."""
        arguments = self.node.args
        named = [*arguments.posonlyargs, *arguments.args]
        if self.owner is not None and not _is_static(self.node):
            named = named[1:]
        starred = [one for one in (arguments.vararg, arguments.kwarg) if one]
        return [*named, *arguments.kwonlyargs, *starred]

    def default_of(self, name: str) -> ast.expr | None:
        """What a parameter is when it is not given."""
        arguments = self.node.args
        named = [*arguments.posonlyargs, *arguments.args]
        late = named[len(named) - len(arguments.defaults) :] if arguments.defaults else []
        known: dict[str, ast.expr | None] = {
            one.arg: value for one, value in zip(late, arguments.defaults, strict=True)
        }
        known |= {
            one.arg: value
            for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        }
        return known.get(name)


@dataclass(frozen=True)
class Attribute:
    """One place that says what an attribute of this name is."""

    module: Module
    owner: ast.ClassDef
    annotation: ast.expr | None = None
    value: ast.expr | None = None
    inside: Function | None = None


@dataclass
class Index:
    """All of the code by name. `literals` are the aliases of types that hold only own words."""

    modules: dict[str, Module] = field(default_factory=dict[str, Module])
    functions: defaultdict[str, list[Function]] = field(default_factory=lambda: defaultdict(list))
    classes: defaultdict[str, list[tuple[Module, ast.ClassDef]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    attributes: defaultdict[str, list[Attribute]] = field(default_factory=lambda: defaultdict(list))
    globals: dict[tuple[str, str], tuple[Module, ast.expr]] = field(
        default_factory=dict[tuple[str, str], tuple[Module, ast.expr]]
    )
    literals: set[str] = field(default_factory=set[str])

    def add(self, name: str, text: str) -> Module:
        """Take a module in."""
        module = Module(name, ast.parse(text))
        self.modules[name] = module
        module.imports.update(_imports_of(module.tree))
        module.parents.update(
            (id(inner), node)
            for node in ast.walk(module.tree)
            for inner in ast.iter_child_nodes(node)
        )
        for node in module.tree.body:
            self._add_global(module, node)
        self._walk(module, module.tree.body, None, None)
        return module

    def global_of(self, module: Module, name: str) -> tuple[Module, ast.expr] | None:
        """What a name of a module was set to, there or where it was imported from."""
        found = self.globals.get((module.name, name))
        if found is None and name in module.imports:
            home, _, original = module.imports[name].rpartition(".")
            found = self.globals.get((home, original))
        return found

    def function_of(self, module: Module, name: str) -> Function | None:
        """The function of a module that is called by this name there."""
        home, _, original = module.imports.get(name, f"{module.name}.{name}").rpartition(".")
        for one in self.functions[original]:
            if one.module.name == home and one.owner is None and one.outer is None:
                return one
        return None

    def _add_global(self, module: Module, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value):
                self.globals[module.name, name] = (module, value)
                if isinstance(value, ast.Subscript) and ast.unparse(value.value) == "Literal":
                    self.literals.add(name)
            case ast.Assign(targets=[ast.Tuple(names)], value=ast.Tuple(values)):
                for target, value in zip(names, values, strict=True):
                    self.globals[module.name, ast.unparse(target)] = (module, value)
            case ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                self.globals[module.name, name] = (module, value)
            case _:
                pass

    def _walk(
        self,
        module: Module,
        body: Sequence[ast.stmt],
        owner: ast.ClassDef | None,
        outer: Function | None,
    ) -> None:
        for node in body:
            match node:
                case ast.ClassDef():
                    self.classes[node.name].append((module, node))
                    self._add_fields(module, node)
                    self._walk(module, node.body, node, outer)
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    function = Function(node, module, owner, outer)
                    self.functions[node.name].append(function)
                    if owner is not None:
                        self._add_attributes(function, owner)
                    self._walk(module, node.body, None, function)
                case _:
                    for inner in _blocks_of(node):
                        self._walk(module, inner, owner, outer)

    def _add_fields(self, module: Module, node: ast.ClassDef) -> None:
        for statement in node.body:
            match statement:
                case ast.AnnAssign(target=ast.Name(name), annotation=annotation, value=value):
                    self.attributes[name].append(Attribute(module, node, annotation, value))
                case ast.Assign(targets=[ast.Name(name)], value=value):
                    self.attributes[name].append(Attribute(module, node, None, value))
                case _:
                    pass

    def _add_attributes(self, function: Function, owner: ast.ClassDef) -> None:
        for node in ast.walk(function.node):
            match node:
                case ast.AnnAssign(target=ast.Attribute(ast.Name("self"), name)):
                    found = Attribute(function.module, owner, node.annotation, node.value, function)
                    self.attributes[name].append(found)
                case ast.Assign(targets=targets, value=value):
                    for name, given in _pairs(targets, value):
                        found = Attribute(function.module, owner, None, given, function)
                        self.attributes[name].append(found)
                case _:
                    pass


def read_package(index: Index, root: Path, package: str) -> None:
    """Take in every module of a package; `root` is the folder around it."""
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        index.add(name, path.read_text(encoding="utf-8"))


def _imports_of(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name, alias.name


def _blocks_of(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        yield getattr(node, name, [])
    for handler in getattr(node, "handlers", []):
        yield handler.body
    for case in getattr(node, "cases", []):
        yield case.body


def _pairs(targets: Sequence[ast.expr], value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The attributes that an assignment sets, each with what it gets."""
    for target in targets:
        match target, value:
            case ast.Attribute(attr=name), _:
                yield name, value
            case ast.Tuple(names), ast.Tuple(values) if len(names) == len(values):
                for one, part in zip(names, values, strict=True):
                    yield from _pairs([one], part)
            case ast.Tuple(names), _:
                yield from _pairs(names, value)
            case _:
                pass


def _is_static(node: FunctionNode) -> bool:
    return any(ast.unparse(one) == "staticmethod" for one in node.decorator_list)
