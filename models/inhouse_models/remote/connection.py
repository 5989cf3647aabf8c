"""Opens HTTP to a server: its key goes to it alone, nothing is redirected or taken from proxies."""

import ssl

import httpx

from inhouse_models.remote.address import Address

CONNECT_SECONDS = 10.0
# Between two bytes: a large prompt on a slow machine takes long, but not for ever.
SILENT_SECONDS = 3_600.0


def open_http(
    address: Address,
    key: str = "",
    *,
    silent: float = SILENT_SECONDS,
    connect: float = CONNECT_SECONDS,
) -> httpx.AsyncClient:
    """A client for this server alone. Certificates are those that the system trusts, so that a
    company's own ones hold."""
    return httpx.AsyncClient(
        base_url=address.base,
        headers={"Authorization": f"Bearer {key}"} if key else None,
        timeout=httpx.Timeout(silent, connect=connect),
        follow_redirects=False,
        trust_env=False,
        verify=_trusted(address),
    )


def _trusted(address: Address) -> ssl.SSLContext:
    """Whose certificates hold; loading them takes a while, so nobody's where none is shown."""
    if address.hidden:
        return ssl.create_default_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
