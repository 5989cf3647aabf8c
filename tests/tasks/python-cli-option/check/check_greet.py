import pathlib
import subprocess
import sys


def greet(*arguments):
    command = [sys.executable, "greet.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


assert greet("Ada").stdout == "Hello, Ada!\n"
assert greet("Ada", "--times", "3").stdout == "Hello, Ada!\n" * 3
assert greet("--times", "2", "--shout", "Bob").stdout == "HELLO, BOB!\n" * 2
assert greet("Ada", "--shout").stdout == "HELLO, ADA!\n"
assert greet("Ada", "--times", "many").returncode == 2
assert "--times" in pathlib.Path("README.md").read_text()
