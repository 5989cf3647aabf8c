"""What a sandbox must withstand before it is used: a script that tries to get out of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools.sandbox.entering import find_bash

HELD = "held"
PARTIAL = "partial: "
MOST_PATHS = 200
_ALWAYS = 11
"""Attempts that name no path: at capabilities, calls, sockets, processes and kernel settings."""
# Each line that it prints is something that it could do; the last one says that it came to its end.
_ATTEMPTS = r"""
LC_ALL=C
shopt -s nullglob dotglob
mine=$(</proc/self/status)
value() { local rest=${mine#*$'\n'$1:$'\t'}; echo "${rest%%$'\n'*}"; }
writes() { { : >>"$1"; } 2>/dev/null && { [[ -s $1 ]] || rm -f -- "$1"; }; }
for name in CapEff CapPrm CapBnd CapAmb; do
  [[ $(value $name) =~ ^0+$ ]] || echo "it keeps capabilities ($name)"
done
[[ $(value NoNewPrivs) = 1 ]] || echo "it could gain privileges"
[[ $(value Seccomp) = 2 ]] || echo "partial: there is no filter of system calls"
answer=$( (exec 3<>/dev/udp/127.0.0.1/9) 2>&1) && echo "partial: it can open sockets"
[[ $answer = *"not permitted"* ]] || echo "partial: it is not refused a socket ($answer)"
while read -r name rest; do
  [[ $name = *: && $name != lo: ]] && echo "it sees the network interface $name"
done </proc/net/dev
(($$ < 16)) || echo "it sees the processes of the machine"
[[ -w /proc/sys/kernel/core_pattern ]] && echo "it can change settings of the kernel"
count=$1; shift
for folder in "${@:1:count}"; do
  writes "$folder/.inhouse-probe-$$" && echo "it can write in $folder"
done
shift "$count"; count=$1; shift
for path in "${@:1:count}"; do
  if [[ -d $path ]]; then writes "$path/.inhouse-probe-$$"; else { : >>"$path"; } 2>/dev/null; fi &&
    echo "it can write in $path, which is protected"
done
shift "$count"
for path; do
  inside=("$path"/*)
  [[ -f $path ]] && IFS= read -rn1 inside <"$path"
  [[ -n $inside ]] && echo "it can read $path"
done
echo held
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was seen: `problem` is "" when all held, `partial` when only a lesser part did not."""

    problem: str = ""
    partial: bool = False
    attempts: int = 0


def attempts(
    outside: Iterable[Path], protected: Sequence[Path], secrets: Sequence[Path]
) -> tuple[tuple[str, ...], int]:
    """The command to run inside, and how many things it tries.

    `secrets` are files and folders that must be empty there.
    """
    first = list(outside)
    second = list(protected[:MOST_PATHS])
    third = secrets[:MOST_PATHS]
    argv = (
        *(find_bash(), "-p", "-c", _ATTEMPTS, "inhouse-proof"),
        *(str(len(first)), *map(str, first)),
        *(str(len(second)), *map(str, second)),
        *map(str, third),
    )
    return argv, _ALWAYS + len(first) + len(second) + len(third)


def judge(output: str, exit_code: int) -> Proof:
    """What the attempts came to."""
    lines = [line for line in output.strip().split("\n") if line.strip()]
    if not lines or lines[-1] != HELD:
        return Proof(lines[-1] if lines else f"exit code {exit_code}")
    problems = lines[:-1]
    worst = next((line for line in problems if not line.startswith(PARTIAL)), "")
    if worst:
        return Proof(f"a command in it was not held: {worst}")
    if problems:
        return Proof(problems[0].removeprefix(PARTIAL), partial=True)
    return Proof()
