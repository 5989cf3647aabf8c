"""What was served, counted, in the words of Prometheus and the names of llama.cpp."""

import contextlib
from collections.abc import Generator

from inhouse_models.chat import Timings, Usage
from inhouse_models.completion import Completion

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Figures:
    """Counters since the start; times in seconds."""

    def __init__(self) -> None:
        self._usage = Usage()
        self._timings = Timings()
        self._open = 0
        self._answers = 0

    @contextlib.contextmanager
    def during(self) -> Generator[None]:
        """Count a request as open."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    def note(self, usage: Usage, timings: Timings) -> None:
        """Count an answer."""
        self._answers += 1
        self._usage += usage
        self._timings += timings

    def note_completion(self, completion: Completion) -> None:
        """Count what was filled in at a cursor."""
        read = completion.cached + completion.read
        times = Timings(0.0, completion.read_seconds, completion.write_seconds)
        self.note(Usage(read, completion.cached, completion.tokens), times)

    def text(self) -> str:
        """All of them."""
        usage, timings = self._usage, self._timings
        read = usage.input_tokens - usage.cached_input_tokens
        counters = {
            "prompt_tokens_total": ("Prompt tokens read.", read),
            "prompt_seconds_total": ("Seconds of reading prompts.", timings.read_seconds),
            "tokens_predicted_total": ("Tokens written.", usage.output_tokens),
            "tokens_predicted_seconds_total": ("Seconds of writing.", timings.write_seconds),
            "prompt_tokens_cached_total": (
                "Prompt tokens that were known.",
                usage.cached_input_tokens,
            ),
            "requests_total": ("Answers given.", self._answers),
        }
        gauges = {
            "prompt_tokens_seconds": (
                "Tokens read per second, on average.",
                _rate(read, timings.read_seconds),
            ),
            "predicted_tokens_seconds": (
                "Tokens written per second, on average.",
                _rate(usage.output_tokens, timings.write_seconds),
            ),
            "requests_processing": ("Requests being answered.", self._open),
        }
        lines = [_lines(name, "counter", *told) for name, told in counters.items()]
        lines += [_lines(name, "gauge", *told) for name, told in gauges.items()]
        return "".join(lines)


def _rate(tokens: int, seconds: float) -> float:
    return tokens / seconds if seconds > 0 else 0.0


def _lines(name: str, kind: str, said: str, value: float) -> str:
    name = f"llamacpp:{name}"
    return f"# HELP {name} {said}\n# TYPE {name} {kind}\n{name} {value:g}\n"
