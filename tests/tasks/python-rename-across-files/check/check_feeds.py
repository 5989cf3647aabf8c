import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from feeds import Cache, Client, RetryingClient, cli
from feeds.reader import Reader

assert Client(str.upper).download("a") == "A"
assert Client(str.upper).fetch_all(["a"]) == {"a": "A"}
assert not hasattr(Client, "fetch") and not hasattr(RetryingClient, "fetch")
assert "download" in vars(RetryingClient), "the subclass has its own"

answers = [ConnectionError, "b", ConnectionError, "c"]


def source(address):
    answer = answers.pop(0)
    if answer is ConnectionError:
        raise answer
    return answer


assert RetryingClient(source).fetch_all(["b", "c"]) == {"b": "b", "c": "c"}
assert Reader(Client(str.title), Cache()).title("sun\nand rain") == "Sun"

with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "page").write_text("News\nNone.\n")
    assert cli.run(["fetch", folder, "page"]) == "News\nNone.\n"
    assert cli.run(["titles", folder, "page"]) == "page: News\n"
    command = [sys.executable, "-m", "feeds.cli", "download", folder, "page"]
    assert subprocess.run(command, capture_output=True).returncode == 2

docs = Path("docs/usage.md").read_text()
assert not re.search(r"client\.fetch\b", docs, re.IGNORECASE), docs
for kept in ("client.download(", "client.fetch_all(", "cache.fetch(", "feeds.cli fetch"):
    assert kept in docs, kept
assert "RetryingClient.download" in docs

for file in [*Path("feeds").rglob("*.py"), *Path("tests").rglob("*.py")]:
    text = file.read_text()
    assert not re.search(r"(client|super\(\)|Client\(\w+\))\.fetch\b", text), file

suite = unittest.defaultTestLoader.discover(".")
assert suite.countTestCases() >= 4, suite
assert unittest.TextTestRunner(verbosity=0).run(suite).wasSuccessful()
