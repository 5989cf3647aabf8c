"""Shows and stops the engine hosts of this user."""

from dataclasses import dataclass

from inhouse_models.host.places import PlaceError, all_places
from inhouse_models.host.spawn import retire, say_hello


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """One running host; sizes in bytes and tokens, times in seconds."""

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


async def engine_status() -> list[EngineStatus]:
    """Every host that answers; sockets nobody listens on are cleaned away."""
    found: list[EngineStatus] = []
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
        found.append(EngineStatus(**{name: hello[name] for name in names}))
    return found


async def stop_engines() -> int:
    """Ask every host to finish and end; returns how many were asked."""
    try:
        places = all_places()
    except PlaceError:
        return 0
    return sum([await retire(place) for place in places])
