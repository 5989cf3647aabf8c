"""Says of every choice in a plan why it was made, in a sentence for a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from inhouse_models.machine import GIB
from inhouse_models.memory.choose import CARD_CONTEXT, CHECKPOINT_RESERVE, GOAL_CONTEXT
from inhouse_models.memory.cost import Load, Setting, kv_token_bytes
from inhouse_models.memory.device import Device
from inhouse_models.memory.shape import ModelShape
from inhouse_models.memory.wish import Wish

MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a part of a plan is as it is. A `warning` is what the person may want to change."""

    what: str
    text: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """All that the sentences speak of."""

    shape: ModelShape
    devices: Sequence[Device]
    wish: Wish
    setting: Setting
    loads: Sequence[Load]
    checkpoints: int

    @property
    def cards(self) -> str:
        """The names of the cards that hold something."""
        pairs = zip(self.devices[:-1], self.loads, strict=False)
        return " and ".join(device.name for device, load in pairs if load.total)


def describe(size: int) -> str:
    """Bytes as a person reads them, in the units memory is sold in."""
    if size >= GIB:
        return f"{size / GIB:.1f} GiB"
    return f"{size / MIB:.0f} MiB" if size >= 10 * MIB else f"{size / 1024:.0f} KiB"


def explain(case: Case) -> tuple[Reason, ...]:
    """One reason per choice, in the order of a plan's fields."""
    found = (
        _layers(case),
        _context(case),
        _kv(case),
        _flash(case),
        _repack(case),
        _batch(case),
        _conversations(case),
        _rollback(case),
        _checkpoints(case),
        _store(case),
        _vision(case),
        _adapters(case),
    )
    return tuple(reason for reason in found if reason)


def _layers(case: Case) -> Reason:
    shape, layers = case.shape, case.setting.gpu_layers
    weights = describe(shape.weights)
    if layers > shape.blocks:
        text = f"All {shape.blocks} layers ({weights}) lie on {case.cards}."
        return Reason("layers", text)
    if layers:
        host = shape.blocks + 1 - layers
        room = describe(sum(device.usable for device in case.devices[:-1]))
        text = f"{host} of {shape.blocks} layers lie in main memory"
        if case.wish.gpu_layers is None:
            text += f", since the whole does not fit in the {room} that {case.cards} can give"
        text += ". Answers come several times more slowly; a smaller model would fit whole."
        return Reason("layers", text, warning=True)
    if len(case.devices) == 1:
        return Reason("layers", f"The weights ({weights}) lie in main memory: there is no GPU.")
    if case.wish.gpu_layers == 0:
        return Reason("layers", f"The weights ({weights}) lie in main memory, as asked for.")
    text = f"The weights ({weights}) lie in main memory: the GPU has no room for them."
    return Reason("layers", text, warning=True)


def _context(case: Case) -> Reason:
    context, trained, wished = case.setting.context, case.shape.trained_context, case.wish.context
    said = f"{context:,} tokens"
    if wished and wished > trained:
        return Reason("context", f"{said}: the model was not trained for the {wished:,} asked for.")
    if wished:
        return Reason("context", f"{said}, as asked for.")
    if context == trained:
        return Reason("context", f"{said}: all that the model was trained for.")
    if not case.setting.gpu_layers:
        text = f"{said}: a processor reads slowly; ask for more with --context."
    elif context == CARD_CONTEXT:
        text = f"{said}: there is room, and more has to be asked for with --context."
    else:
        text = f"{said}: as many as fit."
    return Reason("context", text)


def _kv(case: Case) -> Reason:
    setting = case.setting
    each = describe(kv_token_bytes(case.shape, setting))
    if setting.key_type == "f16":
        text = f"Keys and values are kept unquantised (f16), {each} per token."
        if case.wish.kv_type == "q8_0":
            text += " This model's heads do not divide into blocks of q8_0."
        return Reason("kv", text)
    if setting.value_type == "f16":
        return Reason(
            "kv",
            f"Keys are q8_0, as asked for, values f16, {each} per token: on a processor quantised"
            " values would halve the reading speed.",
        )
    if case.wish.kv_type:
        return Reason("kv", f"Keys and values are q8_0, as asked for, {each} per token.")
    if case.wish.context:
        text = f"Keys and values are q8_0, {each} per token: f16 does not fit with this context."
    else:
        goal = min(GOAL_CONTEXT, case.shape.trained_context)
        text = f"Keys and values are q8_0, {each} per token: f16 does not reach {goal:,} tokens."
    return Reason("kv", text)


def _flash(case: Case) -> Reason:
    if case.wish.flash_attention is not None:
        text = "On, as asked for." if case.setting.flash_attention else "Off, as asked for."
    elif not case.setting.flash_attention:
        text = "Off: on a processor it costs about a fifth of the reading speed."
    elif not case.setting.gpu_layers:
        text = "On, and reading a fifth slower, since the attention scores would not fit."
        return Reason("flash attention", text, warning=True)
    elif case.setting.value_type != "f16":
        text = "On: quantised values need it, and it saves memory."
    else:
        text = "On: it saves the memory of the attention scores."
    return Reason("flash attention", text)


def _repack(case: Case) -> Reason | None:
    if case.setting.gpu_layers or not case.shape.repacked_bytes:
        return None
    size = describe(case.shape.repacked_bytes)
    if case.setting.repack:
        text = f"Weights are copied into the order that suits the processor ({size} more)."
        return Reason("repack", text)
    text = f"Weights stay in the file's order, since a quicker copy ({size}) does not fit."
    return Reason("repack", text, warning=True)


def _batch(case: Case) -> Reason:
    size = f"{case.setting.batch} tokens at a time"
    asked = ", as asked for" if case.wish.batch else ""
    return Reason("batch", f"Input is read {size}{asked}, and may be stopped in between.")


def _conversations(case: Case) -> Reason:
    setting = case.setting
    count = f"{setting.conversations} at a time" if setting.conversations > 1 else "One at a time"
    text = f"{count}, and a spare sequence to move saved states through"
    if setting.conversations > 1:
        text += f"; together they hold {setting.cells:,} tokens"
    return Reason("conversations", f"{text}.")


def _rollback(case: Case) -> Reason | None:
    if not case.setting.rollback and case.shape.hybrid:
        if case.wish.drafting is not None:
            return None
        text = "None: drafts pay only where a GPU holds the whole model, and room for them beside."
        return Reason("rollback", text)
    if not case.shape.hybrid:
        return Reason("rollback", "Drafts of any length can be taken back: there is no state.")
    depth, state = case.setting.rollback, describe(case.shape.state_bytes)
    return Reason(
        "rollback",
        f"Up to {depth} drafted tokens can be taken back; each of them costs every sequence"
        f" {state}.",
    )


def _checkpoints(case: Case) -> Reason:
    if not case.shape.hybrid:
        return Reason("checkpoints", "None are needed: this model's state can be cut anywhere.")
    state = describe(case.shape.state_bytes)
    if case.checkpoints >= CHECKPOINT_RESERVE:
        text = f"{case.checkpoints} snapshots of {state} in main memory."
        return Reason("checkpoints", f"{text} After an edit only what follows one is read again.")
    text = f"Main memory has room for few snapshots of {state} ({case.checkpoints})"
    return Reason("checkpoints", f"{text}: after an edit much is read again.", warning=True)


def _store(case: Case) -> Reason:
    size = describe(case.loads[-1].store)
    return Reason("prefix store", f"At most {size} of main memory for what was read before.")


def _vision(case: Case) -> Reason | None:
    if not case.wish.vision_bytes:
        return None
    size = describe(case.wish.vision_bytes)
    return Reason("vision", f"The part that sees images takes {size} beside the model.")


def _adapters(case: Case) -> Reason | None:
    if not case.wish.adapter_bytes:
        return None
    size = describe(case.wish.adapter_bytes)
    return Reason("adapters", f"What the LoRA adapters change takes {size} beside the model.")
