import subprocess
import sys


def convert(*arguments):
    command = [sys.executable, "convert.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


assert convert("20").stdout == "68.0 F\n"
assert convert("36.6", "--digits", "2").stdout == "97.88 F\n"
assert convert("--digits", "0", "36.6").stdout == "98 F\n"
assert convert("10.123", "--digits", "3").stdout == "50.221 F\n"
assert convert("20", "--digits", "two").returncode == 2
