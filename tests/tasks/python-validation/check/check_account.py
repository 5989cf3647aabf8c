import unittest

from account import Account


class HiddenCases(unittest.TestCase):
    def refused(self, method, amount):
        account = Account("Ada", 100)
        with self.assertRaises(ValueError):
            getattr(account, method)(amount)
        self.assertEqual(account.balance, 100)

    def test_negative_amounts(self):
        self.refused("deposit", -1)
        self.refused("withdraw", -1)

    def test_zero(self):
        self.refused("deposit", 0)
        self.refused("withdraw", 0)

    def test_not_enough_money(self):
        self.refused("withdraw", 101)

    def test_everything_may_be_withdrawn(self):
        self.assertEqual(Account("Ada", 100).withdraw(100), 0)

    def test_ordinary_use(self):
        self.assertEqual(Account("Ada").deposit(500), 500)
