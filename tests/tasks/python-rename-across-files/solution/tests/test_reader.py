import unittest
from unittest import mock

from feeds import Cache, Client
from feeds.reader import Reader


class ReaderTest(unittest.TestCase):
    def test_title(self):
        with mock.patch.object(Client, "download", return_value="Weather\nRain."):
            self.assertEqual(Reader(Client(None), Cache()).title("weather"), "Weather")

    def test_a_page_is_read_once(self):
        client, cache = Client(str.upper), Cache()
        reader = Reader(client, cache)
        self.assertEqual([reader.text("a"), reader.text("a")], ["A", "A"])
        self.assertEqual(client.requests, 1)
        self.assertEqual(cache.fetch("a", str.lower), "A")
