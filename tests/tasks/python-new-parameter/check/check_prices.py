import unittest
from inspect import Parameter, signature

from shop.prices import price_tag
from shop.shelf import shelf_label

assert price_tag(250, "USD") == "2.50 USD"
assert price_tag(5, currency="EUR") == "0.05 EUR"
assert shelf_label("tea", 1200, "CHF") == "tea: 12.00 CHF"
assert shelf_label("strawberry jam", 399, currency="EUR") == "strawberry .: 3.99 EUR"
for function, names in ((price_tag, ["cents", "currency"]), (shelf_label, ["name", "cents", "currency"])):
    parameters = signature(function).parameters
    assert list(parameters) == names, parameters
    assert parameters["currency"].default is Parameter.empty, function

suite = unittest.defaultTestLoader.loadTestsFromName("test_prices")
assert suite.countTestCases() >= 2, suite
assert unittest.TextTestRunner(verbosity=0).run(suite).wasSuccessful()
