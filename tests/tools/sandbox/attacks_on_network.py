"""Attempts to send a byte anywhere: to this machine, its agents, or out of it."""

from tests.tools.sandbox.attack import Attack

_CONNECT = """
def send(family, kind, address):
    try:
        with socket.socket(family, kind) as connection:
            connection.settimeout(2)
            connection.connect(address)
            connection.send(b"out")
    except OSError as error:
        print(error)
"""

_FAMILIES = """
# Every family, also those of which we think nobody has heard.
for family in range(1, 46):
    for kind in (1, 2, 3, 5, 6):
        for protocol in (0, 1, 15):
            number = libc.socket(family, kind, protocol)
            if number >= 0:
                won(f"socket of family {family}, kind {kind}")
                os.close(number)
"""

_IO_URING = """
setup = ctypes.create_string_buffer(120)
ring = libc.syscall(425, 8, setup)
if ring >= 0: won("io_uring")
else: print(os.strerror(ctypes.get_errno()))
"""

_OLD_ABI = """
# The system call under the numbers of another architecture: x32, and 32 bits by int 0x80.
if os.uname().machine == "x86_64":
    if libc.syscall(0x40000000 | 41, 1, 1, 0) >= 0: won("x32")
    import mmap
    code = mmap.mmap(-1, 4096, prot=7)
    # push rbx; mov eax, 359; mov ebx, 1; mov ecx, 1; xor edx, edx; int 0x80; pop rbx; ret
    code.write(bytes.fromhex("53b867010000bb01000000b90100000031d2cd805bc3"))
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    if ctypes.CFUNCTYPE(ctypes.c_int)(address)() >= 0: won("int 0x80")
"""

_PASSED = """
# A socket that somebody else hands over needs no call of socket(): pairs are allowed.
left, right = socket.socketpair()
left.send(b"x")
if right.recv(1) != b"x": print("pairs do not work")
for number in range(3, 256):
    if Path(f"/proc/self/fd/{number}").is_socket():
        tried(socket.socket(fileno=number).connect, ("127.0.0.1", int(E["LAB_TCP"])))
"""

ON_NETWORK = (
    Attack("TCP by bash", ("echo out > /dev/tcp/127.0.0.1/$LAB_TCP",)),
    Attack("UDP by bash", ("echo out > /dev/udp/127.0.0.1/$LAB_UDP",)),
    Attack("TCP", python=_CONNECT + 'send(2, 1, ("127.0.0.1", int(E["LAB_TCP"])))'),
    Attack("UDP", python=_CONNECT + 'send(2, 2, ("127.0.0.1", int(E["LAB_UDP"])))'),
    Attack(
        "TCP to this machine by another address",
        python=_CONNECT
        + """
for address in ("0.0.0.0", "127.1.2.3", "localhost"): send(2, 1, (address, int(E["LAB_TCP"])))
send(10, 1, ("::ffff:127.0.0.1", int(E["LAB_TCP"])))
""",
    ),
    Attack(
        "TCP fast open",
        python="""
connection = tried(socket.socket, 2, 1)
if connection:
    tried(connection.sendto, b"out", 0x20000000, ("127.0.0.1", int(E["LAB_TCP"])))
""",
    ),
    Attack(
        "multipath TCP",
        python=_CONNECT
        + """
try:
    with socket.socket(2, 1, 262) as connection:
        connection.connect(("127.0.0.1", int(E["LAB_TCP"])))
except OSError as error:
    print(error)
""",
    ),
    Attack(
        "a question to a name server",
        python="""
question = bytes.fromhex("000101000001") + bytes(6) + b"\\x06secret\\x07example" + bytes(2)
connection = tried(socket.socket, 2, 2)
if connection: tried(connection.sendto, question, ("127.0.0.1", int(E["LAB_UDP"])))
""",
    ),
    Attack(
        "an echo request",
        python="""
for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
    connection = tried(socket.socket, 2, kind, 1)
    if connection:
        packet = b"\\x08\\x00" + struct.pack("!H", 0xFFFF - 0x0800 - 1) + b"\\x00\\x00\\x00\\x01"
        connection.settimeout(2)
        if tried(connection.sendto, packet, ("127.0.0.1", 0)) and tried(connection.recv, 100):
            won("an echo")
""",
        control="root",
    ),
    Attack("a Unix socket by path", python=_CONNECT + 'send(1, 1, E["LAB_DOCKER"])'),
    Attack("a Unix socket of datagrams", python=_CONNECT + 'send(1, 2, E["LAB_LOG"])'),
    Attack("the session bus", python=_CONNECT + 'send(1, 1, E["LAB_BUS"])'),
    Attack("the agent of ssh", python=_CONNECT + 'send(1, 1, E["LAB_AGENT"])'),
    Attack("an abstract Unix socket", python=_CONNECT + 'send(1, 1, "\\0" + E["LAB_ABSTRACT"])'),
    Attack(
        "a Unix socket through a symlink",
        python=_CONNECT
        + """
os.symlink(E["LAB_DOCKER"], PROJECT / "s")
send(1, 1, str(PROJECT / "s"))
""",
    ),
    Attack(
        "a Unix socket through a hard link",
        python=_CONNECT
        + """
tried(os.link, E["LAB_DOCKER"], PROJECT / "s")
send(1, 1, str(PROJECT / "s"))
""",
    ),
    Attack(
        "a Unix socket in the project",
        python=_CONNECT + 'send(1, 1, "served.sock")',
        before="""
"$LAB_PYTHON" -c 'import socket, os; s = socket.socket(socket.AF_UNIX); s.bind("served.sock")'
ln -f "$LAB_DOCKER" served.sock
""",
    ),
    Attack("any family of sockets", python=_FAMILIES),
    Attack("io_uring", python=_IO_URING),
    Attack("the numbers of another architecture", python=_OLD_ABI),
    Attack("a socket that was inherited", python=_PASSED, control="nobody"),
    Attack(
        "a server for others",
        python="""
server = tried(socket.create_server, ("127.0.0.1", 0))
if server: won("listens")
""",
    ),
    Attack(
        "the network of another process",
        python="""
for name in ("net", "mnt", "pid", "user"):
    for pid in (1, VICTIM, os.getppid()):
        handle = tried(os.open, f"/proc/{pid}/ns/{name}", os.O_RDONLY)
        if handle and libc.setns(handle, 0) == 0 and name == "net": print("joined", name)
try:
    socket.create_connection(("127.0.0.1", int(E["LAB_TCP"])), 2).send(b"out")
except OSError as error:
    print(error)
""",
        control="root",
    ),
    Attack(
        "a namespace of its own",
        python="""
libc.unshare(0x10000000 | 0x40000000)
number = libc.socket(17, 3, 0x0300)
if number >= 0: won("raw packets in a namespace of its own")
""",
        control="root",
    ),
)
