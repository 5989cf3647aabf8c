"""The runner itself: a process that starts, reaps and ends programs until its parent is gone.

It is forked before heavy imports and threads, so it imports little and holds little memory.
"""

import array
import contextlib
import errno
import fcntl
import gc
import os
import select
import signal
import socket

from inhouse_tools.runner.message import LENGTH_BYTES, Program, decode

MOST_DESCRIPTORS = 16
PIECE_BYTES = 65_536
# They concern the person's terminal, or us: the runner ends when its parent does, not before.
IGNORED = (
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGTSTP,
    signal.SIGTTIN,
    signal.SIGTTOU,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
# Python ignores these, which programs do not expect.
RESTORED = (signal.SIGPIPE, signal.SIGXFSZ)
PID, FAILED = b"p", b"e"
NUMBER_BYTES = 4


def fork_runner() -> socket.socket:
    """Fork it; our end of the only way to it. Raises OSError.

    Call it while this process has one thread and nothing to write.
    """
    ours, theirs = map(_beyond_standard, socket.socketpair())
    pid = os.fork()
    if pid:
        theirs.close()
        return ours
    try:
        ours.close()
        gc.disable()
        gc.freeze()
        _Runner(theirs).serve()
    finally:
        # Nothing of what the parent wanted done at its end is done here.
        os._exit(0)


class _Child:
    """A program that runs. `lifeline` is closed by the one who wanted it, or told how it ended."""

    __slots__ = ("lifeline", "pid", "session")

    def __init__(self, pid: int, lifeline: socket.socket, *, session: bool) -> None:
        self.pid = pid
        self.lifeline = lifeline
        self.session = session

    def kill(self) -> None:
        """End it with its group. One that shares our group is the person's own and stays."""
        if self.session:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)


class _Runner:
    """The loop of the runner's process."""

    def __init__(self, control: socket.socket) -> None:
        _leave_the_parent(control)
        self._control = control
        self._poll = select.poll()
        self._children: dict[int, _Child] = {}
        self._lifelines: dict[int, _Child] = {}
        self._wake, notify = os.pipe()
        for end in (self._wake, notify):
            os.set_blocking(end, False)
        # What was ignored when we came is so for programs as well, as nohup wants it.
        before = [number for number in IGNORED if signal.getsignal(number) is signal.SIG_IGN]
        self._restored = [one for one in (*IGNORED, *RESTORED) if one not in before]
        for number in IGNORED:
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(notify, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for descriptor in (self._control.fileno(), self._wake):
            self._poll.register(descriptor, select.POLLIN)

    def serve(self) -> None:
        """Until the parent is gone; what it wanted ends with it."""
        control = self._control.fileno()
        while True:
            ready = {descriptor for descriptor, _events in self._poll.poll()}
            # First of all what is known by its descriptor: the rest closes and opens others.
            for descriptor in ready & self._lifelines.keys():
                self._let_go(self._lifelines.pop(descriptor))
            if self._wake in ready:
                self._reap()
            if control in ready and not self._obey():
                break
        for child in self._children.values():
            child.kill()

    def _obey(self) -> bool:
        """Start the next program; False when there will be no other."""
        try:
            received = _receive(self._control)
        except OSError:
            return False
        if received is None:
            return False
        wanted, descriptors = received
        report, *rest = descriptors
        lifeline = None if wanted.lasting else socket.socket(fileno=rest.pop(0))
        try:
            pid = self._start(wanted, rest)
        except OSError as error:
            _tell(report, FAILED, error.errno or 0)
            if lifeline is not None:
                lifeline.close()
        else:
            _tell(report, PID, pid)
            if lifeline is not None:
                child = _Child(pid, lifeline, session=wanted.session)
                self._children[pid] = self._lifelines[lifeline.fileno()] = child
                self._poll.register(lifeline, select.POLLIN)
        for descriptor in (report, *rest):
            os.close(descriptor)
        return True

    def _start(self, wanted: Program, descriptors: list[int]) -> int:
        """The process id of the program; raises OSError when it cannot be started."""
        # Above all targets, so that putting one in its place covers no other.
        above = max(wanted.targets, default=0) + 1
        spare = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, above) for one in descriptors]
        placed = zip(spare, wanted.targets, strict=True)
        actions = [(os.POSIX_SPAWN_DUP2, descriptor, target) for descriptor, target in placed]
        try:
            # Of the ways to start a program the quickest one knows no folder, so we go there.
            os.chdir(wanted.folder)
            return self._spawn(wanted, actions)
        finally:
            os.chdir("/")
            for descriptor in spare:
                os.close(descriptor)

    def _spawn(self, wanted: Program, actions: list[tuple[int, int, int]]) -> int:
        """Start it from where it lies, or from the first place of its own PATH that has it."""
        name, found = wanted.argv[0], FileNotFoundError(errno.ENOENT, "not found")
        path = wanted.environment.get(b"PATH", os.fsencode(os.defpath))
        places = [b""] if b"/" in name else path.split(b":")
        for place in places:
            try:
                return os.posix_spawn(
                    os.path.join(place, name),  # noqa: PTH118 - bytes
                    wanted.argv,
                    wanted.environment,
                    file_actions=actions,
                    setsid=wanted.session,
                    setsigdef=self._restored,
                )
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                found = error
        raise found

    def _reap(self) -> None:
        """Tell of every program that has ended."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, PIECE_BYTES)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self._children.pop(pid, None)
            if child is None:
                continue
            if self._lifelines.pop(child.lifeline.fileno(), None) is not None:
                self._poll.unregister(child.lifeline)
            code = os.waitstatus_to_exitcode(status)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                child.lifeline.sendall(code.to_bytes(NUMBER_BYTES, "big", signed=True))
            child.lifeline.close()

    def _let_go(self, child: _Child) -> None:
        """The one who wanted it does no longer; how it ends is still told."""
        self._poll.unregister(child.lifeline)
        child.kill()


def _beyond_standard(end: socket.socket) -> socket.socket:
    """The same socket under a number that is nobody's standard stream, should those be closed."""
    with end:
        return socket.socket(fileno=fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 3))


def _leave_the_parent(control: socket.socket) -> None:
    """Hold nothing open but the way to the parent: no terminal, no pipe, no folder."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - pathlib is much to import for it
        if int(name) > 2 and int(name) != control.fileno():
            with contextlib.suppress(OSError):
                os.close(int(name))
    os.chdir("/")


def _receive(control: socket.socket) -> tuple[Program, list[int]] | None:
    """The next message with its descriptors; None when the parent has ended."""
    descriptors = array.array("i")
    data, wanted = b"", LENGTH_BYTES
    room = socket.CMSG_SPACE(MOST_DESCRIPTORS * descriptors.itemsize)
    flags = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
    while len(data) < wanted:
        piece, extra, *_rest = control.recvmsg(min(PIECE_BYTES, wanted - len(data)), room, flags)
        if not piece:
            return None
        for level, kind, content in extra:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
        data += piece
        if len(data) == LENGTH_BYTES == wanted:
            wanted += int.from_bytes(data, "big")
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    return decode(data[LENGTH_BYTES:]), list(descriptors)


def _tell(report: int, kind: bytes, number: int) -> None:
    """One thing about a start; nobody may be there any more to hear it."""
    with contextlib.suppress(BrokenPipeError):
        os.write(report, kind + number.to_bytes(NUMBER_BYTES, "big"))
