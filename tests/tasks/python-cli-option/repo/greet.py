"""Greet somebody on the command line."""

import argparse


def greeting(name, shout=False):
    """Return the greeting of one person."""
    text = f"Hello, {name}!"
    return text.upper() if shout else text


def main():
    """Read the arguments and print the greeting."""
    parser = argparse.ArgumentParser(description="Greet somebody.")
    parser.add_argument("name", help="who is greeted")
    parser.add_argument("--shout", action="store_true", help="use capital letters")
    arguments = parser.parse_args()
    print(greeting(arguments.name, arguments.shout))


if __name__ == "__main__":
    main()
