"""What all exporters have in common."""

import io


class Exporter:
    """Writes rows to a stream; a format says how in `line`."""

    def line(self, values):
        """Return the values of a row as one line."""
        raise NotImplementedError

    def write(self, rows, stream, columns=None):
        """Write the columns, by default those of the first row, and their values."""
        columns = columns or list(rows[0])
        stream.write(self.line(columns))
        for row in rows:
            stream.write(self.line([str(row[column]) for column in columns]))

    def text(self, rows, columns=None):
        """Return what `write` would write."""
        stream = io.StringIO()
        self.write(rows, stream, columns)
        return stream.getvalue()
