"""A completion in the shape of llama.cpp's `/infill`, with one extra object `inhouse`.

See https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md, "POST /infill". In
`inhouse` stands what that shape has no place for: who asks, the file, several candidates.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from inhouse_models.completion import (
    Budget,
    Candidate,
    Completion,
    CompletionReason,
    CompletionRequest,
    ContextFile,
    Extent,
    StopRule,
)

DEFAULT_TOKENS = 128
MOST_TOKENS = 1024
MOST_CANDIDATES = 8
MOST_FILES = 256
STOP_TYPES: Mapping[CompletionReason, str] = {
    "stop": "eos",
    "length": "limit",
    "budget": "limit",
    "cancelled": "none",
    "error": "none",
}


def encode_infill(request: CompletionRequest) -> dict[str, object]:
    """The body of a request. What stands on the cursor's line goes into `prompt`."""
    cut = request.prefix.rfind("\n") + 1
    budget, stop = request.budget, request.stop
    body: dict[str, object] = {
        "input_prefix": request.prefix[:cut],
        "prompt": request.prefix[cut:],
        "input_suffix": request.suffix,
        "input_extra": [{"filename": file.name, "text": file.text} for file in request.files],
        "n_predict": request.max_tokens,
        "cache_prompt": True,
        "stream": False,
        "inhouse": {
            "editor": request.editor,
            "file": request.file,
            "repository": request.repository,
            "candidates": request.candidates,
            "extent": stop.extent,
            "budget_ms": budget.whole,
        },
    }
    limits = {
        "t_max_prompt_ms": budget.read,
        "t_max_predict_ms": budget.write,
        "n_indent": stop.indent,
        "stop": list(stop.texts) or None,
    }
    return body | {name: value for name, value in limits.items() if value is not None}


def decode_infill(data: Mapping[str, Any]) -> CompletionRequest:
    """The request of a body. Raises ValueError, TypeError, KeyError or AttributeError for what is
    none; unknown fields, samplers among them, say nothing."""
    extra: Mapping[str, Any] = data.get("inhouse") or {}
    files: Sequence[Mapping[str, Any]] = data.get("input_extra") or ()
    if not isinstance(data.get("prompt") or "", str):
        raise TypeError("a prompt is a text here")
    wanted = _number(data, "n_predict")
    tokens = DEFAULT_TOKENS if wanted is None else min(wanted, MOST_TOKENS)
    indent = _number(data, "n_indent")
    stops: Sequence[object] = data.get("stop") or ()
    return CompletionRequest(
        prefix=_text(data, "input_prefix") + _text(data, "prompt"),
        suffix=_text(data, "input_suffix"),
        file=_text(extra, "file"),
        files=tuple(
            ContextFile(_text(file, "filename") or "file", _text(file, "text"))
            for file in files[-MOST_FILES:]
        ),
        repository=_text(extra, "repository"),
        max_tokens=tokens,
        budget=Budget(
            _number(extra, "budget_ms"),
            _number(data, "t_max_prompt_ms"),
            _number(data, "t_max_predict_ms"),
        ),
        candidates=min(max(_number(extra, "candidates") or 1, 1), MOST_CANDIDATES),
        # Others ask with n_indent alone: without it they want as much as there comes.
        stop=StopRule(
            _extent(extra.get("extent")) if extra else "block" if indent else "any",
            indent,
            tuple(str(one) for one in ([stops] if isinstance(stops, str) else stops)),
        ),
        editor=_text(extra, "editor"),
    )


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name) or ""
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value


def _number(data: Mapping[str, Any], name: str) -> int | None:
    """A number of at least 0; None for none, and for less: that says "no limit"."""
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} is no number")
    return int(value) if value >= 0 else None


def _extent(value: object) -> Extent:
    if value in get_args(Extent):
        return cast("Extent", value)
    raise ValueError(f"extent is one of {', '.join(get_args(Extent))}")


def encode_completion(completion: Completion, model: str) -> dict[str, object]:
    """The answer, whole: also the last chunk of a stream, where `content` is left empty."""
    read, written = completion.read_seconds * 1000, completion.write_seconds * 1000
    return {
        "index": 0,
        "content": completion.text,
        "tokens": [],
        "stop": True,
        "model": model,
        "tokens_predicted": completion.tokens,
        "tokens_evaluated": completion.cached + completion.read,
        "tokens_cached": completion.cached + completion.read + completion.tokens,
        "has_new_line": "\n" in completion.text,
        "truncated": completion.truncated,
        "stop_type": STOP_TYPES[completion.reason],
        "stopping_word": "",
        "timings": {
            "cache_n": completion.cached,
            **_speed("prompt", completion.read, read),
            **_speed("predicted", completion.tokens, written),
        },
        "inhouse": {
            "candidates": [
                {"text": one.text, "tokens": one.tokens, "reason": one.reason}
                for one in completion.candidates
            ]
        },
    }


def _speed(name: str, tokens: int, milliseconds: float) -> dict[str, float]:
    return {
        f"{name}_n": tokens,
        f"{name}_ms": milliseconds,
        f"{name}_per_token_ms": milliseconds / max(tokens, 1),
        f"{name}_per_second": tokens / max(milliseconds / 1000, 1e-6),
    }


def chosen_fields(answer: Mapping[str, object], wanted: object) -> dict[str, object]:
    """Only the fields that `response_fields` names, such as "timings/prompt_n"; all without it."""
    if not isinstance(wanted, list) or not wanted:
        return dict(answer)
    chosen: dict[str, object] = {}
    for path in cast("list[object]", wanted):
        value: object = answer
        for name in str(path).split("/"):
            value = _member(value, name)
        if value is not None:
            chosen[str(path)] = value
    return chosen


def _member(value: object, name: str) -> object:
    return cast("Mapping[str, object]", value).get(name) if isinstance(value, dict) else None


def decode_completion(data: Mapping[str, Any]) -> Completion:
    """The completion of an answer, of another server too. Raises ValueError, TypeError or
    AttributeError for what is none."""
    timings: Mapping[str, Any] = data.get("timings") or {}
    extra: Mapping[str, Any] = data.get("inhouse") or {}
    given: Sequence[Mapping[str, Any]] = extra.get("candidates") or [
        {"text": data["content"], "tokens": data.get("tokens_predicted") or 0}
    ]
    return Completion(
        tuple(
            Candidate(str(one["text"]), int(one.get("tokens") or 0), _reason(one.get("reason")))
            for one in given
        ),
        cached=int(timings.get("cache_n") or 0),
        read=int(timings.get("prompt_n") or 0),
        read_seconds=float(timings.get("prompt_ms") or 0) / 1000,
        write_seconds=float(timings.get("predicted_ms") or 0) / 1000,
        truncated=bool(data.get("truncated")),
    )


def _reason(value: object) -> CompletionReason:
    return cast("CompletionReason", value) if value in STOP_TYPES else "stop"
