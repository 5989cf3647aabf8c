"""Reads the files of the bank, which have semicolons."""


class BankImporter:
    """Splits lines; what the parts mean depends on the account."""

    def parse_line(self, line):
        """Return the parts of one line as a tuple."""
        return tuple(part.strip() for part in line.split(";"))
