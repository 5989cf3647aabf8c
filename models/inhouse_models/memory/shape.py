"""What of a model decides its memory: layers, heads, recurrent state, size of the weights.

Formulas: llama.cpp, src/llama-kv-cache.cpp and src/llama-hparams.cpp (n_embd_r, n_embd_s).
"""

from dataclasses import dataclass

from inhouse_models.gguf import GgufHeader
from inhouse_models.memory.weights import share_weights

# llama.cpp refuses more; a header must not make us build a list of billions.
LAYER_LIMIT = 512
NUMBER_LIMIT = 2**31
# Attention in every n-th layer, a recurrent state in the others (src/models/qwen35.cpp).
HYBRIDS = frozenset({"qwen35", "qwen35moe", "qwen3next"})
DEFAULT_INTERVAL = 4
# Keys of recurrent layers whose state has another form than the one below.
OTHER_STATES = ("ssm.conv_kernel", "wkv.head_size", "shortconv.l_cache", "kda.head_dim")


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """Why a model's memory cannot be planned, in a sentence for a person."""

    text: str


@dataclass(frozen=True, slots=True)
class ModelShape:
    """A model as far as memory is concerned; all sizes in bytes, all else counted.

    `kv_heads` has one number per layer, 0 where a layer is recurrent; layers that predict further
    tokens stand at its end. `state_bytes` is one recurrent state of all layers together (0 for
    attention-only models). `table_bytes` is the matrix of vocabulary x width that tokens are looked
    up in, which stays in main memory; `output_bytes` the one that makes logits, which goes to the
    cards with the last layer and is the same one in a `tied` model. `layer_weights` has the bytes
    of every layer. `repacked_bytes` is what the CPU copies into another order.
    """

    name: str
    layers: int
    prediction_layers: int
    kv_heads: tuple[int, ...]
    key_size: int
    value_size: int
    heads: int
    width: int
    feed_forward: int
    vocabulary: int
    trained_context: int
    weights: int
    table_bytes: int
    output_bytes: int
    tied: bool
    layer_weights: tuple[int, ...]
    repacked_bytes: int
    state_bytes: int
    state_width: int

    @property
    def hybrid(self) -> bool:
        """Whether some layers keep a running state that cannot be cut at any token."""
        return self.state_bytes > 0

    @property
    def blocks(self) -> int:
        """Layers of the file, those that predict further tokens included."""
        return self.layers + self.prediction_layers

    @property
    def attention_layers(self) -> int:
        """Layers that keep keys and values, without those that predict further tokens."""
        return sum(1 for heads in self.kv_heads[: self.layers] if heads)

    @property
    def recurrent_layers(self) -> int:
        """Layers that keep a running state."""
        return self.layers - self.attention_layers if self.hybrid else 0

    @property
    def layer_bytes(self) -> int:
        """Weights of the largest layer."""
        return max(self.layer_weights)


class _MissingError(Exception):
    """The header lacks a number, or has one that makes no sense; the text is its key."""


def read_shape(header: GgufHeader) -> ModelShape | ShapeFault:
    """The shape of the model with this header."""
    name = header.name or header.architecture or "the model"
    try:
        return _read(header, name)
    except _MissingError as error:
        return ShapeFault(
            f"The memory of {name} cannot be planned: its file does not say {error} in a way"
            " that makes sense."
        )


def _read(header: GgufHeader, name: str) -> ModelShape | ShapeFault:
    blocks = _number(header, "block_count", LAYER_LIMIT)
    predicting = _number(header, "nextn_predict_layers", blocks - 1, default=0)
    heads, width = _number(header, "attention.head_count"), _number(header, "embedding_length")
    layers = blocks - predicting
    state, state_width = 0, 0
    kv_heads = _read_kv_heads(header, blocks)
    if header.architecture in HYBRIDS:
        recurrent = _read_recurrent(header, layers, blocks)
        kv_heads = tuple(
            0 if gone else kept for kept, gone in zip(kv_heads, recurrent, strict=True)
        )
        state_width = _read_conv_width(header)
        state = sum(recurrent) * _read_layer_state(header, state_width)
    elif any(f"{header.architecture}.{key}" in header.metadata for key in OTHER_STATES):
        return ShapeFault(
            f"The memory of {name} cannot be planned: inhouse does not know the recurrent state"
            f" of the architecture {header.architecture}."
        )
    vocabulary = header.vocabulary_size or _number(header, "vocab_size")
    shares = share_weights(header, blocks, vocabulary * width)
    return ModelShape(
        name=name,
        layers=layers,
        prediction_layers=predicting,
        kv_heads=kv_heads,
        key_size=_number(header, "attention.key_length", default=width // heads),
        value_size=_number(header, "attention.value_length", default=width // heads),
        heads=heads,
        width=width,
        feed_forward=_read_feed_forward(header),
        vocabulary=vocabulary,
        trained_context=_number(header, "context_length"),
        weights=header.data_bytes,
        table_bytes=shares.table,
        output_bytes=shares.output,
        tied=shares.tied,
        layer_weights=shares.layers,
        repacked_bytes=shares.repacked,
        state_bytes=state,
        state_width=state_width,
    )


def _number(
    header: GgufHeader, key: str, limit: int = NUMBER_LIMIT, default: int | None = None
) -> int:
    """The whole number at a key of the architecture: positive, or the default when missing."""
    full = f"{header.architecture}.{key}"
    if full not in header.metadata and default is not None:
        return default
    value = header.integer(full, -1)
    least = 1 if default is None else min(default, 1)
    if not least <= value <= limit:
        raise _MissingError(full)
    return value


def _read_kv_heads(header: GgufHeader, blocks: int) -> tuple[int, ...]:
    """Key and value heads of each layer: one number for all, or a list."""
    key = f"{header.architecture}.attention.head_count_kv"
    value = header.metadata.get(key, header.head_count)
    listed = value if isinstance(value, tuple) else (value,) * blocks
    numbers = tuple(one for one in listed if isinstance(one, int) and 0 <= one < NUMBER_LIMIT)
    if len(numbers) != len(listed) or len(numbers) < blocks:
        raise _MissingError(key)
    return numbers[:blocks]


def _read_recurrent(header: GgufHeader, layers: int, blocks: int) -> tuple[bool, ...]:
    """Which layers are recurrent; layers that predict further tokens never are."""
    listed = header.metadata.get(f"{header.architecture}.attention.recurrent_layers")
    if isinstance(listed, tuple) and len(listed) >= layers:
        return tuple(bool(one) for one in listed[:layers]) + (False,) * (blocks - layers)
    interval = _number(header, "full_attention_interval", default=DEFAULT_INTERVAL)
    return tuple(layer < layers and (layer + 1) % interval != 0 for layer in range(blocks))


def _read_conv_width(header: GgufHeader) -> int:
    """Numbers per token that pass the short convolution of a recurrent layer."""
    groups, state = _number(header, "ssm.group_count"), _number(header, "ssm.state_size")
    return _number(header, "ssm.inner_size") + 2 * groups * state


def _read_layer_state(header: GgufHeader, conv_width: int) -> int:
    """Bytes of one state of one layer: the matrix, and what the convolution looks back at; F32."""
    matrix = _number(header, "ssm.state_size") * _number(header, "ssm.inner_size")
    return 4 * (matrix + (_number(header, "ssm.conv_kernel") - 1) * conv_width)


def _read_feed_forward(header: GgufHeader) -> int:
    """Width of the widest feed-forward part; of all experts that answer, where there are some."""
    experts = _number(header, "expert_used_count", default=0)
    expert_width = _number(header, "expert_feed_forward_length", default=0)
    return max(header.architecture_integer("feed_forward_length"), experts * expert_width)
