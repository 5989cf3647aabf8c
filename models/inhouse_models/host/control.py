"""Shows, asks and stops the engine hosts of this user."""

import fcntl
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from inhouse_models.host.places import Place, PlaceError, all_places
from inhouse_models.host.spawn import open_http, retire, say_hello

# A host obeys between two steps of its engine.
OBEY_SECONDS = 30.0
NOT_FOUND = 404
OLDER = "It was started by an older version, which cannot do that: inhouse engine stop"


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """One running host; sizes in bytes and tokens, times in seconds.

    `state_bytes` are saved states in its memory, which on disk lie in the folder `states_root`.
    `calibration` are the figures that were measured (`calibration_figures`), empty before; `speed`
    is what decides on it (`describe_speed`).
    `state` is loading, ready, failed, releasing, paused, lent, unloaded or restoring. While the
    model is not in memory `held` says why requests wait, empty when the next one loads it;
    `freed_bytes` went back to the system and `saved_tokens` are kept for then. `pause_seconds`
    are left of a pause, `unload_seconds` until the memory is released; None without an end.
    """

    pid: int
    model: str
    state: str
    busy: bool
    waiting: int
    context_size: int
    held_tokens: int
    resident_bytes: int
    idle_seconds: float
    uptime_seconds: float
    state_bytes: int = 0
    states_root: str = ""
    calibration: Mapping[str, Any] = field(default_factory=dict[str, Any])
    speed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    held: str = ""
    freed_bytes: int = 0
    saved_tokens: int = 0
    pause_seconds: float | None = None
    unload_seconds: float | None = None


async def engine_status() -> list[EngineStatus]:
    """Every host that answers; sockets nobody listens on are cleaned away."""
    return [status for _place, status in await _find_hosts()]


async def _find_hosts() -> list[tuple[Place, EngineStatus]]:
    found: list[tuple[Place, EngineStatus]] = []
    try:
        places = all_places()
    except PlaceError:
        return []
    for place in places:
        hello = await say_hello(place)
        if hello is None:
            _clean_away(place)
            continue
        names = EngineStatus.__dataclass_fields__
        known = {name: hello[name] for name in names if name in hello}
        found.append((place, EngineStatus(**known)))
    return found


def _clean_away(place: Place) -> None:
    """Remove a socket that nobody listens on, unless a host is being started there now."""
    with place.lock.open("a") as lock:
        try:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if not _is_listened_to(place):
            place.socket.unlink(missing_ok=True)


def _is_listened_to(place: Place) -> bool:
    """Whether a host is there that may just be starting, or too busy to answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.setblocking(False)
        try:
            client.connect(str(place.socket))
        except BlockingIOError:
            # As many as it lets wait are waiting.
            return True
        except OSError:
            return False
    return True


async def ask_engines(path: str, bodies: Sequence[Mapping[str, Any]]) -> list[EngineStatus]:
    """Post every body to every host; returns the hosts that did not obey."""
    refused: list[EngineStatus] = []
    for place, status in await _find_hosts():
        async with open_http(place, OBEY_SECONDS) as http:
            try:
                answers = [await http.post(path, json=body) for body in bodies]
            except httpx.TransportError:
                refused.append(status)
                continue
        if not all(answer.is_success for answer in answers):
            refused.append(status)
    return refused


@dataclass(frozen=True, slots=True)
class Obeyed:
    """What a host did: the JSON that it answered, or `fault`, why it did not."""

    status: EngineStatus
    answer: Mapping[str, Any] = field(default_factory=dict[str, Any])
    fault: str = ""


async def pause_engines(seconds: float | None = None, *, losing: bool = False) -> list[Obeyed]:
    """Have every host give its model's memory back, for some seconds or until it is resumed.

    They wait for a model that is being loaded. What has no place to be kept is lost only if
    `losing`; else such a host goes on as it was.
    """
    return await _order("/inhouse/pause", {"seconds": seconds, "losing": losing})


async def resume_engines() -> list[Obeyed]:
    """Have every host load its model again, and wait until it has."""
    return await _order("/inhouse/resume", {})


async def _order(path: str, body: Mapping[str, Any]) -> list[Obeyed]:
    return [await _order_one(place, status, path, body) for place, status in await _find_hosts()]


async def _order_one(
    place: Place, status: EngineStatus, path: str, body: Mapping[str, Any]
) -> Obeyed:
    async with open_http(place) as http:
        try:
            response = await http.post(path, json=body)
            if response.status_code == NOT_FOUND:
                return Obeyed(status, fault=OLDER)
            data: dict[str, Any] = response.json()
        except (httpx.TransportError, ValueError) as error:
            return Obeyed(status, fault=f"It has ended: {str(error) or type(error).__name__}.")
    if "error" in data:
        return Obeyed(status, fault=str(data["error"]["message"]))
    return Obeyed(status, data)


async def stop_engines() -> int:
    """Ask every host to finish and end; returns how many were asked."""
    try:
        places = all_places()
    except PlaceError:
        return 0
    return sum([await retire(place) for place in places])
