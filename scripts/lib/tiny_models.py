"""Writes tiny models with random weights and a tokenizer: see scripts/tiny-models.

They have the structure of the real ones, so that whatever an engine may do wrong with attention,
recurrent state or next-token prediction shows in their text: words that mean nothing and hang on
all that was read, early tokens too. The best token leads by 0.9 in the median. The same tokens in
batches of other sizes give logits that differ by 1e-5 with an F32 cache; with an F16 one by 4e-4
(hybrid) to 3e-3 (attention only), and then a choice may differ now and then.
Tensors and metadata: llama.cpp, src/models/qwen2.cpp and src/models/qwen35.cpp.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from gguf_file import F32, Q8_0, Plain, Tensor, Tokenizer, read_tokenizer, write_gguf
from numpy.typing import NDArray
from short_vocabulary import shorten

from inhouse_models.store import Store, StoreFault

Kind = Literal["qwen2", "qwen35", "qwen35-mtp"]

LAYERS = 8
# So small because of the output's F32 rows for every token. An attention head must be as wide
# for a quantised cache, so that `qwen2`, whose heads share this width, has just one.
WIDTH = 32
HIDDEN = 128
HEADS, KEY_HEADS = 4, 2
HEAD_WIDTH = 32
FULL_ATTENTION_INTERVAL = 4
DELTA_HEADS, DELTA_KEY_HEADS, DELTA_WIDTH = 4, 2, 32
CONVOLUTION = 4
CONTEXT = 32_768

# The numbers below belong to the short vocabulary: see short_vocabulary.py.
# The spread of the logits. The gap between the best two grows with it, and so does how peaked
# the distribution is; at 4 the best of 8,000 tokens has about a third of the probability.
SPREAD = 4.0
# Of other tokens than words: they are written only when a grammar leaves nothing else.
QUIET_SPREAD = 2.0
# What a layer adds to the stream, which starts with the last token's embedding at 1. At 0.3 the
# state decides most tokens; the others follow from the last one, so that the prediction layer is
# right with two of five guesses. At 0.25 it is right with seven of ten, at 0.35 with three.
GAIN = 0.3
WORD = re.compile("Ġ?[A-Za-z]{2,}")


def write_tiny_model(
    kind: Kind, tokenizer_from: Path, target: Path, seed: int = 0, *, short: bool = True
) -> None:
    """Write a model of 2.6 MB to `target`: the same bytes for the same seed and tokenizer.

    With a whole vocabulary instead of a short one it has about 32 MB and opens in a second.
    A tensor is a function of seed and name, so `qwen35-mtp` is `qwen35` with one layer more.
    Raises ValueError, with a sentence for a person, when `tokenizer_from` has no tokenizer.
    """
    tokenizer = read_tokenizer(tokenizer_from)
    if short:
        tokenizer = shorten(tokenizer)
    weights = _RandomWeights(seed)
    tensors = weights.ends(tokenizer)
    for layer in range(LAYERS):
        tensors += weights.layer(kind, layer)
    if kind == "qwen35-mtp":
        tensors += weights.prediction_layer(LAYERS)
    write_gguf(target, describe(kind), tokenizer, tensors)


def describe(kind: Kind) -> dict[str, Plain]:
    """The metadata of a kind, without the tokenizer."""
    shared: dict[str, Plain] = {
        "block_count": LAYERS + (kind == "qwen35-mtp"),
        "context_length": CONTEXT,
        "embedding_length": WIDTH,
        "feed_forward_length": HIDDEN,
        "attention.head_count": 1 if kind == "qwen2" else HEADS,
        "attention.head_count_kv": 1 if kind == "qwen2" else KEY_HEADS,
        "attention.layer_norm_rms_epsilon": 1e-6,
        "rope.freq_base": 1e6,
    }
    hybrid: dict[str, Plain] = {
        "attention.key_length": HEAD_WIDTH,
        "attention.value_length": HEAD_WIDTH,
        "full_attention_interval": FULL_ATTENTION_INTERVAL,
        "rope.dimension_count": HEAD_WIDTH // 2,
        "rope.dimension_sections": (3, 3, 2, 0),
        "ssm.conv_kernel": CONVOLUTION,
        "ssm.group_count": DELTA_KEY_HEADS,
        "ssm.inner_size": DELTA_HEADS * DELTA_WIDTH,
        "ssm.state_size": DELTA_WIDTH,
        "ssm.time_step_rank": DELTA_HEADS,
    }
    prediction: dict[str, Plain] = {"nextn_predict_layers": 1}
    own = shared | (hybrid if kind != "qwen2" else {}) | (prediction if "mtp" in kind else {})
    architecture = "qwen2" if kind == "qwen2" else "qwen35"
    return {
        "general.architecture": architecture,
        "general.name": f"tiny {kind}",
        "general.file_type": 0,
        **{f"{architecture}.{key}": value for key, value in own.items()},
    }


class _RandomWeights:
    """Tensors by name.

    What is multiplied is F32: for F16 weights llama.cpp rounds the other factor too, but not in
    every batch size, and that noise would be as large as with an F16 cache.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def ends(self, tokenizer: Tokenizer) -> list[Tensor]:
        """What comes before and after the layers.

        Every word has a successor, in one ring through all words: its row of the output is the
        embedding of the word before it. So text that follows the last token alone never loops,
        and a prediction layer can guess it; what the layers add leads elsewhere.
        """
        count = len(tokenizer.tokens)
        embeddings = self.embeddings(count)
        rows = self.noise("output.weight", (count, WIDTH))
        words = [i for i, token in enumerate(tokenizer.tokens) if WORD.fullmatch(token)]
        ring = self.generator("ring").permutation(words)
        rows[np.roll(ring, -1)] = embeddings["values"].reshape(count, WIDTH)[ring]
        lengths = np.full(count, QUIET_SPREAD, np.float32)
        lengths[ring] = SPREAD
        rows *= (lengths / np.linalg.norm(rows, axis=1))[:, None]
        return [
            Tensor("token_embd.weight", (WIDTH, count), Q8_0, embeddings),
            self.constant("output_norm.weight", WIDTH),
            Tensor("output.weight", (WIDTH, count), F32, rows),
        ]

    def layer(self, kind: Kind, layer: int) -> list[Tensor]:
        """One layer of the model's trunk."""
        prefix = f"blk.{layer}."
        if kind == "qwen2":
            return self.plain_attention(prefix) + self.feed_forward(prefix, "ffn_norm")
        attends = (layer + 1) % FULL_ATTENTION_INTERVAL == 0
        mixer = self.gated_attention(prefix) if attends else self.delta_net(prefix)
        return mixer + self.feed_forward(prefix, "post_attention_norm")

    def plain_attention(self, prefix: str) -> list[Tensor]:
        return [
            self.constant(prefix + "attn_norm.weight", WIDTH),
            self.matrix(prefix + "attn_q.weight", WIDTH, WIDTH, 1.5),
            self.matrix(prefix + "attn_k.weight", WIDTH, WIDTH, 1.5),
            self.matrix(prefix + "attn_v.weight", WIDTH, WIDTH),
            self.vector(prefix + "attn_q.bias", WIDTH),
            self.vector(prefix + "attn_k.bias", WIDTH),
            self.vector(prefix + "attn_v.bias", WIDTH),
            self.matrix(prefix + "attn_output.weight", WIDTH, WIDTH, 2 * GAIN),
        ]

    def gated_attention(self, prefix: str) -> list[Tensor]:
        queries, keys = HEADS * HEAD_WIDTH, KEY_HEADS * HEAD_WIDTH
        return [
            self.constant(prefix + "attn_norm.weight", WIDTH),
            # For each head its query and then its gate.
            self.matrix(prefix + "attn_q.weight", WIDTH, 2 * queries),
            self.matrix(prefix + "attn_k.weight", WIDTH, keys),
            self.matrix(prefix + "attn_v.weight", WIDTH, keys),
            self.constant(prefix + "attn_q_norm.weight", HEAD_WIDTH, 1.5),
            self.constant(prefix + "attn_k_norm.weight", HEAD_WIDTH, 1.5),
            self.matrix(prefix + "attn_output.weight", queries, WIDTH, 4 * GAIN),
        ]

    def delta_net(self, prefix: str) -> list[Tensor]:
        keys, values = DELTA_KEY_HEADS * DELTA_WIDTH, DELTA_HEADS * DELTA_WIDTH
        # A head forgets at a rate of its own: over some ten tokens, or over thousands.
        rates = -np.geomspace(0.5, 0.005, DELTA_HEADS, dtype=np.float32)
        kernel = self.noise(prefix + "ssm_conv1d.weight", (2 * keys + values, CONVOLUTION))
        return [
            self.constant(prefix + "attn_norm.weight", WIDTH),
            self.matrix(prefix + "attn_qkv.weight", WIDTH, 2 * keys + values),
            self.matrix(prefix + "attn_gate.weight", WIDTH, values),
            Tensor(prefix + "ssm_conv1d.weight", kernel.shape[::-1], F32, kernel * np.float32(0.5)),
            self.constant(prefix + "ssm_dt.bias", DELTA_HEADS, -2.0),
            Tensor(prefix + "ssm_a", (DELTA_HEADS,), F32, rates),
            self.matrix(prefix + "ssm_beta.weight", WIDTH, DELTA_HEADS),
            self.matrix(prefix + "ssm_alpha.weight", WIDTH, DELTA_HEADS),
            self.constant(prefix + "ssm_norm.weight", DELTA_WIDTH),
            self.matrix(prefix + "ssm_out.weight", values, WIDTH, 2 * GAIN),
        ]

    def feed_forward(self, prefix: str, norm: str) -> list[Tensor]:
        return [
            self.constant(f"{prefix}{norm}.weight", WIDTH),
            self.matrix(prefix + "ffn_gate.weight", WIDTH, HIDDEN),
            self.matrix(prefix + "ffn_up.weight", WIDTH, HIDDEN),
            self.matrix(prefix + "ffn_down.weight", HIDDEN, WIDTH, 2 * GAIN),
        ]

    def prediction_layer(self, layer: int) -> list[Tensor]:
        """The next-token-prediction layer: it sees a token and the trunk's output before it.

        The token passes as it is, like in the trunk, so that both often write the same.
        """
        prefix = f"blk.{layer}."
        joined = self.noise(prefix + "nextn.eh_proj.weight", (WIDTH, 2 * WIDTH))
        joined *= np.float32(GAIN / WIDTH**0.5)
        joined[:, :WIDTH] = np.eye(WIDTH, dtype=np.float32)
        return [
            *self.gated_attention(prefix),
            *self.feed_forward(prefix, "post_attention_norm"),
            Tensor(prefix + "nextn.eh_proj.weight", (2 * WIDTH, WIDTH), F32, joined),
            self.constant(prefix + "nextn.enorm.weight", WIDTH),
            self.constant(prefix + "nextn.hnorm.weight", WIDTH),
            self.constant(prefix + "nextn.shared_head_norm.weight", WIDTH),
        ]

    def embeddings(self, count: int) -> NDArray[np.void]:
        """Rows of the token embedding as Q8_0, evenly spread with a deviation of 1."""
        block = np.dtype([("scale", "<f2"), ("values", "i1", (32,))])
        blocks = np.empty((count, WIDTH // 32), block)
        generator = self.generator("token_embd.weight")
        blocks["scale"] = 3**0.5 / 127
        blocks["values"] = generator.integers(-127, 128, blocks["values"].shape, np.int8)
        return blocks

    def matrix(self, name: str, inputs: int, outputs: int, gain: float = 1.0) -> Tensor:
        """Weights that turn noise of deviation 1 into noise of deviation `gain`."""
        data = self.noise(name, (outputs, inputs)) * np.float32(gain / inputs**0.5)
        return Tensor(name, (inputs, outputs), F32, data)

    def vector(self, name: str, length: int) -> Tensor:
        """Small random numbers."""
        return Tensor(name, (length,), F32, self.noise(name, (length,)) * np.float32(0.1))

    def constant(self, name: str, length: int, value: float = 1.0) -> Tensor:
        """The same number everywhere."""
        return Tensor(name, (length,), F32, np.full(length, value, np.float32))

    def noise(self, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Normal noise that belongs to this name."""
        return self.generator(name).standard_normal(shape, dtype=np.float32)

    def generator(self, name: str) -> np.random.Generator:
        return np.random.default_rng((self.seed, *name.encode()))


def main(arguments: Sequence[str]) -> int:
    """Write every kind into the folder that the command line names; 1 when that is impossible."""
    parser = argparse.ArgumentParser(
        prog="scripts/tiny-models",
        description="Write tiny models with random weights, for tests of the engine.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="made when it is missing")
    parser.add_argument(
        "--from", dest="source", metavar="MODEL", default="starter-small",
        help="the model that lends its tokenizer: a name or a GGUF file",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the weights")
    options = parser.parse_args(arguments)
    source = Store().find(options.source)
    if isinstance(source, StoreFault):
        sys.stderr.write(source.text + "\n")
        return 1
    options.folder.mkdir(parents=True, exist_ok=True)
    for kind in get_args(Kind):
        target = options.folder / f"tiny-{kind}.gguf"
        try:
            write_tiny_model(kind, source.path, target, options.seed)
        except (ValueError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
        print(f"{target}  {target.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
