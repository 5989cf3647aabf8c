"""Finds the best way to load a model that fits: everything on the cards, else as much as fits.

Every rule gives more context with more memory, never less.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inhouse_models.memory.cost import UBATCH, KvType, Setting, free_host, place
from inhouse_models.memory.device import Device
from inhouse_models.memory.shape import ModelShape
from inhouse_models.memory.wish import Wish

STEP = 1024
# An agent's prompt, a few files and an answer; below this, layers go to main memory instead.
# Also what a processor gets, which reads some 50 tokens a second, unless more is asked for.
FLOOR_CONTEXT = 16_384
# Less is not worth loading a model for.
LEAST_CONTEXT = 4_096
# Keys and values are quantised to come this far, not to go further.
GOAL_CONTEXT = 65_536
CARD_CONTEXT = 131_072
QUANTISED_BLOCK = 32
# More than the wildest numbers of a damaged header can ask for.
ENDLESS = 2**400
# Rows of recurrent state are dear: drafts of about this length pay on a card (perf.md, section 2).
CARD_DRAFTING = 3
# A long context is of little use when nothing of it can be kept for the next question.
CHECKPOINT_RESERVE = 8
STORE_RESERVE = 512 * 1024**2


def choose(shape: ModelShape, devices: Sequence[Device], wish: Wish) -> Setting | None:
    """The setting to load with, or None when nothing that keeps to the wish fits.

    `devices` are cards, then main memory.
    """
    if wish.drafting is not None:
        return _Chooser(shape, devices, wish).choose()
    drafting = replace(wish, drafting=CARD_DRAFTING)
    setting = _Chooser(shape, devices, drafting).choose()
    if setting and setting.gpu_layers > shape.blocks:
        return setting
    # More layers on the cards are worth more than drafts; drafts pay only where all of them are.
    plain = replace(wish, drafting=0)
    short = replace(plain, context=wish.context or FLOOR_CONTEXT)
    return _Chooser(shape, devices, short).choose() or _Chooser(shape, devices, plain).choose()


def ideal(shape: ModelShape, devices: Sequence[Device], wish: Wish) -> Setting:
    """What would be loaded if memory were no matter: to say how much is missing."""
    plenty = [replace(device, total=ENDLESS, free=ENDLESS) for device in devices]
    smallest = replace(wish, context=wish.context or min(shape.trained_context, FLOOR_CONTEXT))
    chosen = choose(shape, plenty, smallest)
    if chosen is None:
        raise ValueError("a model does not fit into endless memory")
    return replace(chosen, repack=False)


@dataclass(frozen=True, slots=True)
class _Chooser:
    shape: ModelShape
    devices: Sequence[Device]
    wish: Wish

    def choose(self) -> Setting | None:
        top = self.shape.blocks + 1
        wished = self.wish.gpu_layers
        if len(self.devices) == 1 or wished == 0:
            return self.on_cpu() or self.short_on_cpu()
        if wished is not None:
            return self.on_cards(top if wished < 0 else min(wished, top), LEAST_CONTEXT)
        return self.on_cards(top, FLOOR_CONTEXT) or self.on_both() or self.on_cpu() or self.short()

    def on_cards(self, layers: int, floor: int) -> Setting | None:
        """This many layers on the cards, with the best context of at least `floor`."""
        if self.wish.context:
            settings = (self.on_card(layers, self.context, kind) for kind in self.card_types())
            return next((setting for setting in settings if self.fits(setting)), None)
        limit = min(self.shape.trained_context, CARD_CONTEXT)
        goal = min(limit, GOAL_CONTEXT)
        best: Setting | None = None
        for number, kind in enumerate(self.card_types()):
            found = self.largest(self.on_card(layers, goal if number else limit, kind))
            if found and (best is None or found.context > best.context):
                best = found
            if best and best.context >= goal:
                break
        return best if best and best.context >= min(floor, limit) else None

    def on_both(self) -> Setting | None:
        """The last layers on the cards, as many as fit, and the first ones in main memory."""
        kind = self.card_types()[0]
        for layers in range(self.shape.blocks, 0, -1):
            setting = self.on_card(layers, self.context, kind)
            if self.fits(setting):
                return setting
        return None

    def on_cpu(self) -> Setting | None:
        """Everything in main memory, in the quickest way that fits."""
        orders = (True, False) if self.shape.repacked_bytes else (False,)
        for repack in orders:
            for flash in self.flash_in_memory:
                setting = self.in_memory(self.context, repack=repack, flash=flash)
                if self.fits(setting):
                    return setting
        return None

    def short_on_cpu(self) -> Setting | None:
        """Everything in main memory with less context than usual, in the way that takes least."""
        if self.wish.context:
            return None
        flash = self.flash_in_memory[-1]
        found = self.largest(self.in_memory(self.context, repack=False, flash=flash))
        least = min(LEAST_CONTEXT, self.shape.trained_context)
        return found if found and found.context >= least else None

    def short(self) -> Setting | None:
        """What has most context where nothing reaches the usual one."""
        if self.wish.context:
            return None
        found = [self.on_cards(self.shape.blocks + 1, LEAST_CONTEXT), self.short_on_cpu()]
        return max((one for one in found if one), key=lambda one: one.context, default=None)

    @property
    def context(self) -> int:
        """The wished context, else the least one that is comfortable; never above the training."""
        return min(self.wish.context or FLOOR_CONTEXT, self.shape.trained_context)

    def card_types(self) -> tuple[KvType, ...]:
        """Types of keys and values to try on the cards, the best one first."""
        flash = self.wish.flash_attention is not False
        if not self.quantisable or self.wish.kv_type == "f16":
            return ("f16",)
        if self.wish.kv_type:
            return (self.wish.kv_type,)
        return ("f16", "q8_0") if flash and self.devices[0].kind == "cuda" else ("f16",)

    @property
    def flash_in_memory(self) -> tuple[bool, ...]:
        """Whether to have flash attention in main memory: as wished, else rather not."""
        wished = self.wish.flash_attention
        return (False, True) if wished is None else (wished,)

    @property
    def quantisable(self) -> bool:
        """Whether the rows of a head divide into blocks, as llama.cpp demands."""
        sizes = (self.shape.key_size, self.shape.value_size)
        return all(size % QUANTISED_BLOCK == 0 for size in sizes)

    def on_card(self, layers: int, context: int, kind: KvType) -> Setting:
        """A setting with layers on the cards; only there flash attention costs nothing."""
        flash = self.wish.flash_attention is not False
        return replace(
            self.base,
            context=context,
            key_type=kind,
            value_type=kind if flash else "f16",
            flash_attention=flash,
            gpu_layers=layers,
        )

    def in_memory(self, context: int, *, repack: bool, flash: bool) -> Setting:
        """Keys may be quantised, which costs nothing; quantised values halve a CPU's speed."""
        kind = self.wish.kv_type if self.wish.kv_type and self.quantisable else "f16"
        return replace(
            self.base, context=context, key_type=kind, flash_attention=flash, repack=repack
        )

    @property
    def base(self) -> Setting:
        """What the wish alone decides."""
        drafting = max(self.wish.drafting or 0, 0)
        return Setting(
            context=0,
            conversations=self.wish.conversations,
            rollback=drafting if self.shape.hybrid else 0,
            predict=bool(drafting and self.shape.prediction_layers),
            vision_bytes=self.wish.vision_bytes,
            adapter_bytes=self.wish.adapter_bytes,
            batch=self.wish.batch or UBATCH,
            split=self.wish.split,
        )

    def fits(self, setting: Setting) -> bool:
        """Whether it fits; a context of our own choice also leaves room for the prefix store."""
        placement = place(self.shape, self.devices, setting)
        if placement is None:
            return False
        if self.wish.context or setting.context <= FLOOR_CONTEXT:
            return True
        reserve = STORE_RESERVE + CHECKPOINT_RESERVE * self.shape.state_bytes
        return free_host(self.devices, placement.loads) >= reserve

    def largest(self, setting: Setting) -> Setting | None:
        """The setting with as much of its context as fits, in whole steps."""
        least, most = 0, -(-setting.context // STEP)
        found: Setting | None = None
        while least < most:
            steps = (least + most + 1) // 2
            shorter = replace(setting, context=min(steps * STEP, setting.context))
            if self.fits(shorter):
                found, least = shorter, steps
            else:
                most = steps - 1
        return found
