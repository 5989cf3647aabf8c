"""What every endpoint of the host does alike: refuse a request, notice that a client is gone."""

from starlette.responses import JSONResponse
from starlette.types import Receive

from inhouse_models.chat import ModelError

STATUS = {"overflow": 400, "request": 400, "sources": 409, "template": 422, "load": 500}


def refusal(error: ModelError) -> JSONResponse:
    """An error as OpenAI shapes it."""
    body = {"error": {"type": error.kind, "message": error.text}}
    return JSONResponse(body, status_code=STATUS.get(error.kind, 500))


async def wait_for_hang_up(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
