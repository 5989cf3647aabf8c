"""Documents for tests: PDF files, notebooks and images, honest and otherwise."""

import json
import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from PIL import Image


def make_pdf(pages: Sequence[Sequence[str]], trailer: bytes = b"", font: bytes = b"") -> bytes:
    """A PDF with these lines on its pages; `trailer` stands in its trailer."""
    base = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", font or base]
    kids: list[int] = []
    for lines in pages:
        shown = b" ".join(f"({line}) Tj T*".encode() for line in lines)
        body = b"BT /F1 12 Tf 14 TL 72 720 Td " + shown + b" ET" if lines else b""
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(len(objects))
    named = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), named)
    return put_together(objects, trailer)


def put_together(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first of which is its catalogue."""
    out = b"%PDF-1.4\n"
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, count = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % count
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R %s >>\n" % (count, trailer)
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def make_bomb(megabytes: int) -> bytes:
    """A small PDF whose page unpacks to so many megabytes of text."""
    packed = zlib.compress(b"BT /F1 1 Tf " + b"(AAAAAAAAAAAA) Tj " * (megabytes * 55_000), 9)
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents [%s] "
    many = page % (b"5 0 R " * 200) + b"/Resources << /Font << /F1 3 0 R >> >> >>"
    return put_together(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            many,
            stream % (len(packed), packed),
        ]
    )


def make_image(kind: str, width: int = 30, height: int = 20, **options: Any) -> bytes:
    """An image of this kind, such as PNG, red on the left and blue on the right."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def make_png_bomb(width: int, height: int) -> bytes:
    """The head of a PNG of this size, and a few bytes that unpack to very many."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(10_000_000), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    """A cell of code, as nbformat 4.5 writes it."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"c{len(source)}",
        "metadata": {},
        "outputs": list(outputs),
        "source": source.splitlines(keepends=True),
    }


def stream(text: str) -> dict[str, Any]:
    """What a cell has printed."""
    return {"name": "stdout", "output_type": "stream", "text": [text]}


def markdown(source: str) -> dict[str, Any]:
    """A cell of text."""
    lines = source.splitlines(keepends=True)
    return {"cell_type": "markdown", "id": "m1", "metadata": {}, "source": lines}


def make_notebook(*cells: dict[str, Any], indent: int | None = 1, **fields: Any) -> str:
    """A notebook as Jupyter writes it."""
    metadata = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5, **fields}
    return json.dumps(notebook, indent=indent, ensure_ascii=False) + "\n"
