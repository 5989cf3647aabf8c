"""Runs inhouse on every task, judges what it did and prints a row for each: see scripts/eval."""

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path

from attempt import Attempt, attempt, installed_command, skipped
from judge import HELD_OUT, TASKS, Task, load_tasks

ROW = "{:<32} {:<8} {:>7} {:>5} {:>8} {:>8} {:>7}  {}"


def main() -> int:
    """Run the tasks that the command line names; 0 when they ran, however they ended."""
    options = parse(sys.argv[1:])
    tasks = load_tasks(HELD_OUT if options.held_out else TASKS)
    unknown = [pattern for pattern in options.only if not choose(tasks, [pattern])]
    command = installed_command()
    if command is None:
        sys.stderr.write("inhouse is not installed here: run scripts/test once\n")
        return 2
    if unknown:
        sys.stderr.write(f"no task of this set has this name: {', '.join(unknown)}\n")
        return 2
    logs = options.logs or Path(tempfile.mkdtemp(prefix="inhouse-eval-"))
    logs.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ)
    if options.call_form:
        environment["INHOUSE_CALL_FORM"] = options.call_form
    flags = (("--model", options.model) if options.model else ()) + tuple(options.flags)
    header(options, logs)
    attempts: list[Attempt] = []
    code = 0
    try:
        for task in choose(tasks, options.only, several=options.several):
            for number in range(1, options.repeat + 1):
                name = task.name if options.repeat == 1 else f"{task.name}-{number}"
                if shutil.which(task.program) is None:
                    attempts.append(skipped(task, name))
                else:
                    attempts.append(attempt(task, name, (str(command), *flags), environment, logs))
                print(row(attempts[-1]), flush=True)
    except KeyboardInterrupt:
        code = 130
    print(summary(attempts, "held-out" if options.held_out else "tasks"))
    if options.json:
        options.json.write_text(json.dumps(report(options, attempts), indent=2) + "\n")
    return code


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; what stands behind `--` goes to inhouse."""
    parser = argparse.ArgumentParser(
        prog="scripts/eval",
        description="Let inhouse solve the tasks under tests/tasks and judge what it did.",
    )
    parser.add_argument("--held-out", action="store_true", help="the tasks that nobody tunes for")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="names, with * and ?; repeatable",
    )
    parser.add_argument(
        "--several", action="store_true", help="only tasks that need changes in several files"
    )
    parser.add_argument("--model", metavar="NAME", help="instead of the model inhouse would choose")
    parser.add_argument("--call-form", choices=("fenced", "native"), help="how calls are written")
    parser.add_argument("--repeat", type=positive, default=1, metavar="N", help="runs of each task")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="events, diffs, check output")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures, for programs")
    parser.add_argument("flags", nargs="*", metavar="-- FLAG", help="more flags for inhouse")
    return parser.parse_args(arguments)


def positive(text: str) -> int:
    """Return a whole number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def choose(tasks: list[Task], patterns: Sequence[str], *, several: bool = False) -> list[Task]:
    """Return the tasks whose names match a pattern, all when there is none.

    With `several`, only those of them that need changes in several files.
    """
    matching = patterns or ["*"]
    return [
        task
        for task in tasks
        if any(fnmatchcase(task.name, pattern) for pattern in matching)
        if task.several or not several
    ]


def header(options: argparse.Namespace, logs: Path) -> None:
    """Say what runs where."""
    kind = "held-out tasks" if options.held_out else "tasks"
    form = f", calls {options.call_form}" if options.call_form else ""
    print(f"inhouse on the {kind}: model {options.model or 'as configured'}{form}")
    print(f"machine: {machine()}")
    print(f"logs: {logs}")
    titles = ("task", "verdict", "seconds", "turns", "input", "cached", "output", "ending")
    print(ROW.format(*titles), flush=True)


def machine() -> str:
    """Name the processor and count the cores that may be used."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count()
    name = platform.processor() or platform.machine()
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    return f"{cores} cores, {name}, {platform.system()}"


def row(done: Attempt) -> str:
    """Show one attempt as a line of the table."""
    usage = (done.input_tokens, done.cached_input_tokens, done.output_tokens)
    return ROW.format(
        done.name, done.verdict, f"{done.seconds:.1f}", done.turns, *usage, done.ending
    )


def summary(attempts: Sequence[Attempt], title: str) -> str:
    """Show what it came to: solved, tokens, seconds and speed over all that ran."""
    ran = [done for done in attempts if done.verdict != "skipped"]
    lines = [f"{title}: {sum(done.verdict == 'solved' for done in ran)}/{len(ran)} solved"]
    if len(ran) < len(attempts):
        lines[0] += f", {len(attempts) - len(ran)} skipped"
    if ran:
        lines.append(by_files(ran))
        read = sum(done.input_tokens for done in ran)
        cached = sum(done.cached_input_tokens for done in ran)
        written = sum(done.output_tokens for done in ran)
        seconds = [done.seconds for done in ran]
        lines.append(f"tokens: {read} input ({cached} cached), {written} output")
        lines.append(
            f"seconds per task: median {statistics.median(seconds):.1f},"
            f" longest {max(seconds):.1f}, total {sum(seconds):.1f}"
        )
        reading = sum(done.read_seconds for done in ran)
        writing = sum(done.write_seconds for done in ran)
        lines.append(
            f"speed: {rate(read - cached, reading)} reading, {rate(written, writing)} writing"
        )
        lines.append(f"model: {', '.join(sorted({done.model for done in ran}))}")
    return "\n".join(lines)


def by_files(ran: Sequence[Attempt]) -> str:
    """Show how many were solved of those that need few files and of those that need several."""
    parts: list[str] = []
    for title, several in (("one or two files", False), ("several files", True)):
        of_kind = [done for done in ran if done.several == several]
        solved = sum(done.verdict == "solved" for done in of_kind)
        parts.append(f"{title} {solved}/{len(of_kind)}")
    return f"by kind: {', '.join(parts)}"


def rate(tokens: int, seconds: float) -> str:
    """Show tokens per second, as far as they were measured."""
    return f"{tokens / seconds:.1f} tokens/s" if seconds else "unknown tokens/s"


def report(options: argparse.Namespace, attempts: Sequence[Attempt]) -> dict[str, object]:
    """Return the figures of a run for a JSON file."""
    ran = [done for done in attempts if done.verdict != "skipped"]
    return {
        "set": "held-out" if options.held_out else "tasks",
        "machine": machine(),
        "call_form": options.call_form,
        "solved": sum(done.verdict == "solved" for done in ran),
        "total": len(ran),
        "attempts": [asdict(done) for done in attempts],
    }


if __name__ == "__main__":
    sys.exit(main())
