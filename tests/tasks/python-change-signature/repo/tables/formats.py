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

    def write(self, rows, stream, columns=None):
        columns = columns or list(rows[0])
        super().write([dict.fromkeys(columns, "---"), *rows], stream, columns)


class NumberedExporter(CommaExporter):
    """Values with commas between them and a number before each row."""

    def write(self, rows, stream, columns=None):
        numbered = [{"number": number, **row} for number, row in enumerate(rows, 1)]
        super().write(numbered, stream, columns and ["number", *columns])
