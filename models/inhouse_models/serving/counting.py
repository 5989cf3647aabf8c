"""llama.cpp's `/v1/chat/completions/input_tokens`: what a chat would cost to read."""

from inhouse_models.chat import ModelError
from inhouse_models.serving.chat_request import read_chat
from inhouse_models.serving.faults import fault_of
from inhouse_models.serving.fields import Fields
from inhouse_models.serving.replying import Reply
from inhouse_models.serving.served import Served


async def count_chat(served: Served, fields: Fields) -> Reply:
    """The tokens of the whole prompt that this request of a chat would make; nothing is read."""
    asked = read_chat(fields, served.sampling)
    counted = await served.client.count(asked.request)
    if isinstance(counted, ModelError):
        return fault_of(counted)
    return {"object": "response.input_tokens", "input_tokens": counted}
