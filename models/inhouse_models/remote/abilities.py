"""What only our own engine does, and what of it a server still offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from inhouse_models.chat import COUNTS
from inhouse_models.remote.counting import COUNTING
from inhouse_models.remote.dialect import TEMPLATE_SWITCH
from inhouse_models.remote.served import Served, ServedModel

State = Literal["on", "off", "server"]


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing. `server`: it is as good as the server makes it; `text` says what that means."""

    name: str
    state: State
    text: str


def abilities_of(served: Served, model: ServedModel) -> tuple[Ability, ...]:
    """Everything that is not as with our own engine, and what stays."""
    every = (
        Ability("held calls", "off", "a call may name a file, or lines of one, that do not exist"),
        *_keeping(served),
        Ability("reading ahead", "off", "nothing is read before you send"),
        Ability("progress of reading", "off", "nothing is shown until the first word"),
        _counting(served),
        _filling(served),
        _thinking(served, model),
        _switch("tools", model.calls, "the model was not made for tool calls, says the server"),
        _switch("images", model.sees, "the server's model does not see"),
        Ability("JSON schema", "server", "held by the server's own grammar"),
    )
    return tuple(one for one in every if one is not None)


def _keeping(served: Served) -> tuple[Ability, ...]:
    """What an engine keeps and plans: behind `inhouse serve` it is our own that does."""
    state: State = "server" if served.engine == "inhouse" else "off"
    return (
        Ability("prefix store", state, "what is kept of a conversation is up to the server"),
        Ability("saved states", state, "a session that goes on is read anew"),
        Ability("drafting", state, "only the server's own speculation, if it was started with it"),
        Ability("memory plan", state, "the server's memory is planned where it is started"),
    )


def _counting(served: Served) -> Ability:
    if served.engine in COUNTING:
        return Ability(COUNTS, "server", "counted by the server")
    return Ability(COUNTS, "off", "estimated: the server does not count")


def _filling(served: Served) -> Ability:
    if served.infill:
        return Ability("completion at the cursor", "server", "by the server's /infill")
    return Ability("completion at the cursor", "off", "the server has no /infill")


def _thinking(served: Served, model: ServedModel) -> Ability | None:
    """Nothing for a model that does not think anyway."""
    name = "thinking switch"
    if model.thinks is False:
        return None
    if served.engine in TEMPLATE_SWITCH or (served.engine == "Ollama" and model.thinks):
        return Ability(name, "server", "passed on to the server")
    return Ability(name, "off", "the server has none for this model")


def _switch(name: str, offered: bool | None, missing: str) -> Ability:
    if offered is None:
        return Ability(name, "server", "sent on; the server does not say whether it can")
    return Ability(name, "server", "sent on") if offered else Ability(name, "off", missing)


def names_off(abilities: tuple[Ability, ...]) -> tuple[str, ...]:
    """The names of what is switched off."""
    return tuple(one.name for one in abilities if one.state == "off")


def as_rows(abilities: tuple[Ability, ...]) -> Mapping[str, str]:
    """Name and sentence of each that is off."""
    return {one.name: one.text for one in abilities if one.state == "off"}
