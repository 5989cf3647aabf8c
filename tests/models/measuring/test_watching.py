"""What else a machine did meanwhile, by what the kernel says before and after."""

from dataclasses import dataclass, field
from pathlib import Path

from inhouse_models.machine.facts import Bandwidth
from inhouse_models.machine.source import NvidiaAnswer
from inhouse_models.measuring.watching import Watch

PAGE = 4096
CORE = "/sys/devices/system/cpu/cpu{}/cpufreq/{}"


@dataclass
class Kernel:
    """Files that a test changes."""

    files: dict[str, str] = field(default_factory=dict[str, str])
    system: str = "Linux"
    architecture: str = "x86_64"

    def read(self, path: str) -> str:
        return self.files.get(path, "")

    def find(self, pattern: str) -> tuple[str, ...]:
        end = pattern.rpartition("/")[2]
        return tuple(path for path in self.files if path.endswith(end))

    def sysctl(self, name: str) -> str:
        return ""

    def nvidia(self) -> tuple[NvidiaAnswer, ...]:
        return ()

    def allowed_cores(self) -> tuple[int, ...]:
        return (0, 1)

    def free_disk(self, folder: Path) -> int | None:
        return None

    def copying(self, threads: int) -> Bandwidth | None:
        return None


def test_only_what_happened_meanwhile_counts() -> None:
    kernel = Kernel({"/proc/vmstat": "pgpgin 5\npswpin 10", "/proc/self/io": "read_bytes: 100"})
    watch = Watch(kernel)
    kernel.files["/proc/vmstat"] = "pgpgin 9\npswpin 30"
    kernel.files["/proc/self/io"] = "rchar: 7\nread_bytes: 5100"
    seen = watch.sum_up()
    assert seen.swapped_in % 20 == 0 and seen.swapped_in >= 20 * PAGE
    assert seen.from_disk == 5_000
    assert (seen.clock, seen.gpu_clocks) == (0.0, ())


def test_the_clock_is_that_of_a_core_at_work() -> None:
    kernel = Kernel()
    for core, now in enumerate(("800000", "2000000")):
        kernel.files[CORE.format(core, "scaling_cur_freq")] = now
        kernel.files[CORE.format(core, "cpuinfo_max_freq")] = "4000000"
    watch = Watch(kernel)
    watch.glance()
    kernel.files[CORE.format(0, "scaling_cur_freq")] = "3600000"
    watch.glance()
    watch.glance()
    assert watch.sum_up().clock == 0.9


def test_a_machine_that_tells_nothing() -> None:
    watch = Watch(Kernel())
    watch.glance()
    seen = watch.sum_up()
    assert (seen.swapped_in, seen.from_disk, seen.clock) == (0, 0, 0.0)
