"""The program that decodes one document, in a process that may fail without harm.

`python -I -m inhouse_tools.documents.parse KIND NUMBER` reads the file from its standard input and
writes objects as lines of JSON, each as soon as it is known. KIND is image (NUMBER is the longest
side in pixels, 0 for none), pdf or notebook. It ends with 1 where the file is none of that kind.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from inhouse_tools.documents.limits import close_off, limit_resources
from inhouse_tools.refusal import Refusal


def parts_of(kind: str, number: int) -> Iterable[dict[str, Any]]:
    """The objects that say what is in standard input. All code is loaded before it is looked at."""
    if kind == "pdf":
        from inhouse_tools.documents import pdf

        pdf.load_code()
        close_off()
        return pdf.read_pages(sys.stdin.buffer.read())
    if kind == "image":
        from inhouse_tools.documents import picture

        picture.load_code()
        close_off()
        return picture.read_image(sys.stdin.buffer.read(), number)
    from inhouse_tools.documents.notebook import read_notebook

    close_off()
    return _notebook(read_notebook(sys.stdin.buffer.read()))


def _notebook(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, Refusal):
        yield {"problem": found.text}
        return
    yield {"cells": len(found.cells), "kernel": found.kernel, "text": found.shown}


def main() -> None:
    """Decode what the command line names; ends with its exit code."""
    limit_resources()
    try:
        for part in parts_of(sys.argv[1], int(sys.argv[2])):
            sys.stdout.write(json.dumps(part) + "\n")
            sys.stdout.flush()
    except Exception:  # noqa: BLE001 - a decoder fails in any way, and this process is for that
        sys.exit(1)


if __name__ == "__main__":
    main()
