"""Attempts against the machine itself: devices, kernel settings, time, schedules of others."""

from tests.tools.sandbox.attack import Attack

_KERNEL_FILES = """
# Opened for writing and closed again: nothing is written, so that this harms no machine.
names = '''
/proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/kernel/hostname
/proc/sys/vm/drop_caches /proc/sys/fs/binfmt_misc/register /proc/sysrq-trigger
/proc/sys/kernel/ns_last_pid /proc/sys/kernel/yama/ptrace_scope /proc/irq/default_smp_affinity
/proc/mtrr /sys/kernel/uevent_helper /sys/power/state /sys/fs/cgroup/cgroup.procs
/sys/fs/cgroup/release_agent /sys/kernel/mm/transparent_hugepage/enabled
/proc/sys/net/ipv4/ip_forward /proc/kcore /proc/kmsg /dev/kmsg /dev/mem /dev/port /dev/kvm
/dev/fuse /dev/net/tun /dev/vhost-vsock /dev/uinput /dev/input/event0 /dev/loop-control
/dev/mapper/control /dev/snapshot /dev/rtc0 /dev/vda /dev/sda /dev/nvme0n1
'''.split()
for name in names:
    try:
        os.close(os.open(name, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC))
        won(name)
    except OSError as error:
        pass
"""

_KERNEL_TREES = """
# Every file below /proc and /sys that can be opened for writing, but those of the process itself.
count = 0
for top in ("/proc", "/sys"):
    for parent, folders, files in os.walk(top):
        if top == "/proc" and parent == "/proc":
            folders[:] = [name for name in folders if not name.isdigit() and "self" not in name]
        for name in files:
            path = os.path.join(parent, name)
            # Pressure is only watched through these, by whoever opened one.
            if parent == "/proc/pressure": continue
            if name in ("remove", "rescan", "reset", "trigger", "clear_refs"): continue
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW))
                won(path)
                count += 1
            except OSError:
                pass
            if count > 20: sys.exit()
"""

_NODES = """
import stat
numbers = {"mem": (1, 1), "kmsg": (1, 11), "vda": (254, 0), "sda": (8, 0), "tty": (4, 0)}
for name, (major, minor) in numbers.items():
    for folder in (PROJECT, Path("/tmp"), Path("/dev")):
        for kind in (stat.S_IFCHR, stat.S_IFBLK):
            path = folder / f"node-{name}-{kind}"
            try:
                os.mknod(path, kind | 0o666, os.makedev(major, minor))
                won(f"made {path}")
                path.unlink()
            except OSError:
                pass
"""

_PRIVILEGES = """
status = Path("/proc/self/status").read_text()
for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb", "CapInh"):
    # What a user never had cannot be gained without new privileges.
    if name == "CapBnd" and os.getuid() != 0: continue
    value = int(status.split(name + ":")[1].split()[0], 16)
    if value: won(f"{name} {value:x}")
if "NoNewPrivs:\\t1" not in status: won("new privileges are possible")
if "Seccomp:\\t2" not in status: won("no filter")
"""

_CALLS = """
numbers = {"x86_64": {
    "bpf": 321, "userfaultfd": 323, "perf_event_open": 298, "kexec_load": 246, "init_module": 175,
    "delete_module": 176, "reboot": 169, "settimeofday": 164, "quotactl": 179, "open_tree": 428,
    "fsopen": 430, "fspick": 433, "pivot_root": 155, "chroot": 161, "iopl": 172, "syslog": 103,
}}
table = numbers.get(os.uname().machine, {})
for name, number in table.items():
    arguments = {"reboot": (0, 0, 0), "chroot": (b"/",), "pivot_root": (b".", b".")}.get(name, ())
    filled = (*arguments, *([0] * (6 - len(arguments))))
    result = libc.syscall(number, *filled)
    if result >= 0: won(name)
"""

ON_SYSTEM = (
    Attack("settings of the kernel", python=_KERNEL_FILES, control="root"),
    Attack("anything writable of the kernel", python=_KERNEL_TREES, control="nobody"),
    Attack("nodes of devices", python=_NODES, control="root"),
    Attack("privileges", python=_PRIVILEGES),
    Attack("calls that need privileges", python=_CALLS, control="nobody"),
    Attack(
        "another root",
        python="""
os.makedirs(PROJECT / "jail", exist_ok=True)
handle = os.open("/", os.O_RDONLY)
if libc.chroot(str(PROJECT / "jail").encode()) == 0: won("chroot")
""",
        control="root",
    ),
    Attack(
        "a program that takes the identity of its owner",
        (
            'cp "$(command -v id)" asroot; chown 0 asroot; chmod 4755 asroot;'
            ' [ "$(stat -c %u%a asroot)" = 04755 ] && [ "$(id -u)" != 0 ] && won;'
            " sudo -n true && won; su -c true root < /dev/null && won",
        ),
        control="nobody",
    ),
    Attack(
        "schedules and start scripts of the system",
        (
            "for d in /etc/cron.d /var/spool/cron/crontabs /etc/profile.d /usr/local/bin /etc /root"
            " /dev /sys /; do echo bad > $d/inhouse-lab; done; crontab - < /dev/null && won",
        ),
        control="nobody",
    ),
    Attack(
        "the clock and the name of the machine",
        (
            # Set to what they are: nobody's machine is harmed when it succeeds.
            'date -s "$(date)" && won; hostname "$(hostname)" && won',
        ),
        control="nobody",
    ),
    Attack(
        "a huge file",
        (
            "dd if=/dev/zero of=huge bs=1M seek=40000 count=1 && won; rm -f huge;"
            " truncate -s 100G huge && won",
        ),
    ),
    Attack(
        "a huge file in the temporary folder",
        (
            "dd if=/dev/zero of=${TMPDIR:-/tmp}/huge bs=64M seek=400 count=1 && won;"
            " rm -f ${TMPDIR:-/tmp}/huge",
        ),
    ),
    Attack(
        "all the memory",
        python="""
import mmap
pages = int(Path("/proc/meminfo").read_text().split()[1]) * 1024
try:
    block = mmap.mmap(-1, pages * 2, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
    won("mapped twice the memory of the machine")
except (OSError, MemoryError, OverflowError) as error:
    print(error)
""",
    ),
    Attack("a core file", ("ulimit -c unlimited && won; kill -SEGV $$",)),
)
