"""Times and shares as a person reads them."""

from inhouse.live.spelling import spell_seconds


def duration(seconds: float) -> str:
    """Such as `3.2 s`, `47 s`, `1 min 04 s` or `2 h 05 min`."""
    return spell_seconds(seconds)


def percent(done: int, total: int) -> str:
    """The share of `done` in `total`, such as `34 %`; empty when the total is not known."""
    return f"{min(100, 100 * done // total)} %" if total > 0 else ""
