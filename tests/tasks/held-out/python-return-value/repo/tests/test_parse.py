import tempfile
import unittest
from pathlib import Path

from budget import parse_file, parse_line


class ParseTest(unittest.TestCase):
    def test_line(self):
        day, cents, text = parse_line("2026-03-01 -250 tea and cake\n")
        self.assertEqual((day, cents, text), ("2026-03-01", -250, "tea and cake"))

    def test_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "march"
            path.write_text("2026-03-01 -250 tea\n\n2026-03-02 900 refund\n")
            self.assertEqual([entry[1] for entry in parse_file(path)], [-250, 900])
