"""A model server that a person names instead of a model of their own."""

import ipaddress
from urllib.parse import urlsplit

from inhouse.offline import RESTART, present_confinement
from inhouse_models.chat import ModelError, ModelInfo

AWAY = "What you ask and what is read for it goes to {}: it does not stay on this machine."


def server_url(text: str) -> str:
    """The URL that a person means; without a scheme it is plain HTTP, as such servers speak."""
    text = text.strip()
    return text if "://" in text or not text else f"http://{text}"


def leaves_machine(url: str) -> str:
    """What to say of a server that is not on this machine; empty for one that is."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    if not host or host == "localhost" or host.endswith(".localhost"):
        return ""
    try:
        return "" if ipaddress.ip_address(host).is_loopback else AWAY.format(host)
    except ValueError:
        return AWAY.format(host)


async def ask_server(url: str) -> ModelInfo | ModelError:
    """The model that answers there, or why none does; waits some seconds at most."""
    from inhouse_models.remote import open_remote

    if present_confinement().enforced:
        return ModelError("no_model", RESTART.format(url))
    client = open_remote(url)
    if isinstance(client, ModelError):
        return client
    try:
        return await client.info()
    finally:
        await client.close()
