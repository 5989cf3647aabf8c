"""Text out of a PDF file, page by page; runs in the process that may fail."""

import codecs
import time
from collections.abc import Iterator
from typing import Any, Final

import pypdfium2

# Its types are given in part.
_library: Any = pypdfium2

MOST_PAGES: Final = 2000
MOST_CHARACTERS: Final = 8_000_000
ENOUGH_SECONDS: Final = 12.0
PASSWORD: Final = 4


def load_code() -> None:
    """Load what is else loaded with the first page, which cannot be once this is closed off."""
    document = _library.PdfDocument.new()
    document.new_page(10, 10)
    _text_of(document, 0)
    codecs.lookup("utf-16-le")


def read_pages(data: bytes) -> Iterator[dict[str, Any]]:
    """First the number of pages, then the text of each; what is too much is left out."""
    began = time.monotonic()
    try:
        document = _library.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == PASSWORD
        yield {"problem": "password" if locked else "damaged"}
        return
    pages = len(document)
    yield {"pages": pages}
    characters = 0
    for number in range(min(pages, MOST_PAGES)):
        if characters > MOST_CHARACTERS or time.monotonic() - began > ENOUGH_SECONDS:
            return
        text = _text_of(document, number)
        characters += len(text)
        yield {"text": text}


def _text_of(document: Any, number: int) -> str:
    try:
        page = document[number]
        text = str(page.get_textpage().get_text_range())
        page.close()
    except pypdfium2.PdfiumError:
        return ""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-\n")
