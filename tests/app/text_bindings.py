"""What names are bound to in our code, and what is seen of a value without following it."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.app.code_index import Attribute, Function, Module
from tests.app.text_words import GROWING, PRINTED_NUMBER

# The fields of each kind of expression whose text stands in it.
PARTS: Mapping[type[ast.expr], tuple[str, ...]] = {
    ast.JoinedStr: ("values",),
    ast.BoolOp: ("values",),
    ast.Dict: ("values",),
    ast.FormattedValue: ("value",),
    ast.Starred: ("value",),
    ast.Await: ("value",),
    ast.NamedExpr: ("value",),
    ast.Subscript: ("value",),
    ast.UnaryOp: ("operand",),
    ast.IfExp: ("body", "orelse"),
    ast.BinOp: ("left", "right"),
    ast.List: ("elts",),
    ast.Tuple: ("elts",),
    ast.Set: ("elts",),
    ast.ListComp: ("elt",),
    ast.SetComp: ("elt",),
    ast.GeneratorExp: ("elt",),
    ast.DictComp: ("value",),
}


def parts_of(node: ast.expr) -> list[ast.expr] | None:
    """The expressions whose text an expression holds; None where that has to be followed."""
    fields = PARTS.get(type(node))
    if fields is None:
        return None
    if isinstance(node, ast.IfExp) and asks_printable(node.test, node.body):
        fields = ("orelse",)
    found: list[ast.expr] = []
    for name in fields:
        value: ast.expr | list[ast.expr] = getattr(node, name)
        found += value if isinstance(value, list) else [value]
    return found


def is_own_words(node: ast.expr) -> bool:
    """Whether an expression is a word of ours, a number or a truth value by itself."""
    match node:
        case ast.Constant() | ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Lambda():
            return True
        case ast.FormattedValue(conversion=code, format_spec=spec):
            return shows_safely(code, spec)
        case _:
            return False


def assigned(
    node: ast.AST, is_own_type: Callable[[ast.expr | None], bool]
) -> Iterator[tuple[str, ast.expr | None]]:
    """Every name that a function binds, with a value for it; None where a pattern binds it."""
    for one in ast.walk(node):
        match one:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from pairs(target, value)
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                plain = is_own_type(annotation) and not makes_container(value)
                own = ast.Constant(0) if plain else value
                yield from pairs(target, own or ast.Constant(0))
            case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target, value):
                yield from pairs(target, value)
            case ast.For() | ast.AsyncFor():
                yield from pairs(one.target, one.iter)
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                yield from pairs(target, value)
            case (
                ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.ExceptHandler(name=str(name))
            ):
                yield name, None
            case ast.Call(func=ast.Attribute(ast.Name(name), attr)) if attr in GROWING:
                yield from ((name, value) for value in one.args)
            case _:
                pass


def bound_near(node: ast.Name, module: Module) -> ast.expr | None:
    """What a comprehension or lambda around a name binds it to."""
    around: ast.AST | None = node
    while around is not None and not isinstance(around, ast.stmt):
        match around:
            case (
                ast.ListComp(generators=parts)
                | ast.SetComp(generators=parts)
                | ast.DictComp(generators=parts)
                | ast.GeneratorExp(generators=parts)
            ):
                for part in reversed(parts):
                    for name, value in pairs(part.target, part.iter):
                        if name == node.id and not holds(part.iter, node):
                            return value
            case ast.Lambda(args=arguments) if node.id in {one.arg for one in arguments.args}:
                return ast.Yield(lineno=node.lineno)
            case _:
                pass
        around = module.parents.get(id(around))
    return None


def holds(outer: ast.AST, node: ast.AST) -> bool:
    return any(inner is node for inner in ast.walk(outer))


def pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr | None]]:
    match target, value:
        case ast.Name(name), _:
            yield name, value
        case ast.Subscript(value=ast.Name(name)), _:
            yield name, value
        case ((ast.Tuple(targets) | ast.List(targets)), (ast.Tuple(values) | ast.List(values))):
            if len(targets) == len(values):
                for one, part in zip(targets, values, strict=True):
                    yield from pairs(one, part)
            else:
                yield from ((name, value) for one in targets for name, _ in pairs(one, value))
        case ((ast.Tuple(targets) | ast.List(targets)), _):
            for one in targets:
                yield from pairs(one, value)
        case ast.Starred(inner), _:
            yield from pairs(inner, value)
        case _:
            return


def returns_of(node: ast.AST) -> Iterator[ast.expr | None]:
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(one, ast.Return | ast.Yield | ast.YieldFrom):
            yield one.value
        yield from returns_of(one)


def shows_safely(conversion: int, spec: ast.expr | None) -> bool:
    """Whether a replacement field can only print a number, or escapes what it prints."""
    if conversion in {ord("r"), ord("a")}:
        return True
    match spec:
        case ast.JoinedStr([*_, ast.Constant(str(text))]):
            return text[-1:] in PRINTED_NUMBER
        case _:
            return False


def makes_container(node: ast.expr | None) -> bool:
    match node:
        case ast.Dict() | ast.Set() | ast.DictComp() | ast.SetComp():
            return True
        case ast.Call(func=function):
            return ast.unparse(function).partition("[")[0] in {"set", "dict", "dict.fromkeys"}
        case _:
            return False


def names_container(annotation: ast.expr | None) -> bool:
    name = ast.unparse(annotation).partition("[")[0] if annotation else ""
    return name in {"dict", "set", "Counter"}


def asks_printable(test: ast.expr, text: ast.expr) -> bool:
    """`text if text.isprintable() else …`: what is printable holds no control."""
    return ast.unparse(test) == f"{ast.unparse(text)}.isprintable()"


def telling(known: Sequence[Attribute]) -> Sequence[Attribute]:
    """Of several places in one class the annotated one says what the attribute is."""
    annotated = {id(one.owner) for one in known if one.annotation is not None}
    return [one for one in known if one.annotation is not None or id(one.owner) not in annotated]


def is_constant(annotation: ast.expr) -> bool:
    return ast.unparse(annotation).startswith(("ClassVar", "Final"))


def is_property(function: Function) -> bool:
    names = {ast.unparse(one) for one in function.node.decorator_list}
    return not names.isdisjoint({"property", "cached_property"})


def keyword_only(function: Function, name: str) -> bool:
    return any(one.arg == name for one in function.node.args.kwonlyargs)


def count(function: Function) -> int:
    arguments = function.node.args
    starred = [one for one in (arguments.vararg, arguments.kwarg) if one]
    return sum(map(len, (arguments.posonlyargs, arguments.args, arguments.kwonlyargs, starred)))
