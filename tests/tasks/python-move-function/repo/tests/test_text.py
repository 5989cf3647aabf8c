import unittest

from blog.text import excerpt, slugify, without_accents


class TextTest(unittest.TestCase):
    def test_slugify(self):
        self.assertEqual(slugify("Crème brûlée, twice!"), "creme-brulee-twice")
        self.assertEqual(slugify("a" * 39 + " b"), "a" * 39)

    def test_without_accents(self):
        self.assertEqual(without_accents("Zoë"), "Zoe")

    def test_excerpt(self):
        self.assertEqual(excerpt("One two three", 2), "one two ...")
