import io
import unittest

from tables.log import Log
from tables.report import write_names, write_report

ROWS = [{"name": "tea", "price": 3}]


class ReportTest(unittest.TestCase):
    def test_report(self):
        stream, log = io.StringIO(), Log()
        write_report("markdown", ROWS, stream, log)
        self.assertEqual(stream.getvalue(), "| name | price |\n| --- | --- |\n| tea | 3 |\n")
        self.assertEqual(log.lines, ["report debug: 1 rows"])

    def test_names(self):
        stream = io.StringIO()
        write_names(ROWS, [stream])
        self.assertEqual(stream.getvalue(), "name\ntea\n")
