"""Reports in all formats."""

from functools import partial

from tables.formats import CommaExporter, MarkdownExporter, NumberedExporter

WRITERS = {
    "comma": CommaExporter().write,
    "markdown": MarkdownExporter().write,
    "numbered": NumberedExporter().write,
}


def write_report(kind, rows, stream, log):
    """Write rows in a format and say so in the log."""
    WRITERS[kind](rows, stream)
    log.write(f"{len(rows)} rows", "debug", "report ")


def write_names(rows, streams):
    """Write the column of the names to several streams."""
    write = partial(CommaExporter().write, rows, columns=["name"])
    for stream in streams:
        write(stream)
