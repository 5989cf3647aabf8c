"""Files become drafts: each text is tokenised once, and too much of it is left out."""

from inhouse_models.chat import Source
from inhouse_models.host.references import MOST_CHARACTERS, MOST_KEPT, ReferenceStore


class Tokeniser:
    """One id per character; counts what it was given."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str, special: bool) -> list[int]:
        assert not special, "a file never becomes a control token"
        self.texts.append(text)
        return [ord(character) for character in text]


def test_a_text_is_tokenised_once_whatever_it_is_called() -> None:
    tokenise = Tokeniser()
    store = ReferenceStore(tokenise)
    assert store.ids_of([Source.of("a.py", "ab")]) == ((97, 98),)
    assert store.ids_of([Source.of("b.py", "ab"), Source.of("c.py", "c")]) == ((97, 98), (99,))
    assert tokenise.texts == ["ab", "c"]


def test_what_is_too_large_is_left_out_and_smaller_files_stay() -> None:
    large = Source.of("data.py", "x" * (MOST_CHARACTERS - 1))
    store = ReferenceStore(Tokeniser())
    assert store.ids_of([Source.of("a", "one"), large, Source.of("b", "two")]) == (
        (111, 110, 101),
        (116, 119, 111),
    )
    assert store.ids_of([Source("unknown", "0" * 64)]) == ()


def test_the_longest_unused_is_forgotten() -> None:
    tokenise = Tokeniser()
    store = ReferenceStore(tokenise)
    for number in range(MOST_KEPT + 1):
        store.ids_of([Source.of("a", str(number))])
    store.ids_of([Source.of("a", str(MOST_KEPT))])
    assert len(tokenise.texts) == MOST_KEPT + 1
    store.ids_of([Source.of("a", "0")])
    assert len(tokenise.texts) == MOST_KEPT + 2
