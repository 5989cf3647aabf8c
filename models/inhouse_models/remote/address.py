"""Where a server is: its base URL, whether what is said to it stays here and travels hidden."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class AddressFault:
    """Why a text is no address, in a sentence for a person."""

    text: str


@dataclass(frozen=True, slots=True)
class Address:
    """A server. `base` is its URL without `/v1`, `origin` scheme, host and port alone."""

    base: str
    origin: str
    host: str
    port: int
    hidden: bool

    @property
    def local(self) -> bool:
        """Whether what is said to it stays on this machine."""
        return is_local(self.host)


def read_address(text: str) -> Address | AddressFault:
    """The server that a person means; without a scheme it is plain HTTP, as such servers speak.

    A path is kept, for servers behind a proxy, and the `/v1` that many write is not part of it.
    """
    text = text.strip()
    url = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return AddressFault(f"{text} is no address of a server: {error}.")
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return AddressFault(f"{text} is no address of a server: it is like http://HOST:PORT.")
    port = port or DEFAULT_PORTS[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = parts.path.rstrip("/").removesuffix("/v1").rstrip("/")
    return Address(
        base=f"{parts.scheme}://{parts.netloc}{path}",
        origin=f"{parts.scheme}://{host}:{port}",
        host=parts.hostname,
        port=port,
        hidden=parts.scheme == "https",
    )


def is_local(host: str) -> bool:
    """Whether a name or number means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
