import unittest

from pages import all_pages, page


class PagesTest(unittest.TestCase):
    def test_first_page(self):
        self.assertEqual(page(["a", "b", "c"], 1, 2), ["a", "b"])

    def test_last_page_may_be_short(self):
        self.assertEqual(all_pages(["a", "b", "c"], 2), [["a", "b"], ["c"]])


if __name__ == "__main__":
    unittest.main()
