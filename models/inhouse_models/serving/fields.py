"""Reads the JSON of other programs field by field, and says which one is wrong."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, cast

Json = Mapping[str, Any]
TEXTS = "has to be a text or a list of texts, none of them empty"


class FieldError(ValueError):
    """A field that cannot be used: its name, and a sentence."""

    def __init__(self, param: str, text: str) -> None:
        super().__init__(text)
        self.param = param
        self.text = text


class Fields:
    """A JSON object. Fields that are missing or null have their default; those that nobody asks
    for mean nothing. Whatever is wrong raises FieldError."""

    def __init__(self, data: object, path: str = "") -> None:
        if not isinstance(data, dict):
            raise FieldError(path.rstrip("."), f"{path.rstrip('.') or 'The body'} is no object.")
        self._data = cast("Json", data)
        self._path = path

    @property
    def data(self) -> Json:
        """The object as it came."""
        return self._data

    def name(self, key: str) -> str:
        """A field as the sender would call it, such as `messages[0].role`."""
        return f"{self._path}{key}"

    def wrong(self, key: str, text: str) -> FieldError:
        """What to raise: `text` goes on behind the field's name."""
        return FieldError(self.name(key), f"{self.name(key)} {text}.")

    def get(self, key: str) -> Any:
        """The value as it is, None for none."""
        return self._data.get(key)

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        value = self.get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self.wrong(key, "has to be a text")
        return value

    def required_text(self, key: str) -> str:
        """A text that is there and not empty."""
        if not (value := self.text(key)):
            raise self.wrong(key, "is missing")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(key, "has to be true or false")
        return value

    def number(self, key: str, low: float, high: float) -> float | None:
        """A number between two others; None for none."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, "has to be a number")
        if not (math.isfinite(value) and low <= value <= high):
            raise self.wrong(key, f"has to be between {low:g} and {high:g}")
        return float(value)

    def integer(self, key: str, low: int, high: int) -> int | None:
        """A whole number between two others; None for none."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(key, "has to be a whole number")
        if not low <= value <= high:
            raise self.wrong(key, f"has to be between {low} and {high}")
        return value

    def texts(self, key: str, most: int) -> tuple[str, ...]:
        """A text or a list of at most so many; none of them empty."""
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, str | list):
            raise self.wrong(key, TEXTS)
        given = [value] if isinstance(value, str) else cast("list[object]", value)
        texts = tuple(one for one in given if isinstance(one, str) and one)
        if len(texts) < len(given):
            raise self.wrong(key, TEXTS)
        if len(texts) > most:
            raise self.wrong(key, f"has more than {most} texts")
        return texts

    def inner(self, key: str) -> "Fields | None":
        """An object in this one; None for none."""
        value = self.get(key)
        return None if value is None else Fields(value, f"{self.name(key)}.")

    def objects(self, key: str) -> Iterator["Fields"]:
        """The objects of a list."""
        value = self.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.wrong(key, "has to be a list")
        for place, one in enumerate(cast("list[object]", value)):
            yield Fields(one, f"{self.name(key)}[{place}].")

    def schema(self, key: str) -> Json:
        """A JSON object that is taken as it is."""
        value = self.get(key)
        if not isinstance(value, dict):
            raise self.wrong(key, "has to be an object")
        return cast("Json", value)

    def refuse(self, neutral: Mapping[str, tuple[object, ...]]) -> None:
        """Refuse fields that would change the answer and are not known here, unless they have one
        of the values that change nothing."""
        for key, values in neutral.items():
            value = self.get(key)
            if value is not None and value not in values:
                raise self.wrong(key, "is not supported here: leave it out")
