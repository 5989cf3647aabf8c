"""Pictures as kitty and ghostty show them: sent once, and shown where placeholders stand.

https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders
"""

import base64
from typing import Final

from textual.content import Content

from inhouse.sanitise import SafeText
from inhouse.tui.thumbnails.pixels import Pixels

PLACEHOLDER: Final = "\U0010eeee"
# The first of the combining characters that say in which row and column a placeholder stands.
NUMBERS: Final = (
    "\u0305\u030d\u030e\u0310\u0312\u033d\u033e\u033f\u0346\u034a\u034b\u034c\u0350\u0351\u0352"
    "\u0357\u035b\u0363\u0364\u0365\u0366\u0367\u0368\u0369\u036a\u036b\u036c\u036d\u036e\u036f"
    "\u0483\u0484\u0485\u0486\u0487\u0592\u0593\u0594\u0595\u0597\u0598\u0599"
)
CHUNK: Final = 4096


def transmit(number: int, pixels: Pixels, columns: int, rows: int) -> SafeText:
    """What sends a picture, to be shown in so many cells; `number` names it, from 1 to 2^24 - 1."""
    encoded = base64.b64encode(pixels.rgb).decode("ascii")
    chunks = [encoded[at : at + CHUNK] for at in range(0, len(encoded), CHUNK)]
    about = f"a=T,U=1,q=2,f=24,i={number},s={pixels.width},v={pixels.height},c={columns},r={rows},"
    parts: list[str] = []
    for at, chunk in enumerate(chunks):
        more = int(at < len(chunks) - 1)
        parts.append(f"\x1b_G{about if at == 0 else 'q=2,'}m={more};{chunk}\x1b\\")
    # Numbers and base64, made here.
    return SafeText("".join(parts))


def delete(number: int) -> SafeText:
    """What takes a picture out of the terminal's memory, wherever it is shown."""
    return SafeText(f"\x1b_Ga=d,d=I,q=2,i={number};\x1b\\")


def placeholders(number: int, columns: int, rows: int) -> Content:
    """The cells in which the picture is shown."""
    colour = f"#{number:06x}"
    lines = [
        "".join(PLACEHOLDER + NUMBERS[row] + NUMBERS[column] for column in range(columns))
        for row in range(rows)
    ]
    return Content.styled("\n".join(lines), colour)
