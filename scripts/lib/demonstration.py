"""Lets inhouse fix the bug of the sample repository with the starter model, and judges the fix.

Run by scripts/demo in a prepared .venv. Exit code 0 only when the sample's tests pass at the end.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).resolve().parents[1] / "sample"
INHOUSE = Path(sys.executable).parent / "inhouse"
TESTS = (sys.executable, "-m", "unittest", "-q")
MODEL = "starter"


def main() -> int:
    """The whole demonstration; the exit code tells whether the model fixed the bug."""
    heading("the model: a file of 1.1 GB, downloaded once")
    if run([str(INHOUSE), "models", "pull", MODEL]) != 0:
        return 1
    folder = Path(tempfile.mkdtemp(prefix="inhouse-demo-"))
    repository = lay_out(folder / "tidy")

    heading(f"a test of the sample fails, in {repository}")
    if run(TESTS, repository) == 0:
        print("The tests of the sample pass already: scripts/sample is not what it should be.")
        return 1

    prompt = (SAMPLE / "prompt.txt").read_text(encoding="utf-8").strip()
    heading(f'inhouse -p "{prompt}"')
    log = folder / "log.jsonl"
    code = ask(prompt, repository, log)

    heading("what the model changed")
    run(["git", "--no-pager", "diff"], repository)
    heading("the tests now")
    passed = run(TESTS, repository) == 0

    heading("figures")
    show_figures(read_result(log), code)
    print(f"every step: {log}")
    print("The engine keeps the model loaded for a while; `.venv/bin/inhouse engine stop` ends it.")
    print("\nThe model fixed the bug." if passed else "\nThe model did NOT fix the bug.")
    return 0 if passed else 1


def heading(text: str) -> None:
    print(f"\n== {text}", flush=True)


def run(command: Sequence[str], folder: Path | None = None) -> int:
    """Run a command with its output on the terminal; its exit code."""
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, check=False).returncode


def lay_out(repository: Path) -> Path:
    """A fresh git repository with the files of the sample."""
    shutil.copytree(SAMPLE / "repo", repository, ignore=shutil.ignore_patterns("__pycache__"))
    identity = ("-c", "user.name=inhouse demo", "-c", "user.email=demo@localhost")
    for command in (
        ("init", "--quiet"),
        ("add", "--all"),
        (*identity, "-c", "commit.gpgsign=false", "commit", "--quiet", "--message", "the sample"),
    ):
        subprocess.run(("git", *command), cwd=repository, check=True)
    return repository


def ask(prompt: str, repository: Path, log: Path) -> int:
    """One-shot in the repository: progress on the terminal, every event a line of the log."""
    options = ("--model", MODEL, "--output-format", "stream-json", "--verbose")
    with log.open("w", encoding="utf-8") as events:
        return subprocess.run(
            [str(INHOUSE), "-p", prompt, *options],
            cwd=repository,
            stdin=subprocess.DEVNULL,
            stdout=events,
            check=False,
        ).returncode


def read_result(log: Path) -> dict[str, Any]:
    """The result object, the last line of the log; empty when inhouse did not get that far."""
    lines = log.read_text(encoding="utf-8").splitlines()
    result: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return result if result.get("type") == "result" else {}


def show_figures(result: dict[str, Any], code: int) -> None:
    """Tokens, speed and time, as inhouse counted them."""
    if not result:
        print(f"inhouse ended with exit code {code} and without a result.")
        return
    usage, timings = result["usage"], result["timings"]
    read = usage["input_tokens"] - usage["cached_input_tokens"]
    rows = {
        "answer": result["result"].strip() or "(none)",
        "ended as": f"{result['subtype']} (exit code {code}), {result['num_turns']} answers",
        "tokens read": f"{read:,} of {usage['input_tokens']:,}"
        + f"{per_second(read, timings['read_seconds'])}; the rest was known already",
        "tokens written": f"{usage['output_tokens']:,}"
        + per_second(usage["output_tokens"], timings["write_seconds"]),
        "wall time": f"{result['duration_ms'] / 1000:.1f} s",
    }
    for name, value in rows.items():
        print(f"{name:>15}: {value}")


def per_second(tokens: int, seconds: float) -> str:
    return f", {tokens / seconds:.1f} tokens/s" if seconds > 0 else ""


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
