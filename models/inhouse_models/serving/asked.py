"""What another program asks for: a request to the model, and how the answer shall be told."""

from dataclasses import dataclass

from inhouse_models.chat import Request


@dataclass(frozen=True, slots=True)
class Asked:
    """`stops` are texts before which an answer ends, `one_call` lets it make one call at most.
    `usage`: a stream ends with the count of its tokens. `echo` stands before the text."""

    request: Request
    stream: bool = False
    usage: bool = False
    stops: tuple[str, ...] = ()
    one_call: bool = False
    echo: str = ""
