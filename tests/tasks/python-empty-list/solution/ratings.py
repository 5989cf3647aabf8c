"""Ratings of a book, one to five stars."""


def average(ratings: list[int]) -> float:
    """Return the mean of the ratings, 0.0 when there are none."""
    if not ratings:
        return 0.0
    return sum(ratings) / len(ratings)


def stars(ratings: list[int]) -> str:
    """Draw the rounded average as five characters."""
    full = round(average(ratings))
    return "*" * full + "." * (5 - full)
