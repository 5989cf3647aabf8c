import pathlib
import re
import subprocess
import sys
import unittest

from store import prices
from store.order import total


class HiddenCases(unittest.TestCase):
    def test_new_name_works(self):
        self.assertEqual(prices.find_price("coffee"), 320)
        self.assertEqual(prices.find_price("gold"), 0)

    def test_callers_still_work(self):
        self.assertEqual(total(["tea", "gold", "coffee"]), 570)
        command = [sys.executable, "main.py", "tea", "cake"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=20)
        self.assertEqual(run.stdout, "tea 250\ncake 410\ntotal 660\n", run.stderr)

    def test_old_name_is_gone(self):
        for file in ("store/prices.py", "store/order.py", "main.py", "test_prices.py"):
            text = pathlib.Path(file).read_text()
            self.assertIsNone(re.search(r"(?<![\w.])get\b", text), file)
            self.assertIn("find_price", text)

    def test_the_repository_tests_pass(self):
        suite = unittest.defaultTestLoader.loadTestsFromName("test_prices")
        self.assertEqual(suite.countTestCases(), 2)
        result = unittest.TestResult()
        suite.run(result)
        self.assertTrue(result.wasSuccessful(), result.errors + result.failures)
