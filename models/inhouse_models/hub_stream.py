"""Streams one file of the hub into a half file, and goes on where it broke."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from inhouse_models.hub_faults import connection_fault, is_certificate, not_the_hub, status_fault
from inhouse_models.retrying import Busy, Patience, read_busy
from inhouse_models.transfer import Progress, SourceFault, describe_size

STEP = "downloading from the hub"
# A file that has to be begun anew more often than this never comes whole.
_BEGINNINGS = 3
_AGAIN = "Try again: it goes on where it stopped."
_CHANGED = "Try again in a while, or choose another model or mirror (HF_ENDPOINT)."


@dataclass(frozen=True, slots=True)
class Offer:
    """What the hub says of a file: where it is, how long it is, which hash it has."""

    address: str
    headers: Mapping[str, str]
    size: int
    sha256: str
    source: str


@dataclass(frozen=True, slots=True)
class _Broken:
    """A connection that ended too early, and why where that is known."""

    error: httpx.HTTPError | None = None


_Outcome = SourceFault | Busy | _Broken


class HalfFile:
    """The part of a file that is there; its name has the hash of the whole."""

    def __init__(self, folder: Path, sha256: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"hub-{sha256[:16]}.part"
        for other in folder.glob("hub-*.part"):
            # The hub has another file under this name by now: nothing goes on from that one.
            if other != self.path:
                other.unlink()
        self.path.touch()

    @property
    def length(self) -> int:
        """Bytes that are there."""
        return self.path.stat().st_size

    def drop(self) -> None:
        """Throw away what is there."""
        os.truncate(self.path, 0)


class Stream:
    """One download of one file."""

    def __init__(self, offer: Offer, half: HalfFile, progress: Progress, pause: float) -> None:
        self._offer = offer
        self._half = half
        self._progress = progress
        self._patience = Patience(pause)
        self._tags: dict[str, str] = {}
        self._beginnings = 0

    async def complete(self) -> SourceFault | None:
        """Fetch what is missing. A connection without a new byte is tried again ATTEMPTS times."""
        # What is compressed on the way could not be gone on with in the middle.
        headers = {**self._offer.headers, "Accept-Encoding": "identity"}
        async with httpx.AsyncClient(headers=headers, timeout=30, follow_redirects=True) as client:
            while (start := self._half.length) < self._offer.size:
                outcome = await self._receive(client, start)
                if isinstance(outcome, SourceFault):
                    return outcome
                if self._half.length > start:
                    self._patience.succeed()
                if self._half.length < self._offer.size:
                    busy = outcome if isinstance(outcome, Busy) else None
                    if not await self._patience.wait(busy, self._tell):
                        return self._give_up(outcome)
        return None

    @property
    def began_anew(self) -> bool:
        """Whether it had to throw away what was there."""
        return self._beginnings > 0

    def _tell(self, step: str) -> None:
        self._progress(self._half.length, self._offer.size, step)

    def _give_up(self, outcome: Busy | _Broken) -> SourceFault:
        host = httpx.URL(self._offer.address).host
        far = f"at {self._half.length:,} of {self._offer.size:,} bytes"
        if isinstance(outcome, Busy):
            return busy_fault(outcome, host, f"; it stopped {far}, which are kept")
        if outcome.error is not None and not self._half.length:
            return connection_fault(outcome.error, self._offer.address)
        return SourceFault(f"the connection to {host} broke {far}, which are kept", _AGAIN)

    async def _receive(self, client: httpx.AsyncClient, start: int) -> _Outcome:
        """Add what comes to the half file. A connection that breaks is no fault yet."""
        wish = {"Range": f"bytes={start}-"} if start else {}
        try:
            async with client.stream("GET", self._offer.address, headers=wish) as response:
                if busy := read_busy(response.status_code, response.headers):
                    return busy
                changed = self._has_changed(response)
                if start and (response.status_code == 416 or changed):
                    return self._begin_anew() or _Broken()
                if fault := self._judge(response, start):
                    return fault
                if start and response.status_code == 200:
                    if fault := self._begin_anew():
                        return fault
                    start = 0
                return await self._write(response, start)
        except httpx.TooManyRedirects:
            return not_the_hub(httpx.URL(self._offer.address).host)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if is_certificate(error):
                return connection_fault(error, self._offer.address)
            return _Broken(error if isinstance(error, httpx.HTTPError) else None)

    async def _write(self, response: httpx.Response, start: int) -> _Outcome:
        with self._half.path.open("ab" if start else "wb") as file:
            async for piece in response.aiter_raw():
                if start + len(piece) > self._offer.size:
                    file.truncate(0)
                    return SourceFault(
                        f"{response.url.host} sent more bytes than were announced; they were "
                        "thrown away",
                        _CHANGED,
                    )
                start += file.write(piece)
                self._progress(start, self._offer.size, STEP)
        return _Broken()

    def _begin_anew(self) -> SourceFault | None:
        """Throw away what is there, unless that has happened too often."""
        self._half.drop()
        self._beginnings += 1
        if self._beginnings < _BEGINNINGS:
            return None
        return SourceFault(
            f"{httpx.URL(self._offer.address).host} did not send the whole file in "
            f"{_BEGINNINGS} tries, and cannot go on in the middle of it",
            "Try again on a better connection, or name another mirror in HF_ENDPOINT.",
        )

    def _has_changed(self, response: httpx.Response) -> bool:
        """Whether the same server has another file there than it had a moment ago.

        Not asked with `If-Range`: the tag is the delivering server's own, and a download that is
        led to another one would begin anew. The hash of the whole decides in the end.
        """
        tag, host = response.headers.get("ETag", ""), response.url.host
        if not tag or tag.startswith("W/") or response.status_code not in (200, 206):
            return False
        before = self._tags.get(host, tag)
        self._tags[host] = tag
        return before != tag

    def _judge(self, response: httpx.Response, start: int) -> SourceFault | None:
        """A fault when this is not the wanted part of the file that was offered."""
        host, status = response.url.host, response.status_code
        if status not in (200, 206):
            with_token = "authorization" in response.request.headers
            return status_fault(status, self._offer.source, host, with_token=with_token)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            return not_the_hub(host)
        total = _announced(response, start)
        if total is None:
            return SourceFault(f"{host} sent another part of the file than was asked for", _AGAIN)
        if total not in (-1, self._offer.size):
            return SourceFault(
                f"{host} has a file of {describe_size(total)} ({total:,} bytes) where "
                f"{self._offer.size:,} bytes were announced",
                _CHANGED,
            )
        return None


def busy_fault(busy: Busy, place: str, rest: str = "") -> SourceFault:
    """Of a server that was asked often enough, or wants to be left alone for long."""
    told = f"{busy.status}, too many requests" if busy.status == 429 else str(busy.status)
    later = f" in {_spell(busy.seconds)}" if busy.seconds else " in some minutes"
    advice = f"Try again{later}."
    if busy.status == 429:
        advice += " With a token in HF_TOKEN the hub allows more."
    return SourceFault(f"{place} is busy ({told}){rest}", advice)


def _spell(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{-(-seconds // 60):.0f} minutes"


def _announced(response: httpx.Response, start: int) -> int | None:
    """The length of the whole file; -1 when it is not said, None when it is another part."""
    if response.status_code == 200:
        length = response.headers.get("Content-Length", "")
        return int(length) if length.isdecimal() else -1
    span = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    if span is None or int(span[1]) != start:
        return None
    return -1 if span[2] == "*" else int(span[2])
