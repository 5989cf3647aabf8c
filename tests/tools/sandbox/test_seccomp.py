"""The filter of system calls, run by a small machine for BPF and by the kernel itself."""

import errno
import platform
import struct
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_tools.sandbox.seccomp import Denied, filter_program
from inhouse_tools.sandbox.syscalls import MACHINES

ALLOWED, KILLED = 0x7FFF_0000, 0x8000_0000
REFUSED = 0x0005_0000 | errno.EPERM
NOT_THERE = 0x0005_0000 | errno.ENOSYS
UNIX, INET, INET6, NETLINK, VSOCK = 1, 2, 10, 16, 40
FOLDER = Path(filter_program.__code__.co_filename).parents[2]

machines = pytest.mark.parametrize("machine", MACHINES)


def judge(program: bytes, machine: str, number: int, *arguments: int, audit: int = 0) -> int:
    """What the kernel would do with a call: the program is run as the kernel runs it."""
    filled = (*arguments, *([0] * (6 - len(arguments))))
    data = struct.pack("<IIQ6Q", number, audit or MACHINES[machine].audit, 0, *filled)
    instructions = list(struct.iter_unpack("<HBBI", program))
    at, value = 0, 0
    while True:
        code, yes, no, operand = instructions[at]
        at += 1
        match code:
            case 0x20:
                value = struct.unpack_from("<I", data, operand)[0]
            case 0x54:
                value &= operand
            case 0x06:
                return operand
            case 0x15:
                at += yes if value == operand else no
            case 0x35:
                at += yes if value >= operand else no
            case 0x45:
                at += yes if value & operand else no
            case _:
                raise AssertionError(f"unknown instruction {code:#x}")


@machines
def test_sockets(machine: str) -> None:
    numbers = MACHINES[machine].numbers
    allowed: dict[Denied, set[int]] = {
        "every socket": set(),
        "other than unix": {UNIX},
        "other than internet": {INET, INET6, NETLINK},
    }
    for deny, domains in allowed.items():
        program = filter_program(deny, machine=machine)
        for domain in range(64):
            wanted = ALLOWED if domain in domains else REFUSED
            assert judge(program, machine, numbers["socket"], domain, 1) == wanted
            # An int has no upper half; the kernel does not look there.
            upper = domain | 7 << 32
            assert judge(program, machine, numbers["socket"], upper, 1) == wanted
        assert judge(program, machine, numbers["socketpair"], UNIX, 1 | 0o2004000) == ALLOWED
        assert judge(program, machine, numbers["socketpair"], UNIX, 5) == ALLOWED
        for kind in (2, 3, 2 | 0o2000000):
            assert judge(program, machine, numbers["socketpair"], UNIX, kind) == REFUSED
        assert judge(program, machine, numbers["socketpair"], INET, 1) == REFUSED
    nothing = filter_program("every socket", machine=machine)
    assert judge(nothing, machine, numbers["connect"], 3) == REFUSED
    internet = filter_program("other than internet", machine=machine)
    assert judge(internet, machine, numbers["socket"], NETLINK, 3, 4) == REFUSED


@machines
@pytest.mark.parametrize("deny", get_args(Denied))
def test_other_doors_are_shut(machine: str, deny: Denied) -> None:
    program = filter_program(deny, machine=machine)
    numbers = MACHINES[machine].numbers
    for name in ("io_uring_setup", "io_uring_enter", "io_uring_register"):
        assert judge(program, machine, numbers[name]) == REFUSED
    assert judge(program, machine, 0x4000_0000 | numbers["socket"], UNIX, 1) == REFUSED
    foreign = next(other.audit for name, other in MACHINES.items() if name != machine)
    for audit in (foreign, 0x4000_0003, 0x4000_0028):
        assert judge(program, machine, 1, audit=audit) == KILLED
    assert judge(program, machine, numbers["mount"]) == ALLOWED, "only commands are hardened"


@machines
def test_a_command_cannot_widen_its_sandbox(machine: str) -> None:
    program = filter_program("every socket", hardened=True, machine=machine)
    numbers = MACHINES[machine].numbers
    for name in ("mount", "setns", "bpf", "keyctl", "open_tree", "userfaultfd", "kexec_load"):
        assert judge(program, machine, numbers[name]) == REFUSED
    assert judge(program, machine, numbers["clone3"]) == NOT_THERE
    assert judge(program, machine, numbers["clone"], 0x1000_0011) == REFUSED
    assert judge(program, machine, numbers["clone"], 0x01200011) == ALLOWED
    assert judge(program, machine, numbers["unshare"], 0x80) == REFUSED
    assert judge(program, machine, numbers["unshare"], 0x400) == ALLOWED
    for request in (0x5412, 0x541C, 0x5412 | 1 << 32):
        assert judge(program, machine, numbers["ioctl"], 0, request) == REFUSED
    assert judge(program, machine, numbers["ioctl"], 0, 0x5401) == ALLOWED


@given(
    machine=st.sampled_from(sorted(MACHINES)),
    number=st.integers(0, 2**32 - 1),
    arguments=st.lists(st.integers(0, 2**64 - 1), min_size=6, max_size=6),
    hardened=st.booleans(),
)
def test_every_call_is_judged(
    machine: str, number: int, arguments: list[int], hardened: bool
) -> None:
    known = MACHINES[machine]
    program = filter_program("every socket", hardened=hardened, machine=machine)
    said = judge(program, machine, number, *arguments)
    assert said in (ALLOWED, REFUSED, NOT_THERE)
    if number in known.numbers.values() or number >= known.most:
        return
    assert said == ALLOWED


def test_an_unknown_processor_has_no_filter() -> None:
    assert filter_program("every socket", machine="sparc64") == b""


@pytest.mark.skipif(platform.machine() not in MACHINES, reason="no filter for this processor")
@pytest.mark.parametrize("deny", get_args(Denied))
def test_the_kernel_obeys(deny: Denied) -> None:
    program = f"""
import sys, threading; sys.path.insert(0, {str(FOLDER)!r})
import os, socket
from inhouse_tools.sandbox.seccomp import filter_program, install
begin, seen = threading.Event(), []
def look():
    begin.wait()
    for family in (socket.AF_UNIX, socket.AF_INET):
        try: socket.socket(family).close(); seen.append("yes")
        except PermissionError: seen.append("no")
thread = threading.Thread(target=look); thread.start()
print(install(filter_program({deny!r})))
begin.set(); thread.join()
left, right = socket.socketpair(); left.send(b"x")
print(*seen, right.recv(1).decode(), os.system("true"))
"""
    shown = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    ).stdout.split("\n")
    expected = {
        "every socket": "no no",
        "other than unix": "yes no",
        "other than internet": "no yes",
    }
    assert shown[:2] == ["None", f"{expected[deny]} x 0"]
