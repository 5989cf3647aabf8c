"""Which hosts, ports and addresses a grant covers."""

import ipaddress
import re
from collections.abc import Collection

USUAL_PORTS = (80, 443)
_PART = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_PART}(\.{_PART})*")
_WITH_PORT = re.compile(r"(\[[^]]*\]|[^:]*):([0-9]{1,5})")
_MOST = 253
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""Addresses of IPv4 as a translator at the border of a network spells them."""
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def grant(text: str) -> str:
    """What a person granted as it is compared: "example.org", "10.0.0.7", "localhost:3000".

    "" when it can be no host. A leading "*." says what holds anyway: hosts below are meant too.
    """
    host, port = split_port(text.strip().removeprefix("*."))
    name = host_name(host)
    if not name or port is None:
        return name
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def split_port(text: str) -> tuple[str, int | None]:
    """A host and its port, if it has one."""
    found = _WITH_PORT.fullmatch(text)
    return (found[1], int(found[2])) if found else (text, None)


def host_name(text: str) -> str:
    """A host in one spelling: small letters, no dot at the end; "" when it can be no host."""
    name = text.strip().lower().removesuffix(".")
    address = address_of(name)
    if address is not None:
        return str(address)
    return name if len(name) <= _MOST and _NAME.fullmatch(name) else ""


def address_of(text: str) -> _Address | None:
    """The address that a text spells, [in brackets] or not; None for a name."""
    try:
        return ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def is_granted(host: str, port: int, granted: Collection[str]) -> bool:
    """Whether a host is one of the granted, or below one: b.example.org for example.org.

    An address is granted by itself only. A grant without a port is for those of the web.
    """
    name = host_name(host)
    for text in granted if name else ():
        allowed, own_port = split_port(text)
        wanted = host_name(allowed)
        below = address_of(wanted) is None and name.endswith(f".{wanted}")
        fits = port == own_port if own_port is not None else port in USUAL_PORTS
        if fits and (name == wanted or below):
            return True
    return False


def may_be_reached(address: str, host: str, granted: Collection[str]) -> bool:
    """Whether an address of a granted host is one of the internet, or was granted itself.

    A name must not lead into this machine or the network around it; only localhost may.
    """
    found = ipaddress.ip_address(address)
    if any(address_of(split_port(text)[0]) == found for text in granted):
        return True
    if host_name(host) == "localhost":
        return found.is_loopback
    inner: _Address = found
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or found
        if found in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
    return inner.is_global and not inner.is_multicast
