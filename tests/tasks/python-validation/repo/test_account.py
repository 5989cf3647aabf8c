import unittest

from account import Account


class AccountTest(unittest.TestCase):
    def test_deposit(self):
        self.assertEqual(Account("Ada").deposit(500), 500)

    def test_withdraw(self):
        self.assertEqual(Account("Ada", 500).withdraw(200), 300)
