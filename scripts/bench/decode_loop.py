"""Measures our decode loop against a bare llama_decode and greedy loop, interleaved in one run."""

import argparse
import json
import statistics
import threading
import time
from pathlib import Path

import numpy as np

from inhouse_models.engine.binding import library
from inhouse_models.engine.constraint import GrammarCompiler
from inhouse_models.engine.decoder import Decoder, DecoderOptions
from inhouse_models.engine.generation import Generation
from inhouse_models.engine.job import Job, Step
from inhouse_models.engine.prefix import PrefixReader
from inhouse_models.engine.weights import Weights

PROMPT = (
    "<|im_start|>user\nWrite a long story about a lighthouse.<|im_end|>\n<|im_start|>assistant\n"
)


def bare_seconds(decoder: Decoder, prompt: list[int], count: int) -> float:
    """Seconds for `count` tokens by llama_decode and argmax alone, prompt not counted."""
    functions = library()
    decoder.cut(0)
    decoder.decode(prompt)
    token = int(decoder.logits().argmax())
    batch = functions.llama_batch_init(1, 0, 1)
    view = np.ctypeslib.as_array(batch.token, (1,))
    position = np.ctypeslib.as_array(batch.pos, (1,))
    batch.n_seq_id[0], batch.seq_id[0][0], batch.logits[0], batch.n_tokens = 1, 0, 1, 1
    started = time.perf_counter()
    for step in range(count):
        view[0], position[0] = token, len(prompt) + step
        functions.llama_decode(decoder.pointer, batch)
        token = int(decoder.logits().argmax())
    seconds = time.perf_counter() - started
    functions.llama_batch_free(batch)
    decoder.tokens.append(-1)
    decoder.cut(0)
    return seconds


def own_seconds(generation: Generation, prompt: list[int], count: int) -> float:
    """Seconds for `count` tokens by the engine's own loop with streaming, prompt not counted."""
    received: list[Step] = []
    job = Job(tuple(prompt), received.append, max_tokens=count + 1, cancelled=threading.Event())
    ended = generation.run(job)
    assert len(ended.ids) == count + 1, ended
    return ended.timings.write_seconds


def main() -> None:
    """Print medians per token and their ratio; `--json` for machines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    weights = Weights(options.model)
    decoder = Decoder(weights, DecoderOptions(context=2048, threads=options.threads))
    generation = Generation(decoder, PrefixReader(decoder), _no_grammar, lambda: False)
    prompt = weights.tokenise(PROMPT, special=True)
    bare: list[float] = []
    own: list[float] = []
    for _ in range(options.pairs):
        bare.append(bare_seconds(decoder, prompt, options.tokens) / options.tokens * 1000)
        own.append(own_seconds(generation, prompt, options.tokens) / options.tokens * 1000)
    ratios = [mine / theirs for mine, theirs in zip(own, bare, strict=True)]
    figures = {
        "bare_ms_per_token": statistics.median(bare),
        "own_ms_per_token": statistics.median(own),
        "ratio_of_minima": min(own) / min(bare),
        "median_of_paired_ratios": statistics.median(ratios),
        "pairs": options.pairs,
        "tokens": options.tokens,
    }
    print(json.dumps(figures) if options.json else _table(figures))


def _no_grammar() -> GrammarCompiler:
    raise AssertionError("this measurement holds nothing to a grammar")


def _table(figures: dict[str, float]) -> str:
    return "\n".join(f"{name:28} {value:8.3f}" for name, value in figures.items())


if __name__ == "__main__":
    main()
