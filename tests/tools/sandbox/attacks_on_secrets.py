"""Attempts to read what nobody gave: secrets of the home, the environment, other processes."""

import shlex

from tests.tools.sandbox.attack import Attack
from tests.tools.sandbox.ground import SECRET_FILES

_MEMORY = """
import re
for line in Path(f"/proc/{VICTIM}/maps").read_text().splitlines():
    if "[stack]" not in line: continue
    low, high = (int(part, 16) for part in line.split()[0].split("-"))
    with open(f"/proc/{VICTIM}/mem", "rb", 0) as memory:
        memory.seek(low)
        print(memory.read(high - low).decode("latin1"))
"""

_PTRACE = """
libc.ptrace.restype = ctypes.c_long
if libc.ptrace(16, VICTIM, 0, 0) == 0:
    os.waitpid(VICTIM, 0x40000000)
    won("traced")
    libc.ptrace(17, VICTIM, 0, 0)
class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
"""

_KEYRING = """
# The kernel keeps keys for a session and a user; a container does not change them.
add, request, control = {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}[os.uname().machine]
number = libc.syscall(add, b"user", b"inhouse-lab-" + E["LAB_NONCE"].encode(), b"bad", 3, -4)
if number > 0:
    won("wrote to the keyring of the user")
    libc.syscall(control, 9, number, -4, 0, 0)
text = ctypes.create_string_buffer(256)
for ring in (-3, -4, -5):
    found = libc.syscall(control, 10, ring, b"user", b"inhouse-lab-secret", 0)
    if found > 0 and libc.syscall(control, 11, found, text, 256, 0) > 0:
        print(text.value.decode())
"""

ON_SECRETS = (
    Attack(
        "read each secret of the home", (f"cd ~; cat {' '.join(map(shlex.quote, SECRET_FILES))}",)
    ),
    Attack(
        "search the home", ('grep -r hunter2 "$HOME" 2>/dev/null; find ~ -type f -exec cat {} +',)
    ),
    Attack(
        "read by another spelling",
        ("cd /; cat ..//$HOME/./.ssh/../.ssh/id_*; cat /proc/self/root$HOME/.netrc",),
    ),
    Attack("a symlink to a secret", ("ln -s ~/.ssh keys; cat keys/id_ed25519",)),
    Attack("a hard link to a secret", ("ln ~/.netrc hard; cat hard",)),
    Attack("copy the home into the project", ("cp -r ~ copied; grep -rh hunter2 copied",)),
    Attack(
        "rename a secret into view",
        ("mv ~/.ssh ~/shown; cat ~/shown/*; mv ~/.netrc ./seen; cat seen",),
    ),
    Attack(
        "secrets where the project is the home",
        ("grep -rh hunter2 . ; cat .netrc .ssh/*",),
        place="the home",
        partial=True,
    ),
    Attack(
        "secrets moved where the project is the home",
        ("mv .ssh shown; mv .netrc shown2; mv .config shown3; grep -rh hunter2 shown*",),
        place="the home",
        partial=True,
    ),
    Attack("the project's .env", ("cat .env",), partial=True),
    Attack(
        "the project's .env by git",
        ("git add -f .env && git show :.env; git diff --no-index /dev/null .env",),
        partial=True,
    ),
    Attack(
        "the project's .env moved",
        ("mv .env seen; cat seen; cp .env seen; cat seen; ln .env hard; cat hard",),
        partial=True,
    ),
    Attack(
        "a .env below the project",
        ("cat service/api/.env.production",),
        before="mkdir -p service/api; cp .env service/api/.env.production",
        partial=True,
    ),
    Attack("the environment", ("env; cat /proc/self/environ | tr '\\0' '\\n'",)),
    Attack(
        "the environment of the parents",
        ("for p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/environ; done 2>/dev/null",),
    ),
    Attack("the environment of a process outside", ('tr "\\0" "\\n" < /proc/$LAB_VICTIM/environ',)),
    Attack("the memory of a process outside", python=_MEMORY),
    Attack("tracing a process outside", python=_PTRACE),
    Attack(
        "System V shared memory",
        python="""
libc.shmat.restype = ctypes.c_void_p
address = libc.shmat(int(E["LAB_MEMORY"]), None, 0)
if address not in (None, ctypes.c_void_p(-1).value):
    print(ctypes.string_at(address).decode())
""",
        partial=True,
    ),
    Attack("POSIX shared memory", ('cat /dev/shm/inhouse-lab-"$LAB_NONCE"',)),
    Attack(
        "a neighbour's file in /tmp",
        ('cat "$LAB_TEMPORARY/secret"',),
        before='echo "hunter2-$LAB_NONCE" > "$LAB_TEMPORARY/secret"',
    ),
    Attack("the kernel's keyrings", python=_KEYRING),
    Attack(
        "the kernel's log",
        python="""
text = ctypes.create_string_buffer(65536)
if libc.klogctl(3, text, 65536) > 0: won("read the log of the kernel")
""",
        control="root",
    ),
    Attack(
        "what a process outside runs",
        ('grep -q . /proc/$LAB_VICTIM/cmdline && won "saw a process outside"',),
        partial=True,
    ),
)
