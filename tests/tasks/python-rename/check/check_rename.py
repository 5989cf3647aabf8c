import pathlib
import re
import unittest

from invoice import lines
from invoice.report import report


class HiddenCases(unittest.TestCase):
    def test_new_name_works(self):
        self.assertEqual(lines.line_total(2.5, 4), 10.0)
        self.assertEqual(lines.line_total(10, 1, 0.25), 7.5)

    def test_report_still_works(self):
        rows = [("pen", 2, 3), ("cup", 1.5, 2)]
        self.assertEqual(report(rows), "pen: 6.00\ncup: 3.00\ntotal: 9.00")

    def test_old_name_is_gone(self):
        for file in ("invoice/lines.py", "invoice/report.py", "tests/test_lines.py"):
            text = pathlib.Path(file).read_text()
            self.assertIsNone(re.search(r"\bcalc\b", text), file)
            self.assertIn("line_total", text)

    def test_the_repository_tests_pass(self):
        suite = unittest.defaultTestLoader.loadTestsFromName("tests.test_lines")
        self.assertEqual(suite.countTestCases(), 3)
        result = unittest.TestResult()
        suite.run(result)
        self.assertTrue(result.wasSuccessful(), result.errors + result.failures)
