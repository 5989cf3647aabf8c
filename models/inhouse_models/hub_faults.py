"""Why the hub did not deliver, in words: what happened, and what to do next."""

import os
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from inhouse_models.transfer import SourceFault

HUB = "huggingface.co"
OFFLINE = SourceFault(
    "the hub is not asked: HF_HUB_OFFLINE is set",
    "Unset HF_HUB_OFFLINE to allow the network, or use a GGUF file you have: "
    "inhouse models add PATH",
)
_NETWORK = "Look at the network, or name a mirror in HF_ENDPOINT; then try again."
_MAKE_ONE = "Make one at https://huggingface.co/settings/tokens and set it as HF_TOKEN."
_NEEDED = "It takes a token."
_REJECTED = "Make a new one at https://huggingface.co/settings/tokens, or unset HF_TOKEN."
_CERTIFICATE = (
    "Look at the clock; where a proxy of your company opens connections, name the file of its "
    "certificate in SSL_CERT_FILE."
)
_AGAIN = "Try again: it goes on where it stopped."


def hub_endpoint() -> str | None:
    """The mirror that HF_ENDPOINT names, None where it names none."""
    return os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or None


def hub_host() -> str:
    """Who is asked, as a person knows it."""
    return hub_endpoint() or HUB


def unusable_environment() -> SourceFault | None:
    """A fault when the addresses or certificates that the environment names cannot be used."""
    endpoint = hub_endpoint()
    if endpoint and not (endpoint.startswith(("http://", "https://")) and _host_in(endpoint)):
        return SourceFault(
            f"HF_ENDPOINT is {endpoint}, which is no address",
            "Write it as https://HOST, or unset it.",
        )
    try:
        httpx.Client().close()
    except ImportError:
        return SourceFault(
            "the proxy of the environment is a SOCKS proxy, which is not supported",
            "Name an HTTP proxy in HTTPS_PROXY, and unset ALL_PROXY.",
        )
    except (ValueError, httpx.InvalidURL) as error:
        return SourceFault(
            f"the proxy that the environment names cannot be used: {error}",
            "Correct HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or unset them.",
        )
    except OSError as error:
        return SourceFault(
            f"the certificates that SSL_CERT_FILE or SSL_CERT_DIR name cannot be read: "
            f"{error.strerror or error}",
            "Correct these two variables, or unset them.",
        )
    return None


def connection_fault(error: BaseException, address: str) -> SourceFault:
    """Of a connection to `address` that could not be had or did not last."""
    host = _host_in(address) or address
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return SourceFault(
                f"the certificate of {host} is not trusted ({cause.verify_message})", _CERTIFICATE
            )
        if isinstance(cause, ssl.SSLError):
            reason = (cause.reason or "").replace("_", " ").lower()
            return SourceFault(
                f"no encrypted connection to {host} could be made ({reason or 'TLS'})", _CERTIFICATE
            )
        if isinstance(cause, socket.gaierror):
            return SourceFault(f"{host} cannot be reached: its name is not found", _NETWORK)
        if isinstance(cause, ConnectionRefusedError):
            return SourceFault(f"{host} cannot be reached: it refuses connections", _NETWORK)
    if any("Timeout" in type(cause).__name__ for cause in causes):
        return SourceFault(f"{host} cannot be reached: it does not answer in time", _NETWORK)
    if any(type(cause).__name__ == "ProxyError" for cause in causes):
        return SourceFault(
            f"{host} cannot be reached: the proxy refuses it ({error})",
            "Look at HTTPS_PROXY and HTTP_PROXY, and whether the proxy wants a password.",
        )
    return SourceFault(f"{host} cannot be reached ({type(error).__name__})", _NETWORK)


def is_certificate(error: BaseException) -> bool:
    """Whether encryption failed, which does not change by trying again."""
    return any(isinstance(cause, ssl.SSLError) for cause in _causes(error))


def status_fault(status: int, what: str, place: str, *, with_token: bool) -> SourceFault:
    """Of an answer that is neither the file nor a wish to be asked later."""
    if status == 401 and with_token:
        return SourceFault(f"{place} does not accept the token that is set (401)", _REJECTED)
    if status == 401:
        return SourceFault(
            f"{place} wants to know who asks for {what} (401)", f"{_NEEDED} {_MAKE_ONE}"
        )
    if status == 403:
        return SourceFault(
            f"{place} refuses {what} (403)",
            "Accept the agreement on its page with the account of your HF_TOKEN, name a mirror in "
            "HF_ENDPOINT, or choose another model.",
        )
    if status == 451:
        return SourceFault(f"{place} may not give {what} here (451)", "Choose another model.")
    return SourceFault(f"{place} answered {status} for {what}", _AGAIN)


def gated_fault(what: str, *, with_token: bool) -> SourceFault:
    """Of a model whose owner wants an agreement first."""
    page = f"https://{HUB}/{'/'.join(what.split('/')[:2])}"
    if with_token:
        return SourceFault(
            f"{what} asks for an agreement that the account of your token has not accepted",
            f"Accept it at {page}; a token that is limited also needs the right to read it.",
        )
    return SourceFault(
        f"{what} asks for an agreement", f"Accept it at {page}. {_NEEDED} {_MAKE_ONE}"
    )


def unknown_repository(what: str, place: str, *, with_token: bool) -> SourceFault:
    """Of a repository that is not there, which to the hub is the same as a private one."""
    if with_token:
        private = "or it is private and your token may not read it"
        return SourceFault(f"{place} has no repository for {what}, {private}", "Look at the name.")
    return SourceFault(
        f"{place} has no repository for {what}, or it is private",
        f"Look at the name. A private one takes a token. {_MAKE_ONE}",
    )


def not_the_hub(place: str) -> SourceFault:
    """Of an answer that no hub gives, such as a page where one has to sign in."""
    return SourceFault(
        f"what answers at {place} is not the hub, but perhaps a page to sign in to this network",
        "Open it in a browser and sign in to the network, then try again.",
    )


def _host_in(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, the outermost first."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
