import subprocess
import sys

import inventory

run = subprocess.run([sys.executable, "inventory.py"], capture_output=True, text=True)
assert run.returncode == 0, run.stderr
assert run.stdout == "apples: 12\npears: 3\nplums: 0\norder: pears, plums\n", run.stdout
assert inventory.to_order({"b": 1, "a": 4, "c": 5}) == ["a", "b"]
assert inventory.to_order({"b": 1, "a": 4}, minimum=2) == ["b"]
