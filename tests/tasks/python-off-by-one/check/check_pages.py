import unittest

from pages import all_pages, count_pages


class HiddenCases(unittest.TestCase):
    def test_full_pages_add_no_empty_one(self):
        self.assertEqual(all_pages(["a", "b", "c", "d"], 2), [["a", "b"], ["c", "d"]])

    def test_no_results_need_no_page(self):
        self.assertEqual(count_pages(0, 10), 0)

    def test_one_more_than_full(self):
        self.assertEqual(count_pages(21, 10), 3)
