"""Shows, asks and stops the engine hosts of this user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from inhouse_models.host.places import Place, PlaceError, all_places
from inhouse_models.host.spawn import open_http, retire, say_hello

# A host obeys between two steps of its engine.
OBEY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """One running host; sizes in bytes and tokens, times in seconds.

    `state_bytes` are saved states in its memory, which on disk lie in the folder `states_root`.
    `calibration` are the figures that were measured (`calibration_figures`), empty before.
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
            place.socket.unlink(missing_ok=True)
            continue
        names = EngineStatus.__dataclass_fields__
        known = {name: hello[name] for name in names if name in hello}
        found.append((place, EngineStatus(**known)))
    return found


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


async def stop_engines() -> int:
    """Ask every host to finish and end; returns how many were asked."""
    try:
        places = all_places()
    except PlaceError:
        return 0
    return sum([await retire(place) for place in places])
