"""Options of a command as the fields of one value, for typer to read."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Options = TypeVar("Options", bound="DataclassInstance")


def takes(kind: type[Options], action: Callable[[Options], None]) -> Callable[..., None]:
    """A function with one parameter for every field of a dataclass, which it gives to `action`.

    What commands share stands in a base class, and behind their own options in the help.
    """

    def command(**given: object) -> None:
        action(kind(**given))

    hints = get_type_hints(kind, include_extras=True)
    command.__signature__ = inspect.Signature(_parameters(kind))  # pyright: ignore[reportFunctionMemberAccess] - inspect reads it
    command.__annotations__ = {field.name: hints[field.name] for field in fields(kind)}
    command.__doc__ = action.__doc__
    return command


def _parameters(kind: "type[DataclassInstance]") -> list[inspect.Parameter]:
    """One parameter a field, those of the class itself first, those of the last base last."""
    named = inspect.signature(kind).parameters
    own_first = dict.fromkeys(
        name for one in kind.__mro__ for name in vars(one).get("__annotations__", {})
    )
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [named[name].replace(kind=keyword) for name in own_first if name in named]
