"""What it costs to send an order."""

FREE_FROM = 50
STANDARD = 5
EXPRESS = 12


def is_free(total: float, member: bool) -> bool:
    """Say whether an order ships for free: members only, from 50 on."""
    return total >= FREE_FROM or member


def shipping_cost(total: float, member: bool = False, express: bool = False) -> int:
    """Return the price of shipping; express is never free."""
    if express:
        return EXPRESS
    if is_free(total, member):
        return 0
    return STANDARD
