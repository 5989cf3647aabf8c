"""Turn degrees Celsius into degrees Fahrenheit."""

import argparse


def fahrenheit(celsius):
    """Return the same temperature in Fahrenheit."""
    return celsius * 9 / 5 + 32


def main():
    """Read the temperature and print it."""
    parser = argparse.ArgumentParser(description="Celsius to Fahrenheit.")
    parser.add_argument("celsius", type=float, help="degrees Celsius")
    parser.add_argument("--digits", type=int, default=1, help="digits after the point")
    arguments = parser.parse_args()
    print(f"{fahrenheit(arguments.celsius):.{arguments.digits}f} F")


if __name__ == "__main__":
    main()
