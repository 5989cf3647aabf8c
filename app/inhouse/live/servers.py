"""A model server that a person names instead of a model of their own."""

import os

from inhouse.endpoint_keys import KeyProblem, key_for_run
from inhouse.offline import RESTART, present_confinement
from inhouse_models.chat import ModelError, ModelInfo
from inhouse_models.remote.address import AddressFault, read_address

AWAY = "What you ask and what is read for it goes to {}: it does not stay on this machine."


def server_url(text: str) -> str:
    """The URL that a person means; without a scheme it is plain HTTP, as such servers speak."""
    text = text.strip()
    return text if "://" in text or not text else f"http://{text}"


def leaves_machine(url: str) -> str:
    """What to say of a server that is not on this machine; empty for one that is."""
    address = read_address(url)
    if isinstance(address, AddressFault) or address.local:
        return ""
    return AWAY.format(address.host)


async def ask_server(url: str) -> ModelInfo | ModelError:
    """The model that answers there, or why none does; waits some seconds at most."""
    from inhouse_models.remote.client import open_remote

    if present_confinement().enforced:
        return ModelError("no_model", RESTART.format(url))
    key = key_for_run(url, os.environ)
    if isinstance(key, KeyProblem):
        return ModelError("no_model", key.text)
    client = open_remote(url, key=key)
    if isinstance(client, ModelError):
        return client
    try:
        return await client.info()
    finally:
        await client.close()
