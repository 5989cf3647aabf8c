"""Print the price of what stands on the command line."""

import sys

from store.order import total
from store.prices import find_price

if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name, find_price(name))
    print("total", total(sys.argv[1:]))
