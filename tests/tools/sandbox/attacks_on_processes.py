"""Attempts to harm processes outside, to outlive the command, or to exhaust the machine."""

from tests.tools.sandbox.attack import Attack

_TERMINAL = """
try:
    os.setsid()
except OSError:
    pass
terminal = tried(os.open, E["LAB_TERMINAL"], os.O_RDWR)
if terminal:
    for letter in b"echo bad":
        if libc.ioctl(terminal, 0x5412, ctypes.byref(ctypes.c_char(letter))) == 0: won("TIOCSTI")
    tried(os.write, terminal, b"bad")
for name in ("/dev/tty", "/dev/console", "/dev/tty0", "/dev/vcs", "/proc/1/fd/0", "/proc/1/fd/1"):
    handle = tried(os.open, name, os.O_RDWR | os.O_NOCTTY)
    if handle and os.isatty(handle): won(name)
"""

_LIMITS = """
import resource
before = resource.prlimit(VICTIM, resource.RLIMIT_NOFILE)
tried(resource.prlimit, VICTIM, resource.RLIMIT_NOFILE, (64, before[1]))
"""

_PIDFD = """
handle = libc.syscall(434, VICTIM, 0)
if handle >= 0:
    if libc.syscall(424, handle, 0, None, 0) == 0: won("may signal")
    taken = libc.syscall(438, handle, 1, 0)
    if taken >= 0: won("took a descriptor")
"""

ON_PROCESSES = (
    Attack("kill", ("kill -9 $LAB_VICTIM",)),
    Attack("stop", ("kill -STOP $LAB_VICTIM",)),
    Attack("kill everything one may", ("kill -9 -1; sleep 0.1",), control="nobody"),
    Attack("kill the parents", ("kill -9 $PPID; kill -9 -$PPID",), control="nobody"),
    Attack("a signal by descriptor", python=_PIDFD),
    Attack(
        "a signal to the owner of a file",
        python="""
read, write = os.pipe()
fcntl.fcntl(read, fcntl.F_SETOWN, VICTIM)
fcntl.fcntl(read, fcntl.F_SETSIG, signal.SIGKILL)
fcntl.fcntl(read, fcntl.F_SETFL, os.O_ASYNC)
os.write(write, b"x")
""",
    ),
    Attack("the limits of a process outside", python=_LIMITS, partial=True),
    Attack("the priority of a process outside", ("renice -n 15 -p $LAB_VICTIM",), partial=True),
    Attack(
        "the processors of a process outside",
        python="""
mine = sorted(os.sched_getaffinity(0))
tried(os.sched_setaffinity, VICTIM, mine[:1])
""",
        partial=True,
        control="nobody",
    ),
    Attack("the score of a process outside", ("echo 900 > /proc/$LAB_VICTIM/oom_score_adj",)),
    Attack("the descriptors of a process outside", ("echo bad > /proc/$LAB_VICTIM/fd/1 && won",)),
    Attack("the terminal", python=_TERMINAL),
    Attack("a background process", ("sleep 50 & echo started",), control="nobody"),
    Attack("a session of its own", ("setsid sleep 50 & sleep 0.1",)),
    Attack(
        "a daemon",
        python="""
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(3): os.close(number)
        time.sleep(50)
    os._exit(0)
os.wait()
""",
    ),
    Attack(
        "a daemon in another group and session, many",
        ("for i in 1 2 3 4 5; do setsid setsid nohup sleep 50 > /dev/null 2>&1 & done; sleep 0.2",),
    ),
    Attack(
        "a child that ignores signals",
        ("trap '' TERM HUP INT; setsid sh -c 'trap \"\" TERM HUP INT; while :; do sleep 1; done'",),
        seconds=1.0,
    ),
    Attack("a stopped child", ("setsid sh -c 'kill -STOP $$' & sleep 50",), seconds=1.0),
    Attack(
        "a bounded fork bomb",
        ("for i in $(seq 300); do setsid sleep 50 & done 2>/dev/null; sleep 0.1",),
    ),
    Attack("a grandchild that holds the output", ("setsid sleep 50 & exit 0",)),
)
