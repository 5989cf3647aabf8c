"""Measures how fast memory is read and written: what a processor's answers wait for."""

import ctypes
import mmap
import threading
import time

from inhouse_models.machine.facts import Bandwidth

# Larger than the caches of a core, so that memory itself is measured.
BLOCK = 32 * 1024**2
MOST_THREADS = 8
# The best of these counts: other programs slow some of them down, nothing speeds one up.
ROUNDS, SECONDS = 4, 0.04


def measure_copying(threads: int) -> Bandwidth | None:
    """Lets several threads copy for 0.16 seconds; None where there is no memory for it.

    llama.cpp only reads weights, which is somewhat quicker than reading and writing.
    """
    threads = min(max(threads, 1), MOST_THREADS)
    try:
        blocks = [(mmap.mmap(-1, BLOCK), mmap.mmap(-1, BLOCK)) for _ in range(threads)]
    except OSError:
        return None
    ready = threading.Barrier(threads)
    copiers = [_Copier(*pair, ready) for pair in blocks]
    workers = [threading.Thread(target=copier.run) for copier in copiers]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    rounds = zip(*(copier.speeds for copier in copiers), strict=True)
    return Bandwidth(int(max(map(sum, rounds))), threads, BLOCK)


class _Copier:
    """One thread's two blocks, and the bytes a second of each of its rounds."""

    def __init__(self, first: mmap.mmap, second: mmap.mmap, ready: threading.Barrier) -> None:
        self._first = (ctypes.c_char * BLOCK).from_buffer(first)
        self._second = (ctypes.c_char * BLOCK).from_buffer(second)
        self._ready = ready
        self.speeds: list[float] = []

    def run(self) -> None:
        # Pages come into being when they are first touched, which is not to be measured.
        ctypes.memset(self._first, 1, BLOCK)
        ctypes.memmove(self._second, self._first, BLOCK)
        self._ready.wait()
        for _ in range(ROUNDS):
            self.speeds.append(self._copy_for(SECONDS))

    def _copy_for(self, seconds: float) -> float:
        copies, passed, started = 0, 0.0, time.perf_counter()
        while passed < seconds:
            ctypes.memmove(self._second, self._first, BLOCK)
            copies += 1
            passed = time.perf_counter() - started
        return 2 * BLOCK * copies / passed
