import unittest
from unittest import mock

from blog.feed import feed
from blog.pages import Page
from redirects import redirects


class PagesTest(unittest.TestCase):
    def test_address_is_made_of_the_title(self):
        with mock.patch("blog.slugs.slugify", return_value="tea") as slugify:
            self.assertEqual(Page("Green tea", "").address(), "/tea/")
        slugify.assert_called_once_with("Green tea")

    def test_feed(self):
        self.assertEqual(feed([Page("Tea", "Hot and green.")]), ["#tea hot and green"])

    def test_redirects(self):
        self.assertEqual(redirects(["Green Tea"]), {"/Green_Tea.html": "/green-tea/"})
