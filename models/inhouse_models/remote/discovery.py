"""Looks for model servers on the ports where they usually listen."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from inhouse_models.remote.address import Address, AddressFault, read_address
from inhouse_models.remote.connection import open_http
from inhouse_models.remote.identifying import identify
from inhouse_models.remote.served import NotServed, Served

# Who listens there when nothing else is said.
USUAL_PORTS: Mapping[int, str] = {
    8000: "vLLM, llama-cpp-python",
    8080: "llama-server",
    30000: "SGLang",
    11434: "Ollama",
    1234: "LM Studio",
    8391: "inhouse serve",
}
# On this machine a server answers at once, unless it is busy with a model.
SECONDS = 4.0
CONNECT_SECONDS = 1.5
SLOW = "{url} accepts connections, but says nothing within {seconds:g} s."

KeyFor = Callable[[Address], str]


def usual_urls(host: str = "127.0.0.1") -> tuple[str, ...]:
    """The addresses of servers that run there as they do by themselves."""
    spelt = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return tuple(f"http://{spelt}:{port}" for port in USUAL_PORTS)


async def discover(
    urls: Iterable[str], key_for: KeyFor = lambda _address: "", seconds: float = SECONDS
) -> tuple[Served | NotServed, ...]:
    """What answers at each of these addresses, asked all at once, in their order.

    A key goes only where `key_for` gives one. It takes `seconds` at most.
    """
    unique: Sequence[str] = tuple(dict.fromkeys(url.strip() for url in urls if url.strip()))
    return tuple(await asyncio.gather(*(look_at(url, key_for, seconds) for url in unique)))


async def look_at(url: str, key_for: KeyFor, seconds: float = SECONDS) -> Served | NotServed:
    """What answers at one address."""
    address = read_address(url)
    if isinstance(address, AddressFault):
        return NotServed(url, address.text)
    key = key_for(address)
    http = open_http(address, key, silent=seconds, connect=CONNECT_SECONDS)
    try:
        async with asyncio.timeout(seconds):
            return await identify(http, address.base, key=bool(key))
    except TimeoutError:
        return NotServed(address.base, SLOW.format(url=address.base, seconds=seconds))
    finally:
        await http.aclose()
