"""Which control tokens of a model say prefix, suffix and middle, as its file names them."""

from inhouse_models.engine.binding import library
from inhouse_models.engine.weights import Weights
from inhouse_models.formats.fill_in_middle import FillTokens


def fill_tokens(weights: Weights) -> FillTokens | None:
    """The tokens by `tokenizer.ggml.fim_*_token_id`, or by how the vocabulary spells them; None
    for a model that was not made to fill in."""
    lib, vocabulary = library(), weights.vocab

    def known(token: int) -> int | None:
        return token if token >= 0 else None

    prefix = known(lib.llama_vocab_fim_pre(vocabulary))
    suffix = known(lib.llama_vocab_fim_suf(vocabulary))
    middle = known(lib.llama_vocab_fim_mid(vocabulary))
    if prefix is None or suffix is None or middle is None:
        return None
    wants_begin = bool(lib.llama_vocab_get_add_bos(vocabulary))
    return FillTokens(
        prefix,
        suffix,
        middle,
        repository=known(lib.llama_vocab_fim_rep(vocabulary)),
        separator=known(lib.llama_vocab_fim_sep(vocabulary)),
        begin=known(lib.llama_vocab_bos(vocabulary)) if wants_begin else None,
    )
