"""What a way of loading a model costs, in bytes, on each device.

Weights, keys, values and recurrent states are those of the file's own tensors. The compute buffer
is an upper bound fitted to dry runs of llama.cpp (0.5B, 1.5B, 7B, a hybrid 4B and
27B; 2k to 65k tokens; see `compute_bytes`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import add
from typing import Literal

from inhouse_models.memory.device import Device, Kind
from inhouse_models.memory.shape import ModelShape

KvType = Literal["f16", "q8_0"]
# llama.cpp's own chunk size; smaller and larger ones read more slowly (llamacpp.md, section B).
UBATCH = 512
# Rows of logits per conversation: a draft of up to 16 tokens and the token before it.
LONGEST_DRAFT = 16
# A sequence to move states through, beside those of the conversations.
SPARE_SEQUENCES = 1
# The host's own program; then, for each token of the vocabulary, its piece and its place in the
# tables that hold answers to a grammar: 180 MiB in all for 151,936 tokens (scripts/bench/plan).
PROGRAM_BYTES = 64 * 1024**2
TOKEN_BYTES = 832
_BLOCK, _BLOCK_BYTES = 32, 34
_ROUNDING = 256


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to load a model. `context` in tokens per conversation.

    `gpu_layers` is llama.cpp's count: the last layers, and the output as one more. `repack` lets
    the CPU copy weights into a quicker order. `batch` tokens are read at once. `split` are shares
    of the cards, none to fill them one after the other.
    """

    context: int
    conversations: int = 1
    key_type: KvType = "f16"
    value_type: KvType = "f16"
    flash_attention: bool = False
    rollback: int = 0
    predict: bool = False
    gpu_layers: int = 0
    repack: bool = False
    vision_bytes: int = 0
    adapter_bytes: int = 0
    batch: int = UBATCH
    split: tuple[float, ...] = ()

    @property
    def cells(self) -> int:
        """Tokens that all conversations together can hold: llama.cpp's `n_ctx`, which it rounds."""
        return -(-self.context * self.conversations // _ROUNDING) * _ROUNDING

    @property
    def sequences(self) -> int:
        """Sequences of the context: llama.cpp's `n_seq_max`."""
        return self.conversations + SPARE_SEQUENCES

    @property
    def outputs(self) -> int:
        """Most rows of logits in one decode: llama.cpp's `n_outputs_max`."""
        return self.conversations * (1 + max(LONGEST_DRAFT, self.rollback)) + SPARE_SEQUENCES


@dataclass(frozen=True, slots=True)
class Load:
    """Bytes that lie on a device, by what they are for."""

    weights: int = 0
    repacked: int = 0
    kv: int = 0
    recurrent: int = 0
    compute: int = 0
    vision: int = 0
    adapters: int = 0
    program: int = 0
    checkpoints: int = 0
    store: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.parts)

    @property
    def parts(self) -> tuple[int, ...]:
        """Every amount, in the order of the fields."""
        # Written out since a search adds up hundreds of thousands of them.
        return (
            self.weights,
            self.repacked,
            self.kv,
            self.recurrent,
            self.compute,
            self.vision,
            self.adapters,
            self.program,
            self.checkpoints,
            self.store,
        )

    def __add__(self, other: "Load") -> "Load":
        """Both together."""
        return Load(*map(add, self.parts, other.parts))


@dataclass(frozen=True, slots=True)
class Placement:
    """What lies on each device, in their order, and how many layers on each card."""

    loads: tuple[Load, ...]
    split: tuple[int, ...]


def element_bytes(kind: KvType, count: int) -> int:
    """Bytes of `count` numbers of a key or value cache."""
    return count * 2 if kind == "f16" else count // _BLOCK * _BLOCK_BYTES


def kv_token_bytes(shape: ModelShape, setting: Setting) -> int:
    """Bytes that one token takes in all layers that keep keys and values."""
    return sum(_layer_token_bytes(shape, setting, layer) for layer in range(shape.blocks))


def _layer_token_bytes(shape: ModelShape, setting: Setting, layer: int) -> int:
    if shape.hybrid and layer >= shape.layers and not setting.predict:
        return 0
    heads = shape.kv_heads[layer]
    # Without flash attention the values of all layers are padded to the widest one.
    value_heads = heads if setting.flash_attention or not heads else max(shape.kv_heads)
    return element_bytes(setting.key_type, heads * shape.key_size) + element_bytes(
        setting.value_type, value_heads * shape.value_size
    )


def recurrent_bytes(shape: ModelShape, setting: Setting) -> int:
    """Bytes of the recurrent states of every sequence, with the rows to roll back to."""
    return shape.state_bytes * setting.sequences * (1 + setting.rollback)


def mask_bytes(setting: Setting) -> int:
    """Bytes of the matrix that says which token may see which; narrower for flash attention."""
    return setting.batch * setting.cells * (2 if setting.flash_attention else 4)


def compute_bytes(shape: ModelShape, setting: Setting, kind: Kind) -> int:
    """Upper bound of the compute buffer of a context.

    The mask is exact in the dry runs. Beside it lie some ten rows of the model's width, and then
    the widest of: attention scores (4 bytes x heads x cells per token, only without flash
    attention), the feed-forward part, the logits. One recurrent layer's rows come on top. CUDA's
    flash attention unpacks quantised keys and values of one layer to F16
    (ggml-cuda/fattn.cu, ggml_cuda_flash_attn_ext_get_alloc_size).
    """
    scores = 0 if setting.flash_attention else 4 * shape.heads * setting.cells * setting.batch
    logits = 4 * setting.outputs * shape.vocabulary
    widest = max(scores, 8 * shape.feed_forward * setting.batch, logits)
    layer_states = recurrent_bytes(shape, setting) // max(shape.recurrent_layers, 1)
    unpacked = 0
    if kind == "cuda" and setting.key_type != "f16":
        head_numbers = shape.key_size + shape.value_size
        unpacked = 2 * setting.cells * max(shape.kv_heads) * head_numbers
    rows = 40 * shape.width * setting.batch
    once = mask_bytes(setting) + rows + widest + layer_states + unpacked
    # A context of its own drafts with the prediction layers.
    return once * 2 if setting.predict else once


def place(shape: ModelShape, devices: Sequence[Device], setting: Setting) -> Placement | None:
    """Where everything lies, or None when it does not fit.

    Cards are filled one after the other with the output and the last layers; main memory, the last
    device, holds the first ones and the table that tokens are looked up in.
    """
    cards = devices[:-1]
    host_layers = shape.blocks + 1 - setting.gpu_layers if setting.gpu_layers else shape.blocks
    queue = [_layer_load(shape, setting, layer) for layer in range(host_layers, shape.blocks)]
    if setting.gpu_layers:
        queue.append(Load(weights=shape.output_bytes))
    limits = share_out(len(queue), setting.split, len(cards))
    queue.reverse()
    loads: list[Load] = []
    split: list[int] = []
    for card, limit in zip(cards, limits, strict=True):
        load = _card_load(shape, setting, card, first=not any(split))
        before = len(queue)
        while queue and before - len(queue) < limit and (load + queue[-1]).total <= card.usable:
            load += queue.pop()
        split.append(before - len(queue))
        loads.append(load if split[-1] else Load())
    if queue:
        return None
    loads.append(_host_load(shape, setting, host_layers, _shares(cards)))
    fits = free_host(devices, loads) >= 0
    return Placement(tuple(loads), tuple(split)) if fits else None


def share_out(layers: int, shares: Sequence[float], cards: int) -> list[int]:
    """How many layers each card gets at most: its share of them, as llama.cpp divides them; all
    of them where nobody has shared them out."""
    if not sum(shares[:cards]):
        return [layers] * cards
    sums = list(accumulate([*shares[:cards], *[0.0] * (cards - len(shares))]))
    ends = [round(layers * one / sums[-1]) for one in sums]
    return [end - start for start, end in pairwise([0, *ends])]


def free_host(devices: Sequence[Device], loads: Sequence[Load]) -> int:
    """Usable bytes left in main memory; what cards borrow from it is taken off."""
    pairs = zip(devices, loads, strict=True)
    taken = sum(load.total for device, load in pairs if device.kind in ("cpu", "metal"))
    return devices[-1].usable - taken


def demand(shape: ModelShape, setting: Setting, kind: Kind) -> int:
    """Bytes that a setting needs in all, wherever they lie."""
    layers = [_layer_load(shape, setting, layer) for layer in range(shape.blocks)]
    repacked = shape.repacked_bytes if setting.repack and not setting.gpu_layers else 0
    compute = compute_bytes(shape, setting, kind)
    tables = shape.table_bytes + (0 if shape.tied else shape.output_bytes)
    rest = Load(tables, repacked, compute=compute) + _companions(setting)
    return sum((load.total for load in layers), rest.total)


def program_bytes(shape: ModelShape) -> int:
    """Bytes of the engine's own program and of what it knows of the vocabulary."""
    return PROGRAM_BYTES + TOKEN_BYTES * shape.vocabulary


def _companions(setting: Setting) -> Load:
    """Files that are loaded beside the model."""
    return Load(vision=setting.vision_bytes, adapters=setting.adapter_bytes)


def _shares(cards: Sequence[Device]) -> bool:
    return any(card.kind == "metal" for card in cards)


def _layer_load(shape: ModelShape, setting: Setting, layer: int) -> Load:
    recurrent = shape.hybrid and not shape.kv_heads[layer]
    # Layers that predict are left in the file when they do not draft.
    loaded = layer < shape.layers or setting.predict
    states = -(-recurrent_bytes(shape, setting) // max(shape.recurrent_layers, 1))
    return Load(
        weights=shape.layer_weights[layer] if loaded else 0,
        kv=_layer_token_bytes(shape, setting, layer) * setting.cells,
        recurrent=states if recurrent else 0,
    )


def _card_load(shape: ModelShape, setting: Setting, card: Device, *, first: bool) -> Load:
    """What a card holds beside layers."""
    compute = compute_bytes(shape, setting, card.kind)
    if setting.gpu_layers <= shape.blocks:
        # Long inputs send the weights of layers that lie in main memory over, one at a time.
        compute += shape.layer_bytes
    return Load(compute=compute) + (_companions(setting) if first else Load())


def _host_load(shape: ModelShape, setting: Setting, layers: int, shared: bool) -> Load:
    """What main memory holds with the first `layers` layers."""
    load = Load(program=program_bytes(shape))
    for layer in range(layers):
        load += _layer_load(shape, setting, layer)
    if layers:
        compute = compute_bytes(shape, setting, "cpu")
    else:
        compute = mask_bytes(setting) + 4 * shape.width * setting.batch
    # Where memory is shared a table that is also the output is mapped once.
    mapped = shared and setting.gpu_layers and shape.tied
    table = 0 if mapped else shape.table_bytes
    if not setting.gpu_layers and not shape.tied:
        table += shape.output_bytes
    # With a card in use, its pinned memory comes before the CPU's own order of weights.
    repacked = shape.repacked_bytes if setting.repack and not setting.gpu_layers else 0
    load += Load(table, repacked, compute=compute)
    return load if setting.gpu_layers else load + _companions(setting)
