"""How another program wants tokens to be picked; what it leaves open the model's makers say."""

import secrets
from dataclasses import replace

from inhouse_models.chat import Sampling
from inhouse_models.serving.fields import Fields

# What "no limit" means to a sampler that sorts: more would cost time with every token.
MOST_CANDIDATES = 1000
# The largest one says "any" to llama.cpp.
SEEDS = 2**32 - 1
# What another answer would be given to, and nothing here would do.
UNKNOWN: dict[str, tuple[object, ...]] = {
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({}, []),
    "best_of": (1,),
    "grammar": ("",),
}


def read_sampling(fields: Fields, own: Sampling) -> Sampling:
    """The sampling of a request; without a seed every answer is another one. Raises FieldError."""
    fields.refuse(UNKNOWN)
    if fields.integer("n", 1, 2**31) not in (None, 1):
        raise fields.wrong("n", "has to be 1 here: ask once for every answer")
    temperature = fields.number("temperature", 0, 10)
    top_k = fields.integer("top_k", -1, 1_000_000)
    top_p = fields.number("top_p", 0, 1)
    min_p = fields.number("min_p", 0, 1)
    seed = fields.integer("seed", -(2**63), 2**64)
    if top_k is not None:
        own = replace(own, top_k=min(top_k, MOST_CANDIDATES) if top_k > 0 else MOST_CANDIDATES)
    return Sampling(
        own.temperature if temperature is None else temperature,
        own.top_k,
        own.top_p if top_p is None else top_p,
        own.min_p if min_p is None else min_p,
        secrets.randbelow(SEEDS) if seed is None or seed == -1 else seed % SEEDS,
    )


def read_limit(fields: Fields, *names: str) -> int | None:
    """The most tokens to write, by the first of these fields that is there; None and -1 are no
    limit. Raises FieldError."""
    for name in names:
        limit = fields.integer(name, -1, 2**31)
        if limit is not None:
            return None if limit < 0 else limit
    return None
