"""Amounts of money, in cents."""


def format_cents(cents):
    """Return an amount as it is printed."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
