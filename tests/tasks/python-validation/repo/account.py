"""A bank account in whole cents."""


class Account:
    """Holds the money of one customer."""

    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        """Add money and return the new balance."""
        self.balance += amount
        return self.balance

    def withdraw(self, amount):
        """Take money and return the new balance."""
        self.balance -= amount
        return self.balance
