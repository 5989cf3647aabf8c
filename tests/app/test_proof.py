"""What strace writes is read right, and what is not shown is not claimed."""

import pytest

from inhouse.proof.report import Proof, Task, Way
from inhouse.proof.trace import Calls, Role, leaks_of, read_trace

PYTHON = (
    'execve("/usr/bin/python3", ["python3", "-I", "-m", "inhouse.start"], 0x1 /* 9 vars */) = 0'
)
CONFINE = (
    'execve("/usr/bin/python3", ["python3", "-I", "-m", "inhouse_tools.sandbox.confine", "python3",'
    ' "-I", "-m", "inhouse_models.host", "--fd", "8"], 0x1 /* 9 vars */) = 0'
)
HOST = 'execve("/usr/bin/python3", ["python3", "-I", "-m", "inhouse_models.host", "--fd"], 0x1) = 0'
BWRAP = 'execve("/usr/bin/bwrap", ["/usr/bin/bwrap", "--unshare-all"], 0x1 /* 9 vars */) = 0'
SHELL = 'execve("/bin/bash", ["/bin/bash", "-c", "curl http://h"], 0x1 /* 9 vars */) = 0'
UNIX = "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 8"
INTERNET = "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3"
REFUSED = "socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = -1 EPERM (Operation not permitted)"
NETLINK = "socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 5"
FILTER = "seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, {len=28}) = 0"
CONNECT = 'connect(7, {sa_family=AF_UNIX, sun_path="/tmp/AF_INET.sock"}, 37) = 0'
FORK = "clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7) = {}"

# 10 the front end, 11 its thread, 20 the runner, 30 the engine, 31 its renderer, 40 on a command.
WHOLE = f"""\
10    {PYTHON}
10    {FORK.format(20)}
10    {FILTER}
10    clone3({{flags=CLONE_VM|CLONE_THREAD|CLONE_SETTLS}} <unfinished ...>
11    {UNIX}
10    <... clone3 resumed> => {{parent_tid=[11]}}, 88) = 11
11    {CONNECT}
20    {FORK.format(30)}
30    {CONFINE}
30    {FILTER}
30    {HOST}
30    vfork( <unfinished ...>
31    execve("/usr/bin/python3", ["python3", "-I", "-m", "inhouse_models.formats"] <unfinished ...>
30    <... vfork resumed>)              = 31
31    <... execve resumed>)             = 0
31    {UNIX}
20    {FORK.format(40)}
40    {BWRAP}
40    {FORK.format(41)}
41    {NETLINK}
41    {FORK.format(2)}
42    {SHELL}
42    {REFUSED}
43    {UNIX}
43    +++ exited with 0 +++
"""


def test_each_call_is_counted_where_it_belongs() -> None:
    calls = read_trace(WHOLE.splitlines())
    assert dict(calls["front end"].sockets) == {"AF_UNIX": 1}
    assert dict(calls["front end"].connections) == {"AF_UNIX": 1}
    assert calls["runner"] == Calls()
    assert dict(calls["engine"].sockets) == {"AF_UNIX": 1}
    assert dict(calls["sandbox"].sockets) == {"AF_NETLINK": 1}
    assert dict(calls["commands"].sockets) == {"AF_INET6": 1, "AF_UNIX": 1}
    assert calls["commands"].refused["AF_INET6"] == 1
    assert [role for role, one in calls.items() if one.filtered] == ["front end", "engine"]
    assert leaks_of(calls) == []


@pytest.mark.parametrize(
    ("line", "leak"),
    [
        (f"10    {INTERNET}", "front end: 1 x AF_INET"),
        (f"10    {REFUSED}", "front end: 1 x AF_INET6"),
        (f"11    {INTERNET}", "front end: 1 x AF_INET"),
        (f"20    {INTERNET}", "runner: 1 x AF_INET"),
        (f"30    {NETLINK}", "engine: 1 x AF_NETLINK"),
        (f"31    {REFUSED}", "engine: 1 x AF_INET6"),
        (f"41    {INTERNET}", "sandbox: 1 x AF_INET"),
        (f"42    {INTERNET}", "commands: 1 x AF_INET"),
        (f"99    {INTERNET}", "commands: 1 x AF_INET"),
        ("10    io_uring_setup(8, {flags=0}) = 3", "front end: 1 x io_uring"),
        ("10    socket(0x2c /* PF_??? */, SOCK_STREAM, 0) = 3", "front end: 1 x 0x2c"),
        ("10    socket(AF_INET, SOCK_STREAM <unfinished ...>", "front end: 1 x AF_INET"),
    ],
)
def test_whatever_could_leave_is_a_leak(line: str, leak: str) -> None:
    calls = read_trace([*WHOLE.splitlines(), line])
    assert leaks_of(calls) == [leak]
    assert proof(calls).verdict == "not proven"


def proof(
    calls: dict[Role, Calls] | None = None,
    *,
    counted: bool = True,
    empty: bool = True,
    ending: str = "success",
) -> Proof:
    ways = (Way("strace", counted, ""), Way("empty network", empty, ""))
    if calls is None:
        calls = read_trace(WHOLE.splitlines()) if counted else {}
    return Proof("tiny", ways, Task(ending, "", ("a.py",), 1.0), calls)


def test_nothing_is_claimed_that_was_not_shown() -> None:
    assert proof().verdict == "proven"
    assert proof(ending="limit").verdict == "proven"
    assert proof(counted=False).verdict == proof(empty=False).verdict == "in part"
    assert proof(counted=False, empty=False).verdict == "not proven"
    for ending in ("engine_error", "interrupted", "not finished", "not started"):
        assert proof(ending=ending).verdict == "not proven"
    unfiltered = read_trace([line for line in WHOLE.splitlines() if FILTER not in line])
    assert proof(unfiltered).verdict == "in part"
    assert proof(read_trace([])).verdict == "in part"


def test_the_proof_is_told_in_words_and_as_json() -> None:
    rows = {row[1]: row for row in proof().rows()}
    assert rows["front end"][2] == "sockets: AF_UNIX 1, others 0; denies itself others"
    assert rows["sandbox"][2].endswith("(sets up loopback inside an empty network)")
    assert "AF_INET6 1 (1 refused)" in rows["commands"][2]
    assert rows["nothing leaves"][0] == "proven"
    leaking = proof(read_trace([*WHOLE.splitlines(), f"10    {INTERNET}"]))
    assert ["LEAK", "front end"] in [row[:2] for row in leaking.rows()]
    data = leaking.encode()
    assert (data["verdict"], data["leaks"]) == ("not proven", ["front end: 1 x AF_INET"])
