"""The formats that tables can have."""

from tables.exporter import Exporter


class CommaExporter(Exporter):
    """Values with commas between them."""

    def line(self, values):
        return ",".join(values) + "\n"


class MarkdownExporter(Exporter):
    """A table for Markdown, with a rule below the names of the columns."""

    def line(self, values):
        return "| " + " | ".join(values) + " |\n"

    def write(self, stream, rows, *, columns=None):
        columns = columns or list(rows[0])
        super().write(stream, [dict.fromkeys(columns, "---"), *rows], columns=columns)


class NumberedExporter(CommaExporter):
    """Values with commas between them and a number before each row."""

    def write(self, stream, rows, *, columns=None):
        numbered = [{"number": number, **row} for number, row in enumerate(rows, 1)]
        super().write(stream, numbered, columns=columns and ["number", *columns])
