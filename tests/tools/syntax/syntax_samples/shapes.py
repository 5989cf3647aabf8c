"""Shapes and their areas."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

LIMIT = 10
NAMES: dict[str, int] = {}


# What every shape can say.
class Shape:
    """A shape."""

    def area(self) -> float:
        """Its area."""
        return 0.0

    @property
    def double(self) -> float:
        return 2 * self.area()


@dataclass(frozen=True)
class Circle(Shape):
    radius: float

    def area(self) -> float:
        def square(value: float) -> float:
            return value * value

        return math.pi * square(self.radius)


def total(
    shapes: Iterable[Shape],  # any number
    *,
    limit: int = LIMIT,
) -> float:
    return sum(shape.area() for shape in list(shapes)[:limit])


async def later(shape: Shape) -> str:
    return f"total {total([shape])}"
