"""Filters of system calls (seccomp): no sockets, no io_uring, nothing that widens a sandbox."""

import ctypes
import errno
import os
import platform
import struct
import sys
from typing import Literal

from inhouse_tools.sandbox.syscalls import MACHINES, Machine

Denied = Literal["every socket", "other than unix", "other than internet"]

# Classic BPF, see linux/bpf_common.h; one instruction is (code, jump if true, if false, operand).
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_INSTRUCTION = struct.Struct("=HBBI")
_ALLOW, _ERROR, _KILL = 0x7FFF_0000, 0x0005_0000, 0x8000_0000
# Offsets in struct seccomp_data; of an argument the low half, which is all that an int has.
_NUMBER, _AUDIT, _ARGUMENTS = 0, 4, 16

_UNIX, _INTERNET, _INTERNET_6, _NETLINK = 1, 2, 10, 16
_STREAM, _SEQPACKET, _TYPE_BITS = 1, 5, 0xF
_NETLINK_ROUTE = 0
# CLONE_NEW* of namespaces; the one for time shares its bit with a signal number in clone(2).
_NAMESPACES, _NAMESPACE_OF_TIME = 0x7E02_0000, 0x80
_PUT_INTO_TERMINAL = (0x5412, 0x541C, 0x541D)
"""TIOCSTI, TIOCLINUX, TIOCCONS: they type into a terminal that somebody else reads."""

_RINGS = ("io_uring_setup", "io_uring_enter", "io_uring_register")
_WIDENING = (
    *("mount", "umount2", "pivot_root", "chroot", "setns", "move_mount", "open_tree"),
    *("open_tree_attr", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr"),
    *("bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key"),
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module"),
    *("reboot", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "settimeofday"),
    *("clock_settime", "iopl", "ioperm", "syslog", "open_by_handle_at", "vhangup"),
    *("fanotify_init", "lookup_dcookie", "sethostname", "setdomainname"),
)
_NO_NEW_PRIVILEGES = 38
_SET_MODE_FILTER, _ALL_THREADS = 1, 1

_Instruction = tuple[int, int, int, int]


def filter_program(deny: Denied, *, hardened: bool = False, machine: str | None = None) -> bytes:
    """A program for seccomp(2), as an array of struct sock_filter; b"" for an unknown processor.

    `deny` says which sockets are refused with EPERM. Pairs of connected Unix sockets always work,
    but not such of datagrams, which could still send to any address. Calls of another architecture
    end the process. `hardened` refuses what a command has no use for and what could widen its
    sandbox: mounting, namespaces, kernel keys and modules, bpf, perf, typing into terminals. It
    leaves ptrace: a debugger sees nothing beyond the command's own process ids.
    `machine` is as in `platform.machine()`, the running one by default.
    """
    known = MACHINES.get(machine or platform.machine())
    if known is None or sys.byteorder != "little":
        return b""
    program = [
        (_LOAD, 0, 0, _AUDIT),
        (_EQUAL, 1, 0, known.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, known.most),
        _refusal(),
        *_refuse(known, *_RINGS),
        *_sockets(known, deny),
        *(_hardening(known) if hardened else ()),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in program)


def _refusal(number: int = errno.EPERM) -> _Instruction:
    return (_RETURN, 0, 0, _ERROR | number)


def _refuse(machine: Machine, *names: str, error: int = errno.EPERM) -> list[_Instruction]:
    """Refuse these calls whatever their arguments are."""
    program: list[_Instruction] = []
    for name in names:
        if name in machine.numbers:
            program += [(_EQUAL, 0, 1, machine.numbers[name]), _refusal(error)]
    return program


def _judge(machine: Machine, name: str, body: list[_Instruction]) -> list[_Instruction]:
    """For this call only run `body`; what it does not decide goes on with the number loaded."""
    rest = [*body, (_LOAD, 0, 0, _NUMBER)]
    return [(_EQUAL, 0, len(rest), machine.numbers[name]), *rest]


def _argument(index: int) -> _Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index)


def _sockets(machine: Machine, deny: Denied) -> list[_Instruction]:
    pair = [
        _argument(0),
        (_EQUAL, 1, 0, _UNIX),
        _refusal(),
        _argument(1),
        (_AND, 0, 0, _TYPE_BITS),
        (_EQUAL, 2, 0, _STREAM),
        (_EQUAL, 1, 0, _SEQPACKET),
        _refusal(),
    ]
    pairs = _judge(machine, "socketpair", pair)
    match deny:
        case "every socket":
            # Nobody has a socket that is not connected yet, unless it came in from outside.
            return [*_refuse(machine, "socket", "connect", "bind", "listen"), *pairs]
        case "other than unix":
            return [
                *_judge(machine, "socket", [_argument(0), (_EQUAL, 1, 0, _UNIX), _refusal()]),
                *pairs,
            ]
        case "other than internet":
            # Libraries ask the kernel for the addresses of interfaces over a netlink socket.
            domains = [
                _argument(0),
                (_EQUAL, 5, 0, _INTERNET),
                (_EQUAL, 4, 0, _INTERNET_6),
                (_EQUAL, 0, 2, _NETLINK),
                _argument(2),
                (_EQUAL, 1, 0, _NETLINK_ROUTE),
                _refusal(),
            ]
            return [*_judge(machine, "socket", domains), *pairs]


def _hardening(machine: Machine) -> list[_Instruction]:
    keys = [*((_EQUAL, 0, 1, code) for code in _PUT_INTO_TERMINAL)]
    terminal = [_argument(1), *(part for key in keys for part in (key, _refusal()))]
    namespaces = _NAMESPACES | _NAMESPACE_OF_TIME
    return [
        *_refuse(machine, *_WIDENING),
        # Its flags lie in memory, where a filter cannot look; without it clone(2) is used.
        *_refuse(machine, "clone3", error=errno.ENOSYS),
        *_judge(machine, "clone", [_argument(0), (_ANY_BIT, 0, 1, _NAMESPACES), _refusal()]),
        *_judge(machine, "unshare", [_argument(0), (_ANY_BIT, 0, 1, namespaces), _refusal()]),
        *_judge(machine, "ioctl", terminal),
    ]


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install(program: bytes) -> str | None:
    """Put a filter on this process, all its threads and all it will start; why it failed.

    There is no way back. The process also gives up gaining privileges by exec (setuid programs).
    """
    machine = MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None or not program:
        return f"there is no filter of system calls for {sys.platform} on {platform.machine()}"
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return f"the kernel refused no_new_privs: {os.strerror(ctypes.get_errno())}"
    value = _Program(len(program) // _INSTRUCTION.size, program)
    code = library.syscall(machine.seccomp, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(value))
    if code > 0:
        return f"the filter of system calls could not be put on thread {code}"
    if code < 0:
        return f"the kernel refused the filter of system calls: {os.strerror(ctypes.get_errno())}"
    return None
