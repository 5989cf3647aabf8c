"""Characters in a command that a person cannot see, or that mean another thing than they show."""

import unicodedata
from typing import Final

UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp", "Zs"})
MOST_NAMED: Final = 5


def hidden_characters(text: str) -> str:
    """Their code points for a person, each once, or nothing. Blank, tab and newline are seen."""
    if text.isascii() and text.replace("\n", " ").replace("\t", " ").isprintable():
        return ""
    found = dict.fromkeys(letter for letter in text if letter not in " \t\n" and _is_unseen(letter))
    named = [f"U+{ord(letter):04X}" for letter in found]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return ", ".join(named[:MOST_NAMED]) + more


def spell_hidden(text: str) -> str:
    """The text with each of them as its code point, as `\\u00a0`; blank, tab and newline stay."""
    if not hidden_characters(text):
        return text
    return "".join(
        _spelled(letter) if letter not in " \t\n" and _is_unseen(letter) else letter
        for letter in text
    )


def _spelled(letter: str) -> str:
    code = ord(letter)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _is_unseen(letter: str) -> bool:
    if unicodedata.category(letter) in UNSEEN:
        return True
    # Selectors of a glyph's form and the fillers of Hangul are letters or marks that show nothing.
    return letter in "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0" or "\ufe00" <= letter <= "\ufe0f"
