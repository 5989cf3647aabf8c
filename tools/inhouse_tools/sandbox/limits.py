"""What a command may use up of the machine."""

import os
from dataclasses import dataclass

GIB = 1 << 30
MEMORY_SHARE = 0.75
FILE_BYTES = 16 * GIB
OPEN_FILES = 65_536
PROCESSES = 8_192
# Between what nobody would miss (1000) and what has run for long (0).
FIRST_TO_END = 600


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in bytes or numbers; each process of a command has them, and none can raise them.

    `memory` is of what a process has written or may write (RLIMIT_DATA). The address space is not
    limited: Java, node, and programs for a GPU reserve far more than they will ever use. All
    processes of a person together may be `processes`; root has no such limit. When the machine runs
    out of memory, the kernel ends the command before the model's engine or an editor.
    """

    memory: int
    file: int = FILE_BYTES
    open_files: int = OPEN_FILES
    processes: int = PROCESSES

    def as_shell(self) -> str:
        """Commands of bash that set them; a limit of the person that is lower stays."""
        return "\n".join(
            (
                "ulimit -c 0",
                f"ulimit -f {self.file >> 10} 2>/dev/null",
                f"ulimit -d {self.memory >> 10} 2>/dev/null",
                f"ulimit -n {self.open_files} 2>/dev/null",
                f"ulimit -u {self.processes} 2>/dev/null",
                f"echo {FIRST_TO_END} 2>/dev/null >/proc/self/oom_score_adj",
            )
        )


def limits_for(memory: float = 0) -> Limits:
    """Limits with so many GiB of memory; 0 is the usual share of what this machine has."""
    return Limits(int(memory * GIB) if memory > 0 else int(_machine_memory() * MEMORY_SHARE))


def _machine_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
