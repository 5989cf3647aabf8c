"""What the weights of a file are for: the two tables, each layer, and what a CPU repacks."""

import math
import re
from dataclasses import dataclass

from inhouse_models.gguf import GgufHeader, GgufTensor
from inhouse_models.gguf_types import TENSOR_NUMBERS

TABLE, OUTPUT = "token_embd.weight", "output.weight"
_LAYER = re.compile(r"blk\.(\d+)\.")
# What a processor with AVX2 copies into another order, eight rows at a time (llama.cpp,
# ggml-cpu/repack.cpp); one with NEON copies some more types.
REPACKED_TYPES = frozenset(TENSOR_NUMBERS[name] for name in ("Q4_0", "Q4_K", "IQ4_NL", "MXFP4"))
REPACKED_ROWS = 8
# Of a file whose tensors are not known: measured on a Q4_K_M one, 597 of 1060 MiB.
REPACKED_PER_MILLE = 563
UNPACKED_TYPES = ("F32", "F16", "BF16")


@dataclass(frozen=True, slots=True)
class WeightShares:
    """Bytes of the weights by what they are for.

    `table` is where tokens are looked up, `output` what makes logits (another matrix, or the same
    one when `tied`), `layers` one number per layer. What belongs to none of them is the output's.
    """

    table: int
    output: int
    tied: bool
    layers: tuple[int, ...]
    repacked: int


def share_weights(header: GgufHeader, blocks: int, table_weights: int) -> WeightShares:
    """The shares of a file with so many layers and weights in its table.

    Exact where the header lists its tensors. Where it lists the tables only, or nothing, the
    layers are taken to be equally large and the table to have the bits of the rest.
    """
    named = {tensor.name: tensor for tensor in header.tensors}
    parameters = max(header.parameters, table_weights)
    if TABLE in named:
        table, tied = named[TABLE].size, OUTPUT not in named
    else:
        table = header.data_bytes * table_weights // parameters
        tied = parameters < 2 * table_weights
    output = named[OUTPUT].size if OUTPUT in named else table
    layers = _sum_layers(header, blocks)
    if not any(layers):
        rest = header.data_bytes - table - (0 if tied else output)
        layers = (math.ceil(rest / blocks),) * blocks
        packed = header.quantisation not in UNPACKED_TYPES
        repacked = header.data_bytes * REPACKED_PER_MILLE // 1000 if packed else 0
        return WeightShares(table, output, tied, layers, repacked)
    repacked = sum(tensor.size for tensor in header.tensors if _is_repacked(tensor, tied=tied))
    output = table if tied else header.data_bytes - sum(layers) - table
    return WeightShares(table, output, tied, layers, repacked)


def _sum_layers(header: GgufHeader, blocks: int) -> tuple[int, ...]:
    layers = [0] * blocks
    for tensor in header.tensors:
        found = _LAYER.match(tensor.name)
        if found and int(found[1]) < blocks:
            layers[int(found[1])] += tensor.size
    return tuple(layers)


def _is_repacked(tensor: GgufTensor, *, tied: bool) -> bool:
    if tensor.kind not in REPACKED_TYPES or len(tensor.shape) < 2:
        return False
    # A table that is looked up in stays; as the output it is copied.
    return tensor.shape[1] % REPACKED_ROWS == 0 and (tied or tensor.name != TABLE)
