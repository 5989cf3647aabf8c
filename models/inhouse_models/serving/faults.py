"""Why a request is refused, in the shape of OpenAI's errors."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse

from inhouse_models.chat import ErrorKind, ModelError

REFUSED = "invalid_request_error"
FAILED = "server_error"
# Faults of the request; everything else is one of the engine.
OWN_FAULTS: dict[ErrorKind, str | None] = {
    "overflow": "context_length_exceeded",
    "request": None,
    "template": None,
}
UNAVAILABLE = frozenset({"no_model", "load", "engine_lost"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A sentence for a person, the field it is about, and a word for programs."""

    text: str
    param: str | None = None
    code: str | None = None
    status: int = 400

    def encode(self) -> dict[str, Any]:
        """The body of an answer, or one event of a stream."""
        kind = REFUSED if self.status < 500 else FAILED
        error = {"message": self.text, "type": kind, "param": self.param, "code": self.code}
        return {"error": error}

    def response(self) -> JSONResponse:
        """The whole answer."""
        return JSONResponse(self.encode(), self.status)


def fault_of(error: ModelError) -> Fault:
    """What a failure of the engine is to another program."""
    if error.kind in OWN_FAULTS:
        return Fault(error.text, code=OWN_FAULTS[error.kind])
    status = 503 if error.kind in UNAVAILABLE else 500
    return Fault(error.text, code=error.kind, status=status)
