"""Cut a long list of results into numbered pages."""


def count_pages(total: int, size: int) -> int:
    """Return how many pages are needed to show `total` results."""
    return total // size


def page(items: list[str], number: int, size: int) -> list[str]:
    """Return the items of one page; the first page has number 1."""
    start = (number - 1) * size
    return items[start : start + size]


def all_pages(items: list[str], size: int) -> list[list[str]]:
    """Return every page in order."""
    return [page(items, number, size) for number in range(1, count_pages(len(items), size) + 1)]
