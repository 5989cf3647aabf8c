"""Which control tokens of a model say prefix, suffix and middle, as its file names them."""

from inhouse_models.engine.binding import library
from inhouse_models.engine.weights import Weights
from inhouse_models.formats.fill_in_middle import FillTokens


def fill_tokens(weights: Weights) -> FillTokens | None:
    """The tokens by `tokenizer.ggml.fim_*_token_id`, or by how the vocabulary spells them; None
    for a model that was not made to fill in."""
    lib = library()

    def known(token: int) -> int | None:
        return token if token >= 0 else None

    with weights.steady_vocabulary() as vocabulary:
        prefix = known(lib.llama_vocab_fim_pre(vocabulary))
        suffix = known(lib.llama_vocab_fim_suf(vocabulary))
        middle = known(lib.llama_vocab_fim_mid(vocabulary))
        repository = known(lib.llama_vocab_fim_rep(vocabulary))
        separator = known(lib.llama_vocab_fim_sep(vocabulary))
    if prefix is None or suffix is None or middle is None:
        return None
    begin = begin_token(weights)
    return FillTokens(
        prefix,
        suffix,
        middle,
        repository=repository,
        separator=separator,
        begin=begin[0] if begin else None,
    )


def split_at_cursor(text: str, weights: Weights) -> tuple[str | int, ...]:
    """The texts before, around and behind a cursor that a prompt spells out with the control tokens
    of its model, and these; nothing where it does not do so once, or not up to its end."""
    tokens = fill_tokens(weights)
    if tokens is None:
        return ()
    parts: list[str | int] = []
    for token in (tokens.prefix, tokens.suffix, tokens.middle):
        spelled = weights.vocabulary.pieces[token].decode("utf-8", "replace")
        before, mark, text = text.partition(spelled)
        if not mark or spelled in text or any(spelled in str(part) for part in parts):
            return ()
        parts += [before, token]
    return () if text else tuple(parts)


def begin_token(weights: Weights) -> tuple[int, ...]:
    """What stands before every text, in vocabularies that want something there."""
    lib = library()
    with weights.steady_vocabulary() as vocabulary:
        token = int(lib.llama_vocab_bos(vocabulary))
        added = bool(lib.llama_vocab_get_add_bos(vocabulary))
    return (token,) if added and token >= 0 else ()
