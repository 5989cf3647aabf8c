import pathlib
import subprocess
import sys
import tempfile


def longest(text):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "text.txt"
        file.write_text(text)
        command = [sys.executable, "longest.py", str(file)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=20)
        assert run.returncode == 0, run.stderr
        return run.stdout


assert longest("one\nthree\ntwo\n") == "three\n"
assert longest("aaaa\nbbbb\ncc\n") == "aaaa\n"
assert longest("short\nthe last line is the longest") == "the last line is the longest\n"
assert "over harbor and city" in longest(pathlib.Path("poem.txt").read_text())
