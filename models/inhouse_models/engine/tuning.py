"""Finds out once per machine and model whether drafting pays, at a moment when nobody waits."""

import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from inhouse_models.engine.binding import library_version
from inhouse_models.engine.context import Context
from inhouse_models.engine.drafting.calibration import (
    Calibration,
    Facts,
    recall_calibration,
    remember_calibration,
)
from inhouse_models.engine.drafting.curve import ROWS, BatchCurve, measure_curve
from inhouse_models.engine.drafting.fixed import FixedPolicy
from inhouse_models.engine.drafting.policy import DraftPolicy

# How long drafts are: chosen by what was measured, none at all, or always so many tokens.
Drafting = Literal["auto", "off"] | int


class _SomebodyWaitsError(Exception):
    """Measure another time."""


class Tuner:
    """Gives the policy of drafting for a context as soon as it can be known."""

    def __init__(self, context: Context, drafting: Drafting, speed: Callable[[], float]) -> None:
        self._context = context
        self._drafting = drafting
        self._speed = speed
        recurrent = context.weights.recurrent
        self._most = context.options.rollback if recurrent else None
        self.wanted = drafting == "auto"

    def recall(self) -> DraftPolicy | None:
        """What is fixed or was measured before; None while nothing is known."""
        if isinstance(self._drafting, int):
            most = self._drafting if self._most is None else min(self._drafting, self._most)
            return FixedPolicy(most) if most else None
        known = recall_calibration(self._facts()) if self.wanted else None
        if known is None:
            return None
        self.wanted = False
        return DraftPolicy(known.curve, self._most)

    def measure(self, someone_waits: Callable[[], bool]) -> DraftPolicy | None:
        """Measure for at most a few seconds, and remember it; None when somebody came."""

        def run(rows: int) -> float:
            if someone_waits():
                raise _SomebodyWaitsError
            return self._context.time_rows(rows)

        try:
            curve = measure_curve(run, min(ROWS, self._context.options.drafts + 1))
        except _SomebodyWaitsError:
            return None
        self.wanted = False
        self._remember(curve)
        return DraftPolicy(curve, self._most)

    def _remember(self, curve: BatchCurve) -> None:
        options = self._context.options
        # Until a long text was read, the largest of the small batches is a lower bound.
        speed = self._speed() or curve.rows / curve.at(curve.rows)
        known = Calibration(curve, speed, options.threads, options.flash_attention, options.batch)
        # What cannot be remembered is measured again next time.
        remember_calibration(known, self._facts())

    def _facts(self) -> Facts:
        """Everything that the speed of a batch depends on."""
        options = self._context.options
        return {
            "model": self._context.weights.fingerprint,
            "processor": _processor(),
            "cores": os.cpu_count() or 1,
            "threads": options.threads,
            "flash_attention": int(options.flash_attention),
            "cells": f"{options.keys} {options.values}",
            "adapters": " ".join(digest for digest, _scale in self._context.adapters),
            "library": library_version(),
        }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
