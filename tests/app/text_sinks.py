"""Every place of our code that draws or prints a text, and which of them may get a foreign one."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.app.code_index import Function, Index, Module
from tests.app.text_origin import Doubt, Origins, Scope
from tests.app.text_words import APP, MAKERS, WIDGETS, words

# Methods of widgets and terminals; `update` of a dict or a set is told apart by its arguments.
METHODS = words(
    """
    add_column add_columns add_leaf add_option add_row add_rows confirm echo load_text prompt
    secho set_label set_title update write write_line
    """
)
PRINTERS = words("input print")
ATTRIBUTES = words("border_subtitle border_title label placeholder prompt sub_title tooltip")
# Words that are no text: styles, names, switches.
NO_TEXT = words(
    """
    classes compact disabled end err expand file flush id markup name nl select_on_focus
    severity shrink spans style suggester timeout type validators
    """
)
TERMINALS = words("stdout stderr out complaints _driver")
TYPER = words("echo secho confirm prompt")
# Where text becomes safe, and where it goes into files or another program instead of a screen.
TRUSTED = frozenset({"inhouse.sanitise", "inhouse.streams"})


@dataclass(frozen=True)
class Sink:
    """One text that is drawn: where, by what, and the scope that it stands in."""

    node: ast.expr
    scope: Scope
    by: str


@dataclass
class Lint:
    """Follows texts from where they are drawn to where they come from."""

    index: Index
    origins: Origins = field(init=False)
    _calls: defaultdict[str, list[tuple[ast.Call, Scope]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _passed: set[Function] = field(default_factory=set[Function])
    _sinks: list[Sink] = field(default_factory=list[Sink])

    def __post_init__(self) -> None:
        """One judge, so that nothing is judged twice."""
        self.origins = Origins(self.index)

    def problems(self) -> list[str]:
        """One line for each text that is drawn and may be foreign."""
        for module in self.index.modules.values():
            if module.name.partition(".")[0] == APP:
                self._read(module)
        origins = self.origins
        found: set[str] = set()
        seen: set[tuple[Function, str]] = set()
        waiting = list(self._sinks)
        while waiting:
            sink = waiting.pop()
            for doubt in origins.doubts(sink.node, sink.scope):
                place = f"{sink.scope.module.name}:{sink.node.lineno}"
                if doubt.parameter is None:
                    found.add(f"{place}: {sink.by} gets what {doubt.why} ({doubt.place})")
                elif doubt.parameter not in seen:
                    seen.add(doubt.parameter)
                    callers = list(self._callers(origins, sink, doubt))
                    if callers:
                        waiting += callers
                    else:
                        found.add(f"{place}: {sink.by} gets what {doubt.why}, from callers unseen")
        return sorted(found)

    @property
    def sink_count(self) -> int:
        """How many places draw a text."""
        return len(self._sinks)

    def _callers(self, origins: Origins, sink: Sink, doubt: Doubt) -> Iterator[Sink]:
        """What each caller gives for a parameter; nothing when not all callers can be seen."""
        if doubt.parameter is None:
            return
        function, name = doubt.parameter
        called = function.node.name
        if called == "__init__" and function.owner is not None:
            called = function.owner.name
        if function in self._passed:
            return
        for call, scope in self._calls[called]:
            if function in origins.callee_of(call, scope) or called == "super":
                for given in origins.arguments_for(call, function, name):
                    yield Sink(given, scope, f"{sink.by} by {called}()")

    def _widget_of(self, call: ast.Call, name: str, scope: Scope) -> str:
        """The widget of the library that a class of ours is made from, where it is one."""
        owner = scope.function.owner if scope.function else None
        if name == "__init__" and ast.unparse(call.func).startswith("super()") and owner:
            kinds = [owner]
        else:
            kinds = [kind for _module, kind in self.index.classes.get(name, [])]
            if any(_has_constructor(kind) for kind in kinds):
                return name
        bases = {ast.unparse(base) for kind in kinds for base in kind.bases}
        return next(iter(sorted(bases & WIDGETS)), name)

    def _is_ours(self, call: ast.Call, scope: Scope) -> bool:
        """Whether the method belongs to a container, or to a class of ours that is looked into."""
        if not isinstance(call.func, ast.Attribute):
            return False
        name = call.func.attr
        owners = self.origins.classes_of(call.func.value, scope)
        if any(one.owner and one.owner.name in owners for one in self.index.functions[name]):
            return True
        return name == "update" and self.origins.is_container(call.func.value, scope)

    def _read(self, module: Module) -> None:
        scopes = self._scopes(module)
        called: set[int] = set()
        for node in ast.walk(module.tree):
            scope = Scope(module, scopes.get(id(node)))
            match node:
                case ast.Call():
                    called.add(id(node.func))
                    self._read_call(node, scope)
                case ast.Assign(targets=[ast.Attribute(owner, attr)], value=value):
                    if attr in ATTRIBUTES or _is_field(owner, attr, module):
                        self._sinks.append(Sink(value, scope, attr))
                case _:
                    pass
        for node in ast.walk(module.tree):
            match node:
                case ast.Attribute(ctx=ast.Load()) | ast.Name(ctx=ast.Load()):
                    if id(node) not in called:
                        scope = Scope(module, scopes.get(id(node)))
                        self._passed |= self._handed_on(node, scope)
                case _:
                    pass

    def _read_call(self, node: ast.Call, scope: Scope) -> None:
        name = _name_of(node.func)
        self._calls[name].append((node, scope))
        if scope.module.name not in TRUSTED and not self._is_ours(node, scope):
            self._sinks += _drawn(node, self._widget_of(node, name, scope), scope)

    def _scopes(self, module: Module) -> dict[int, Function]:
        """The innermost function around each node."""
        functions = [
            one for named in self.index.functions.values() for one in named if one.module is module
        ]
        functions.sort(key=_depth)
        return {id(node): one for one in functions for node in ast.walk(one.node)}

    def _handed_on(self, node: ast.Attribute | ast.Name, scope: Scope) -> set[Function]:
        """The functions that are given away here, so that not all of their callers are seen."""
        if isinstance(node, ast.Name):
            found = self.index.function_of(scope.module, node.id)
            return {found} if found else set()
        owners = self.origins.classes_of(node.value, scope)
        methods = [one for one in self.index.functions.get(node.attr, []) if one.owner]
        if owners and any(one.owner.name in owners for one in self.index.attributes[node.attr]):
            return set()
        return {
            one
            for one in methods
            if not owners or (one.owner is not None and one.owner.name in owners)
        }


def _depth(function: Function) -> int:
    return 0 if function.outer is None else 1 + _depth(function.outer)


def _is_field(owner: ast.expr, attribute: str, module: Module) -> bool:
    """Whether this is what stands in a field; one that writes on itself is tested for it."""
    return (
        attribute == "value"
        and ast.unparse(owner) != "self"
        and module.name.startswith("inhouse.tui")
    )


def _has_constructor(kind: ast.ClassDef) -> bool:
    names = {one.name for one in kind.body if isinstance(one, ast.FunctionDef)}
    return "__init__" in names


def _drawn(call: ast.Call, name: str, scope: Scope) -> Iterator[Sink]:
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(receiver, ast.Name) and receiver.id in {"Content", "Text"}:
        name = receiver.id
    is_printed = name in PRINTERS and receiver is None
    is_super = receiver is not None and ast.unparse(receiver) == "super()"
    is_plain = receiver is None or is_super or name in {"Content", "Text"}
    is_made = name in WIDGETS | MAKERS and is_plain
    is_method = name in METHODS and receiver is not None
    if not (is_printed or is_made or is_method) or (is_method and _is_no_widget(call, name, scope)):
        return
    if is_made and _is_printable(call, scope.module):
        return
    for argument in _texts_of(call, name):
        yield Sink(argument, scope, name)
    for key in call.keywords:
        if key.arg is not None and key.arg not in NO_TEXT:
            yield Sink(key.value, scope, name)


def _texts_of(call: ast.Call, name: str) -> Sequence[ast.expr]:
    """The arguments that are texts: behind the first there are styles, except in `assemble`."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "assemble":
        return [one.elts[0] if isinstance(one, ast.Tuple) else one for one in call.args]
    return call.args[:1] if name in {"Content", "Text", "Segment", "Option"} else call.args


def _is_printable(call: ast.Call, module: Module) -> bool:
    """`SafeText(text) if text.isprintable() else …`: what is printable holds no control."""
    around = module.parents.get(id(call))
    asked = f"{ast.unparse(call.args[0])}.isprintable()" if call.args else ""
    return (
        isinstance(around, ast.IfExp) and around.body is call and ast.unparse(around.test) == asked
    )


def _is_no_widget(call: ast.Call, name: str, scope: Scope) -> bool:
    """Whether this is a method of a hash or of a file."""
    receiver = ast.unparse(call.func).rpartition(".")[0]
    if name == "update":
        return not scope.module.name.startswith("inhouse.tui")
    if name == "write":
        return receiver.rpartition(".")[2] not in TERMINALS
    return name in TYPER and receiver != "typer"


def _name_of(node: ast.expr) -> str:
    match node:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
