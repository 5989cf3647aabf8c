"""Which context a model has on graphics cards of some sizes, before one is bought or pulled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inhouse_models.machine import GIB
from inhouse_models.memory.choose import CARD_DRAFTING, FLOOR_CONTEXT, GOAL_CONTEXT, choose
from inhouse_models.memory.cost import KvType, Setting
from inhouse_models.memory.device import Device
from inhouse_models.memory.shape import ModelShape
from inhouse_models.memory.wish import Wish

CARD_SIZES = (8, 12, 16, 20, 24, 32, 48)
# What a screen and a driver have of a card before a model is loaded.
TAKEN = GIB // 2
HOST = Device("main memory", "cpu", 32 * GIB, 28 * GIB)


@dataclass(frozen=True, slots=True)
class CardFit:
    """Tokens of context, type of keys and values, and how many drafted tokens can be taken back."""

    context: int
    keys: KvType
    drafts: int


def fit_on_card(shape: ModelShape, gib: float) -> CardFit | None:
    """How a model lies on an NVIDIA card of so many GiB and nowhere else; None when it does not.

    Drafts are given up where they leave less than 65,536 tokens and it has more without them.
    """
    size = int(gib * GIB)
    devices = (Device("card", "cuda", size, max(size - TAKEN, 0)), HOST)
    wish = Wish(gpu_layers=-1, drafting=CARD_DRAFTING)
    best = choose(shape, devices, wish)
    if best is None or best.context < min(GOAL_CONTEXT, shape.trained_context):
        plain = choose(shape, devices, replace(wish, drafting=0))
        best = _longer(best, plain)
    if best is None or best.context < min(FLOOR_CONTEXT, shape.trained_context):
        return None
    return CardFit(best.context, best.key_type, best.rollback)


def _longer(one: Setting | None, other: Setting | None) -> Setting | None:
    found = [setting for setting in (one, other) if setting]
    return max(found, key=lambda setting: setting.context, default=None)


def fits_table(
    shapes: dict[str, ModelShape], sizes: Sequence[int] = CARD_SIZES
) -> tuple[tuple[str, ...], ...]:
    """A row for each model with its context on each card; a heading comes first."""
    heading = ("model", *(f"{size} GB" for size in sizes))
    rows = ((name, *(describe_fit(fit_on_card(shape, size)) for size in sizes))
            for name, shape in shapes.items())  # fmt: skip
    return (heading, *rows)


def describe_fit(fit: CardFit | None) -> str:
    """Such as `65,536` or `65,536 q8_0`."""
    if fit is None:
        return "-"
    return f"{fit.context:,}" if fit.keys == "f16" else f"{fit.context:,} {fit.keys}"
