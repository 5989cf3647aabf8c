"""How times and sizes are spelt for people."""

from typing import Final

MINUTE: Final = 60
HOUR: Final = 3600
TENTHS_BELOW: Final = 10


def spell_seconds(seconds: float, *, tenths: bool = True) -> str:
    """A duration such as `3.2 s`, `1 min 04 s` or `2 h 05 min`; an estimate has no tenths."""
    if tenths and seconds < TENTHS_BELOW - 0.05:
        return f"{max(seconds, 0):.1f} s"
    whole = round(max(seconds, 0))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE:02} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE:02} min"


def spell_size(size: int) -> str:
    """Bytes such as `640 MB` or `1.2 GB`."""
    if size < 1_000_000:
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e6:.0f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"


def spell_count(count: int, one: str, many: str = "") -> str:
    """A number and its noun: `1 answer`, `1,200 answers`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
