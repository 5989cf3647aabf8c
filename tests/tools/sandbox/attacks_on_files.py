"""Attempts to change files outside the project, or protected ones in it."""

from tests.tools.sandbox.attack import Attack

_RACE = """
link, aside = PROJECT / "flip", PROJECT / "aside"
aside.mkdir()
(aside / "canary").write_text("mine")
pid = os.fork()
if pid == 0:
    while True:
        os.symlink(OUTSIDE, PROJECT / "new"); os.rename(PROJECT / "new", link)
        os.symlink(aside, PROJECT / "new"); os.rename(PROJECT / "new", link)
ends = time.monotonic() + 1
while time.monotonic() < ends:
    tried((link / "canary").write_text, "raced")
os.kill(pid, 9)
"""

_MOUNTS = """
NEWNS, NEWUSER = 0x20000, 0x10000000
uid, gid = os.getuid(), os.getgid()
if libc.unshare(NEWUSER | NEWNS) != 0 and E["LAB_BACKEND"] == "nothing":
    # Otherwise root would take apart the machine that the tests run on.
    sys.exit()
for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
    tried(Path(f"/proc/self/{name}").write_text, text)
REMOUNT, BIND, REC, MOVE, PRIVATE = 0x20, 0x1000, 0x4000, 0x2000, 0x40000
for target in ("/", "/var", "/var/tmp", str(LAB), str(OUTSIDE)):
    libc.mount(b"none", target.encode(), None, REMOUNT | BIND, None)
    libc.umount2(target.encode(), 2)
tried(CANARY.write_text, "remounted")
git = str(PROJECT / ".git").encode()
for name in (b"/config", b"/hooks", b""):
    libc.umount2(git + name, 2)
tried((PROJECT / ".git" / "config").write_text, "unmounted")
os.makedirs(PROJECT / "bound", exist_ok=True)
libc.mount(b"/", str(PROJECT / "bound").encode(), None, BIND, None)
tried(Path(f"{PROJECT}/bound{CANARY}").write_text, "bound")
# The new interface: a clone of a mount loses no read-only flag, unless the kernel lets it.
tree = libc.syscall(428, -100, b"/", 1 | 0x8000)
if tree >= 0:
    class Attributes(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "fd")]
    clear = Attributes(0, 1, 0, 0)
    libc.syscall(442, tree, b"", 0x1000 | 0x8000, ctypes.byref(clear), 32)
    try:
        handle = os.open(str(CANARY)[1:], os.O_WRONLY | os.O_TRUNC, dir_fd=tree)
        os.write(handle, b"cloned")
    except OSError as error:
        print(error)
"""

_TREES = """
# Up and out by every name under which a process can reach a root.
for name in ("self/root", "1/root", f"{os.getppid()}/root", "self/cwd/../../../..",
             f"{VICTIM}/root", f"{VICTIM}/cwd/../../..", "thread-self/root", "self/fd/../root"):
    root = f"/proc/{name}"
    tried(Path(f"{root}{CANARY}").write_text, "by proc")
"""

ON_FILES = (
    Attack("write to a canary", ('echo bad > "$LAB_OUTSIDE/canary"',)),
    Attack("create a file outside", ('echo bad > "$LAB_OUTSIDE/new"',)),
    Attack(
        "append with dd", ('dd if=/dev/zero of="$LAB_OUTSIDE/canary" bs=1 count=1 conv=notrunc',)
    ),
    Attack("truncate", ('truncate -s 0 "$LAB_OUTSIDE/canary"',)),
    Attack("delete outside", ('rm -rf "$LAB_OUTSIDE"/*',)),
    Attack("rename outside", ('mv "$LAB_OUTSIDE/canary" "$LAB_OUTSIDE/other"',)),
    Attack("move out of the project", ('echo bad > f; mv f "$LAB_OUTSIDE/"',)),
    Attack("move into the project", ('mv "$LAB_OUTSIDE/canary" .',)),
    Attack(
        "exchange two files",
        python="""
(PROJECT / "mine").write_text("mine")
libc.renameat2(-100, str(PROJECT / "mine").encode(), -100, str(CANARY).encode(), 2)
""",
    ),
    Attack("relative path", ("echo bad > ../outside/canary",)),
    Attack("sibling with the same beginning", ('echo bad > "${LAB_PROJECT}-evil/canary"',)),
    Attack("create beside the project", ('echo bad > "$LAB_OUTSIDE/../outside/beside"',)),
    Attack("symlink to a file", ('ln -s "$LAB_OUTSIDE/canary" link; echo bad > link',)),
    Attack("symlink to a folder", ('ln -s "$LAB_OUTSIDE" link; echo bad > link/canary',)),
    Attack("symlink chain", ('ln -s "$LAB" a; ln -s a/outside b; echo bad > b/canary',)),
    Attack(
        "symlink laid by one command, used by the next",
        ('ln -s "$LAB_OUTSIDE" link', "echo bad > link/canary"),
    ),
    Attack("symlink raced against a write", python=_RACE),
    Attack("hard link to outside", ('ln "$LAB_OUTSIDE/canary" hard; echo bad > hard',)),
    Attack(
        "hard link by descriptor",
        python="""
handle = os.open(CANARY, os.O_RDONLY)
libc.linkat(-100, f"/proc/self/fd/{handle}".encode(), -100, str(PROJECT / "hard").encode(), 0x400)
tried((PROJECT / "hard").write_text, "bad")
""",
    ),
    Attack(
        "open again for writing through a read descriptor",
        python="""
handle = os.open(CANARY, os.O_RDONLY)
tried(Path(f"/proc/self/fd/{handle}").write_text, "reopened")
""",
    ),
    Attack(
        "open by handle",
        python="""
class Handle(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint), ("kind", ctypes.c_int), ("data", ctypes.c_ubyte * 128)]
handle, mount = Handle(128), ctypes.c_int()
libc.name_to_handle_at(-100, str(CANARY).encode(), ctypes.byref(handle), ctypes.byref(mount), 0)
folder = os.open(PROJECT, os.O_RDONLY)
opened = libc.open_by_handle_at(folder, ctypes.byref(handle), os.O_WRONLY)
if opened >= 0: os.write(opened, b"bad")
""",
        control="root",
    ),
    Attack("change a mode", ('chmod 4777 "$LAB_OUTSIDE/canary"',), partial=True),
    Attack("change the mode of a folder", ('chmod 777 "$LAB_OUTSIDE"',), partial=True),
    Attack("change a time", ('touch -d 2001-01-01 "$LAB_OUTSIDE/canary"',), partial=True),
    Attack(
        "change an extended attribute",
        python='tried(os.setxattr, CANARY, "user.bad", b"x")',
        partial=True,
    ),
    Attack(
        "change an owner",
        ('chown 12345 "$LAB_OUTSIDE/canary"',),
        control="root",
        partial=True,
    ),
    Attack(
        "write to a shell's start file", ('echo bad >> "$HOME/.bashrc"; echo bad >> ~/.profile',)
    ),
    Attack("write to git's file of the person", ("git config --global core.pager ./evil",)),
    Attack("add a key for ssh", ('echo bad >> "$HOME/.ssh/authorized_keys"',)),
    Attack(
        "start with the desktop",
        ("mkdir -p ~/.config/autostart; echo bad > ~/.config/autostart/x",),
    ),
    Attack("put a program on the path", ("mkdir -p ~/.local/bin; echo bad > ~/.local/bin/ls",)),
    Attack("our own configuration", ("echo bad >> ~/.config/inhouse/config.toml",)),
    Attack("our own undo store", ("rm -rf ~/.local/state/inhouse ~/.local/share/inhouse",)),
    Attack("a neighbour in /tmp", ('echo bad > "$LAB_TEMPORARY/canary"',)),
    Attack("a socket's file is deleted", ('rm -f "$LAB/run/bus" "$LAB_DOCKER"',), control="nobody"),
    Attack("shared memory file", ('echo bad > /dev/shm/inhouse-lab-"$LAB_NONCE"',)),
    Attack("mounts and namespaces", python=_MOUNTS, control="root"),
    Attack("other names of the root", python=_TREES),
    Attack(
        "an inherited descriptor",
        python="""
for number in range(3, 256):
    tried(os.write, number, b"bad")
""",
        control="nobody",
    ),
    Attack(
        "a command that outlives its boundary writes later",
        python="""
child = os.fork()
if child == 0:
    os.setsid()
    time.sleep(0.3)
    tried(CANARY.write_text, "late")
    os._exit(0)
os.waitpid(child, 0)
""",
    ),
    Attack("our folder's configuration", ("echo bad > .inhouse/config.toml",)),
    Attack(
        "our folder is replaced",
        ("rm -rf .inhouse; mv .inhouse x; mkdir .inhouse; echo bad > .inhouse/config.toml",),
    ),
    Attack(
        "our folder by another case",
        ("echo bad > .INHOUSE/config.toml; echo bad > .Git/config",),
        control="nobody",
    ),
    Attack(
        "our folder where there was none",
        ("mkdir -p .inhouse; echo bad > .inhouse/config.toml",),
        place="a plain folder",
    ),
    Attack(
        "a repository where there was none",
        ("mkdir -p .git; git init -q .; echo bad >> .git/config",),
        place="a plain folder",
    ),
    Attack(
        "a pointer to a repository where there was none",
        ('echo "gitdir: $LAB_PROJECT/evil" > .git',),
        place="a plain folder",
    ),
    Attack("a start file in the project", ("echo bad >> .bashrc",)),
    Attack("a missing start file in the project", ("echo bad > .zshrc; echo bad > .profile",)),
    Attack("missing names of submodules", ("echo '[submodule \"x\"]' > .gitmodules",)),
    Attack(
        "start files where the project is the home",
        ("echo bad >> .bashrc; echo bad > .zshenv; echo bad > .bash_login",),
        place="the home",
    ),
    Attack(
        "keys where the project is the home",
        ("echo bad >> .ssh/authorized_keys; mkdir .ssh2; mv .ssh .ssh3",),
        place="the home",
        partial=True,
    ),
    Attack(
        "git's file where the project is the home",
        (
            "git config --global core.pager ./evil; mkdir -p .config/git;"
            " echo bad > .config/git/config",
        ),
        place="the home",
    ),
    Attack(
        "autostart where the project is the home",
        (
            "mkdir -p .config/autostart .config/systemd/user; echo bad > .config/autostart/x;"
            " echo bad > .config/systemd/user/x.service",
        ),
        place="the home",
    ),
    Attack(
        "our configuration where the project is the home",
        (
            "echo bad >> .config/inhouse/config.toml; mv .config .aside; mkdir -p .config/inhouse;"
            " echo bad > .config/inhouse/config.toml",
        ),
        place="the home",
        partial=True,
    ),
    Attack(
        "undo store where the project is the home",
        ("rm -rf .local/state/inhouse .local/share/inhouse; mv .local .aside",),
        place="the home",
        partial=True,
    ),
)
