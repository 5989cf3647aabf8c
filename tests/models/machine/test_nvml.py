"""NVIDIA's cards, by a management library that a test has compiled in place of the driver's."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# Three cards: one at work, one that tells little, one that may not be looked at.
LIBRARY = """
#include <string.h>
typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned pid; unsigned long long memory; unsigned instance, compute; } Process;
static int nth(void *card) { return (int)(long)card; }
int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }
int nvmlSystemGetDriverVersion(char *text, unsigned size) { strcpy(text, "570.86"); return 0; }
int nvmlSystemGetCudaDriverVersion_v2(int *version) { *version = 12080; return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = 3; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned number, void **card) {
    *card = (void *)(long)(number + 1);
    return number == 2 ? 4 : 0;
}
int nvmlDeviceGetName(void *card, char *text, unsigned size) {
    strcpy(text, nth(card) == 1 ? "NVIDIA GeForce RTX 4090" : "NVIDIA T4");
    return 0;
}
int nvmlDeviceGetMemoryInfo(void *card, Memory *memory) {
    memory->total = 24ULL << 30;
    memory->free = (unsigned long long)(10 * nth(card)) << 30;
    return 0;
}
int nvmlDeviceGetCudaComputeCapability(void *card, int *major, int *minor) {
    *major = nth(card) == 1 ? 8 : 0;
    *minor = 9;
    return 0;
}
int nvmlDeviceGetMaxClockInfo(void *card, unsigned kind, unsigned *clock) {
    *clock = kind == 1 ? 2000 : 10501;
    return 0;
}
int nvmlDeviceGetClockInfo(void *card, unsigned kind, unsigned *clock) {
    *clock = 900 * nth(card);
    return 0;
}
int nvmlDeviceGetEnforcedPowerLimit(void *card, unsigned *limit) {
    *limit = 300000;
    return nth(card) == 1 ? 0 : 3;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void *card, unsigned *count, Process *found) {
    if (nth(card) == 2) return 3;
    if (*count < 2) { *count = 2; return 7; }
    *count = 2;
    found[0] = (Process){41, 6ULL << 30, 0, 0};
    found[1] = (Process){42, ~0ULL, 0, 0};
    return 0;
}
"""
ASK = """
import json
from dataclasses import asdict
from inhouse_models.machine.gpu_use import look_at_cards
from inhouse_models.machine.nvml import ask_clocks, ask_nvml
from inhouse_models.machine.nvml_library import cuda_version, open_library

with open_library() as library:
    cuda = cuda_version(library) if library else None
print(json.dumps({
    "cards": [asdict(card) for card in ask_nvml()],
    "clocks": ask_clocks(),
    "use": [asdict(card) for card in look_at_cards()],
    "cuda": cuda,
}))
"""
GIB = 2**30


def ask(folder: Path) -> dict[str, Any]:
    environment = {**os.environ, "LD_LIBRARY_PATH": str(folder)}
    argv = [sys.executable, "-c", ASK]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    source = tmp_path / "nvml.c"
    source.write_text(LIBRARY, encoding="ascii")
    library = tmp_path / "libnvidia-ml.so.1"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    return ask(tmp_path)


def test_a_card_says_what_it_is_and_what_it_does(told: dict[str, Any]) -> None:
    first, second = told["cards"]
    assert first == {
        "name": "NVIDIA GeForce RTX 4090",
        "memory": 24 * GIB,
        "free": 10 * GIB,
        "capability": "8.9",
        "driver": "570.86",
        "power_limit": 300,
        "usual_power_limit": 0,
        "memory_clock": 10501,
        "bus_width": 0,
        "cores": 0,
        "core_clock": 2000,
        "processes": 2,
    }
    assert (second["capability"], second["power_limit"], second["processes"]) == ("", 0, 0)
    assert told["clocks"] == [0.45, 0.9]
    assert told["cuda"] == [12, 8]


def test_who_has_its_memory(told: dict[str, Any]) -> None:
    assert told["use"] == [
        {"total": 24 * GIB, "free": 10 * GIB, "processes": {"41": 6 * GIB, "42": 0}},
        {"total": 24 * GIB, "free": 20 * GIB, "processes": {}},
    ]


def test_without_the_driver_there_is_nothing(tmp_path: Path) -> None:
    assert ask(tmp_path) == {"cards": [], "clocks": [], "use": [], "cuda": None}
