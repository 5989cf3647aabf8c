"""The sum of an invoice as text."""

from invoice.lines import calc


def report(lines: list[tuple[str, float, int]]) -> str:
    """Return one row per line and the sum at the end."""
    rows = []
    total = 0.0
    for name, price, count in lines:
        amount = calc(price, count)
        total += amount
        rows.append(f"{name}: {amount:.2f}")
    rows.append(f"total: {total:.2f}")
    return "\n".join(rows)
