"""Shortens a tokenizer of byte pairs, so that tests open it quickly.

llama.cpp takes a second to read the 150,000 tokens of a real one.
"""

from gguf_file import (
    MERGES,
    TOKENS,
    TYPES,
    Tokenizer,
    pack_value,
    unpack_numbers,
    unpack_texts,
)

# All bytes, and the commonest words of English and of program text.
WORDS = 8_192
NORMAL, CONTROL, USER_DEFINED = 1, 3, 4


def shorten(tokenizer: Tokenizer) -> Tokenizer:
    """The first words of a tokenizer, in the order of their merges, and all its special tokens.

    Special tokens stand behind the words, as before, with other ids; unused ones are left out.
    """
    types = unpack_numbers(tokenizer.entries[TYPES])
    places = [
        place
        for place, kind in enumerate(types)
        if kind in (CONTROL, USER_DEFINED) or (kind == NORMAL and place < WORDS)
    ]
    tokens = tuple(tokenizer.tokens[place] for place in places)
    known = frozenset(tokens)
    merges = [
        merge
        for merge in unpack_texts(tokenizer.entries[MERGES])
        if known.issuperset((*merge.split(" "), merge.replace(" ", "")))
    ]
    numbers = {
        key: places.index(int.from_bytes(value[4:], "little"))
        for key, value in tokenizer.entries.items()
        if key.endswith("_token_id")
    }
    changed = {
        TOKENS: tokens,
        TYPES: tuple(types[place] for place in places),
        MERGES: merges,
        **numbers,
    }
    packed = {key: pack_value(value) for key, value in changed.items()}
    return Tokenizer({**tokenizer.entries, **packed}, tokens)
