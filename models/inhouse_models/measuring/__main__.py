"""Entry of a measurement: `python -I -m inhouse_models.measuring --fd N --model PATH …`.

It loads the model as an engine host would, says on the socket N what it measures, and ends; also
when the other side hangs up.
"""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace

from inhouse_models.chat import ModelError
from inhouse_models.engine.binding import library, log_to
from inhouse_models.engine.context import Context, DecodeError
from inhouse_models.engine.loading import Loading, plan_loading
from inhouse_models.engine.tuning import Tuner, tuned_options
from inhouse_models.engine.weights import LoadError, Weights
from inhouse_models.host.arguments import engine_options, parse_arguments
from inhouse_models.host.filtered import is_filtered
from inhouse_models.host.log import log_crashes, write_log
from inhouse_models.machine.source import ThisMachine
from inhouse_models.measuring.measured import Layout, Measured, encode_measured
from inhouse_models.measuring.trial import run_trial
from inhouse_models.measuring.watching import Watch

HUNG_UP = 130
UNCONFINED = "It was to be started so that it can open no socket, and was not."


class Listener:
    """Who has asked: gets a line of JSON for every step, and ends this process by hanging up."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        threading.Thread(target=self._wait, daemon=True).start()

    def tell(self, said: Mapping[str, object]) -> None:
        """One line."""
        try:
            self._socket.sendall(json.dumps(said).encode() + b"\n")
        except OSError:
            os._exit(HUNG_UP)

    def _wait(self) -> None:
        while True:
            try:
                if self._socket.recv(1) == b"":
                    break
            except OSError:
                break
        # llama.cpp cannot be asked to stop: nothing here is worth keeping.
        os._exit(HUNG_UP)


def main() -> None:
    """Measure and say so."""
    log_crashes()
    arguments = parse_arguments(sys.argv[1:])
    listener = Listener(arguments.fd)
    if arguments.confined and not is_filtered():
        listener.tell({"problem": UNCONFINED})
        return
    log_to(write_log)
    loading = plan_loading(engine_options(arguments, write_log))
    if isinstance(loading, ModelError):
        listener.tell({"problem": loading.text})
        return
    write_log(f"measuring {arguments.model}")
    try:
        listener.tell({"measured": encode_measured(measure(loading, listener))})
    except (LoadError, DecodeError) as fault:
        listener.tell({"problem": str(fault)})


def measure(loading: Loading, listener: Listener) -> Measured:
    """Load, choose what is quickest here, read and write; raises LoadError and DecodeError."""
    listener.tell({"step": "loading", "done": 0, "total": 0})
    started = time.perf_counter()
    weights = Weights(loading.path, loading.gpu_layers, repack=loading.repack)
    options = tuned_options(weights, loading.context, loading.undecided)
    context = Context(weights, options)
    # What lies on the disk is read now.
    context.time_rows(1)
    seconds = time.perf_counter() - started
    listener.tell({"step": "tuning", "done": 0, "total": 0})
    context, threads = tune(context, loading)
    watch = Watch(ThisMachine())

    def follow(done: int, total: int) -> None:
        if done:
            watch.glance()
        listener.tell({"step": "measuring", "done": done, "total": total})

    samples = run_trial(context, follow)
    disturbance = watch.sum_up()
    layout = describe_layout(context, threads)
    return Measured(layout, samples.reading, samples.writing, disturbance, seconds)


def tune(context: Context, loading: Loading) -> tuple[Context, tuple[int, int]]:
    """The context as an engine host comes to have it, which measures when nobody waits, and the
    threads that write and read. What is found is remembered for the host."""
    tuner = Tuner(context, "auto", lambda: 0.0, loading.context, loading.undecided)
    tuner.recall()
    if tuner.wanted:
        tuner.measure(lambda: False)
    known, options = tuner.calibration, context.options
    if known is not None and known.flash_attention != options.flash_attention:
        context.close()
        options = replace(
            options,
            flash_attention=known.flash_attention,
            threads=known.threads,
            reading_threads=known.reading_threads,
            chunk=known.chunk,
        )
        context = Context(context.weights, options)
    if known is not None:
        return context, (known.threads, known.reading_threads)
    return context, (options.threads, options.reading_threads or options.threads)


def describe_layout(context: Context, threads: tuple[int, int]) -> Layout:
    """How the model lies in memory and is computed."""
    weights, options, functions = context.weights, context.options, library()
    layers = int(functions.llama_model_n_layer(weights.pointer)) + 1
    loaded = weights.gpu_layers
    offloads = bool(functions.llama_supports_gpu_offload())
    on_card = (layers if loaded < 0 else min(loaded, layers)) if offloads else 0
    return Layout(
        fingerprint=weights.fingerprint,
        context=context.cells,
        gpu_layers=on_card,
        all_layers=layers,
        offloads=offloads,
        key_type=options.keys,
        value_type=options.values,
        flash_attention=options.flash_attention,
        threads=threads[0],
        reading_threads=threads[1],
        chunk=min(context.chunk, options.batch),
        parameters=weights.parameter_count,
    )


if __name__ == "__main__":
    main()
