import unittest

from feeds import Client, RetryingClient


class ClientTest(unittest.TestCase):
    def test_every_way_counts(self):
        for method, argument in (("fetch", "news"), ("fetch_all", ["news"])):
            client = Client(str.upper)
            getattr(client, method)(argument)
            self.assertEqual(client.requests, 1)

    def test_asks_again(self):
        failures = [ConnectionError, ConnectionError]

        def source(address):
            if failures:
                raise failures.pop()
            return address.upper()

        self.assertEqual(RetryingClient(source).fetch("news"), "NEWS")
