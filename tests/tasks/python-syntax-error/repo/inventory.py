"""Print what is in the store and what must be ordered."""

STOCK = {
    "apples": 12,
    "pears": 3,
    "plums": 0,
}


def to_order(stock, minimum=5):
    """Return the names of goods below the minimum, in alphabetical order."""
    return sorted(name for name, count in stock.items() if count < minimum


def describe(stock):
    """Return one line per kind of fruit."""
    return [f"{name}: {count}" for name, count in stock.items()]


if __name__ == "__main__":
    for line in describe(STOCK):
        print(line)
    print("order:", ", ".join(to_order(STOCK)))
