"""Tries every attack of the laboratory in every boundary: see scripts/sandbox-lab."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import get_args

from tests.tools.sandbox.attacks import ATTACKS, GROUPS
from tests.tools.sandbox.attacks_of_corpus import of_corpus
from tests.tools.sandbox.lab_run import USERS, try_all
from tests.tools.sandbox.laboratory import Backend, Outcome

CORPUS = "corpus"


def main(arguments: Sequence[str]) -> int:
    """Print one table for each boundary; 1 when something got out of one that claims to be full."""
    parser = argparse.ArgumentParser(
        prog="scripts/sandbox-lab",
        description="Try every attack of the laboratory, as root (when you are) and as a normal "
        "user, against canary files, listening sockets and processes of its own. A number is how "
        "many succeeded. Without a boundary (nothing) all must, or they would prove nothing.",
    )
    parser.add_argument("--only", choices=get_args(Backend), help="one boundary")
    options = parser.parse_args(arguments)
    backends: tuple[Backend, ...] = (options.only,) if options.only else get_args(Backend)
    failed = False
    for backend in backends:
        for user in USERS:
            began = time.monotonic()
            names = (*_names(backend, user == "root"), *((CORPUS,) if user == USERS[-1] else ()))
            outcomes = try_all(user, backend, names)
            _print_table(backend, f"as {user}, {time.monotonic() - began:.0f} s", outcomes)
            failed = failed or not _is_as_promised(backend, outcomes)
    return 1 if failed else 0


def _names(backend: Backend, root: bool) -> list[str]:
    """What to try: everything, but without a boundary only what hurts nobody else."""
    tried = ("anybody", "root") if root else ("anybody",)
    return [a.name for a in ATTACKS if backend != "nothing" or a.control in tried]


def _is_as_promised(backend: Backend, outcomes: Sequence[Outcome]) -> bool:
    partial = {attack.name for attack in ATTACKS if attack.partial}
    harmed = {one.attack for one in outcomes if one.harm}
    tried = {one.attack for one in outcomes if not _is_of_corpus(one)}
    if backend == "nothing":
        return tried <= harmed
    return harmed <= (partial if backend == "landlock" else set[str]())


def _is_of_corpus(outcome: Outcome) -> bool:
    return outcome.attack.startswith(f"{CORPUS} #")


def _print_table(backend: Backend, title: str, outcomes: Sequence[Outcome]) -> None:
    print(f"{backend}, {title}")
    members = {name: {attack.name for attack in group} for name, group in GROUPS.items()}
    members["shell corpus"] = {attack.name for attack in of_corpus()}
    for name, attacks in members.items():
        group = [one for one in outcomes if one.attack in attacks]
        if not group:
            continue
        harmed = [one for one in group if one.harm]
        print(f"  {name:<14}{len(harmed):>4} of {len(group):<4}succeeded")
        if backend != "nothing":
            for one in harmed:
                print(f"      {one.attack}: {one.harm[0]}")
    print(flush=True)


if __name__ == "__main__":
    if sys.platform != "linux":
        raise SystemExit("the laboratory needs Linux")
    os.umask(0o022)
    raise SystemExit(main(sys.argv[1:]))
