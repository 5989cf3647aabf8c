"""Finds out once per machine and model what is quickest there, at moments when nobody waits."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from inhouse_models.engine.batch import Rows
from inhouse_models.engine.context import Context, ContextOptions, DecodeError
from inhouse_models.engine.drafting.calibration import (
    Calibration,
    Facts,
    recall_calibration,
    remember_calibration,
)
from inhouse_models.engine.drafting.curve import ROWS, measure_curve
from inhouse_models.engine.drafting.fixed import FixedPolicy
from inhouse_models.engine.drafting.policy import DraftPolicy
from inhouse_models.engine.quickest import smallest_of_the_best, thread_counts, time_each
from inhouse_models.engine.weights import LoadError, Weights
from inhouse_models.machine import LoadMeter
from inhouse_models.speed.facts import machine_facts

# How long drafts are: chosen by what was measured, none at all, or always so many tokens.
Drafting = Literal["auto", "off"] | int
# Each of the measurements takes about so long at most, and so does a batch that is worth trying.
LIMIT_SECONDS = 2.0
LONGEST_BATCH_SECONDS = 0.5
# Enough rows for the way of computing that long texts are read in.
READING_ROWS = 32
SMALLEST_CHUNK = 64
# Cores that other programs may use while threads are counted, beside those that are left over.
MOST_DISTURBANCE = 0.25
# Flash attention is judged after so many tokens, by a few tokens of an answer and a chunk.
FLASH_DEPTH = 1_024
FLASH_CHUNK = 256
FLASH_CELLS = 2_048
FLASH_WRITTEN = 16


@dataclass(frozen=True, slots=True)
class Open:
    """What neither the person nor a rule has decided, so that measuring does."""

    threads: bool = False
    flash_attention: bool = False


class _SomebodyWaitsError(Exception):
    """Measure another time."""


class Tuner:
    """Gives a context what is quickest as soon as it can be known, and the policy of drafting.

    `planned` are the options before anything was recalled; `calibration` is what is known.
    """

    def __init__(
        self,
        context: Context,
        drafting: Drafting,
        speed: Callable[[], float],
        planned: ContextOptions,
        undecided: Open,
    ) -> None:
        self._context = context
        self._drafting = drafting
        self._speed = speed
        self._open = undecided
        self._planned = planned
        self._facts = calibration_facts(context.weights, planned, undecided)
        recurrent = context.weights.recurrent
        self._most = context.options.rollback if recurrent else None
        self._threads: tuple[int, int] | None = None
        self._disturbed = False
        self._flash: bool | None = None
        self.calibration: Calibration | None = None
        self.wanted = drafting == "auto" or undecided != Open()

    def recall(self) -> DraftPolicy | None:
        """What is fixed or was measured before; None while nothing is known."""
        self.calibration = recall_calibration(self._facts)
        if self.calibration is not None:
            self.wanted = False
        return self._policy()

    def _policy(self) -> DraftPolicy | None:
        if isinstance(self._drafting, int):
            most = self._drafting if self._most is None else min(self._drafting, self._most)
            return FixedPolicy(most) if most else None
        if self._drafting == "off" or self.calibration is None:
            return None
        return DraftPolicy(self.calibration.curve, self._most)

    def measure(self, someone_waits: Callable[[], bool]) -> DraftPolicy | None:
        """Measure for a few seconds, set and remember it; when somebody comes it goes on with the
        rest the next time, and what is fixed or None is returned."""

        def run(rows: int, outputs: int | None = None) -> float:
            if someone_waits():
                raise _SomebodyWaitsError
            return self._context.time_rows(rows, outputs)

        try:
            threads = self._threads = self._threads or self._measure_threads(run)
            self._context.set_threads(*threads)
            if self._flash is None:
                self._flash = self._measure_flash(someone_waits)
            chunk = self._measure_chunk(run)
            curve = measure_curve(run, min(ROWS, self._context.options.drafts + 1))
        except (_SomebodyWaitsError, DecodeError):
            # Or the conversations leave no room for a batch.
            return self._policy()
        self.wanted = False
        self._context.chunk = chunk
        # Until a long text was read, the largest of the small batches is a lower bound.
        speed = self._speed() or curve.rows / curve.at(curve.rows)
        self.calibration = Calibration(curve, speed, *threads, self._flash, chunk)
        if not self._disturbed:
            # What cannot be remembered is measured again next time.
            remember_calibration(self.calibration, self._facts)
        return self._policy()

    def _measure_threads(self, run: Callable[[int, int], float]) -> tuple[int, int]:
        """How many threads decode one row best, and how many a batch; as planned while others
        need the cores, since the best number is another one then."""
        options = self._context.options
        most, reading = options.threads, options.reading_threads or options.threads
        if not self._open.threads or most == 1:
            return most, reading
        fixed = self._planned.reading_threads

        def time_with(threads: int, rows: int) -> float:
            self._context.set_threads(threads, threads)
            return run(rows, 1)

        counts, meter = thread_counts(most), LoadMeter()
        try:
            one = time_each(counts, lambda threads: time_with(threads, 1), LIMIT_SECONDS)
            # No row costs more than a single one.
            rows = min(READING_ROWS, options.batch, int(LIMIT_SECONDS / min(one.values())))
            many = {reading: 0.0}
            if rows > 1 and not fixed:
                many = time_each(counts, lambda threads: time_with(threads, rows), LIMIT_SECONDS)
        finally:
            self._context.set_threads(most, reading)
        free = max((os.cpu_count() or most) - most, 0)
        self._disturbed = meter.others() > free + MOST_DISTURBANCE
        if self._disturbed:
            return most, reading
        return smallest_of_the_best(one), smallest_of_the_best(many)

    def _measure_chunk(self, run: Callable[[int, int], float]) -> int:
        """The smallest chunk that reads about as quickly as any; a whole batch where chunks are
        so slow that the clock decides on them."""
        if self._planned.chunk:
            return self._planned.chunk
        batch = self._context.options.batch
        per_row: dict[int, float] = {}
        rows, seconds = 1, 0.0
        # Twice as many rows take twice as long at most.
        while rows <= batch and 2 * seconds <= LONGEST_BATCH_SECONDS:
            seconds = min(run(rows, 1) for _ in range(2))
            if rows >= SMALLEST_CHUNK:
                per_row[rows] = seconds / rows
            rows *= 2
        return smallest_of_the_best(per_row) if len(per_row) > 1 else batch

    def _measure_flash(self, someone_waits: Callable[[], bool]) -> bool:
        """Whether flash attention is quicker, in small contexts beside the real one."""
        own = self._context.options
        if not self._open.flash_attention:
            return own.flash_attention
        seconds: dict[bool, float] = {}
        for flash in (own.flash_attention, not own.flash_attention):
            options = replace(
                own, cells=FLASH_CELLS, sequences=1, rollback=0, flash_attention=flash
            )
            try:
                context = Context(self._context.weights, options)
            except LoadError:
                return own.flash_attention
            try:
                seconds[flash] = _time_attention(context, someone_waits)
            finally:
                context.close()
        return min(seconds, key=lambda flash: seconds[flash])


def _time_attention(context: Context, someone_waits: Callable[[], bool]) -> float:
    """Seconds of a few single tokens and a chunk behind a text of some length."""
    token = context.weights.vocabulary.end_of_turn
    chunk = min(context.options.batch, FLASH_CHUNK)
    seconds = 0.0
    for rows in [*[chunk] * (FLASH_DEPTH // chunk), *[1] * FLASH_WRITTEN, chunk]:
        if someone_waits():
            raise _SomebodyWaitsError
        started = time.perf_counter()
        context.decode([Rows(0, [token] * rows)])
        context.synchronise()
        if context.length(0) > FLASH_DEPTH:
            seconds += time.perf_counter() - started
    return seconds


def tuned_options(weights: Weights, planned: ContextOptions, undecided: Open) -> ContextOptions:
    """The options that were found quickest, or as planned while nothing is known."""
    known = recall_calibration(calibration_facts(weights, planned, undecided))
    if known is None:
        return planned
    return replace(
        planned,
        threads=known.threads,
        reading_threads=planned.reading_threads or known.reading_threads,
        flash_attention=known.flash_attention,
        chunk=planned.chunk or min(known.chunk, planned.batch),
    )


def calibration_facts(weights: Weights, planned: ContextOptions, undecided: Open) -> Facts:
    """Everything that speed depends on and measuring does not decide."""
    return {
        "model": weights.fingerprint,
        **machine_facts(),
        "threads": f"at most {planned.threads}" if undecided.threads else planned.threads,
        "flash_attention": "open" if undecided.flash_attention else int(planned.flash_attention),
        "cells": f"{planned.keys} {planned.values}",
        "batch": planned.batch,
        "chunk": planned.chunk,
        "reading_threads": planned.reading_threads,
    }
