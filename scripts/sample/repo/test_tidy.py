import unittest

from tidy.titles import headline, underline
from tidy.words import count, shorten, squeeze


class WordsTest(unittest.TestCase):
    def test_squeeze(self):
        self.assertEqual(squeeze("  a   b\n c "), "a b c")

    def test_a_text_that_fits_stays(self):
        self.assertEqual(shorten("the fog", 7), "the fog")

    def test_a_cut_text_fits_with_its_dots(self):
        self.assertEqual(shorten("the fog comes on", 14), "the fog...")

    def test_count(self):
        self.assertEqual(count("one two three"), 3)

    def test_count_takes_any_white_space(self):
        self.assertEqual(count("one  two\nthree "), 3)


class TitlesTest(unittest.TestCase):
    def test_headline(self):
        self.assertEqual(headline("  the   fog  "), "The fog")

    def test_headline_of_nothing(self):
        self.assertEqual(headline("  "), "")

    def test_underline(self):
        self.assertEqual(underline("Fog"), "Fog\n===")


if __name__ == "__main__":
    unittest.main()
