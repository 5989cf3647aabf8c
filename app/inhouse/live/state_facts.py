"""What holds now in an open session, as facts for people: model, session, safety, settings."""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from inhouse import __version__
from inhouse.live.branch import branch_of
from inhouse.live.model_figures import ModelFigures, look_at_engine, look_at_model
from inhouse.live.servers import leaves_machine
from inhouse.live.spelling import spell_size
from inhouse.offline import present_confinement
from inhouse.server_facts import rows_of
from inhouse.settings import KEYS, SettingProblem
from inhouse.sources import resolve
from inhouse.trust import is_trusted

if TYPE_CHECKING:
    from pathlib import Path

    from inhouse.build import Built, Wish
    from inhouse.live.live_session import LiveSession
    from inhouse_tools.json_value import JsonValue

Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StateGroup:
    """Facts that belong together: name and value."""

    heading: str
    facts: tuple[tuple[str, str], ...]


async def gather_state(live: "LiveSession") -> list[StateGroup]:
    """Everything, in groups; also asks the engine and git."""
    wish, built = live.wish, live.built
    groups = [StateGroup("Model", tuple(await _model(live)))]
    if built is not None:
        groups.append(StateGroup("Session", tuple(_session(built))))
        groups.append(StateGroup("Safety", tuple(_safety(live, built))))
    if wish is not None:
        groups.append(StateGroup("Folder", tuple(await _folder(wish))))
        groups.append(StateGroup("Settings that are not the default", tuple(_settings(wish))))
    return groups


async def _model(live: "LiveSession") -> Facts:
    facts: Facts = [("inhouse", __version__)]
    info = live.info
    if info is None:
        return [*facts, ("model", live.problem.text if live.problem else "is being loaded")]
    endpoint = live.wish.settings.endpoint if live.wish else ""
    facts.append(("model", info.name))
    facts.append(("where", _where(endpoint)))
    facts.append(("context", f"{info.context_size:,} tokens"))
    facts.append(("profile", f"{info.profile}{', thinks' if info.thinks else ''}"))
    if info.server is not None:
        return [*facts, ("server", info.server.label), *rows_of(info.server)]
    figures = await asyncio.to_thread(look_at_model, info.name, info.context_size)
    return facts + await _memory(figures)


def _where(endpoint: str) -> str:
    if not endpoint:
        return "here"
    away = leaves_machine(endpoint)
    return (
        f"{endpoint}: what you say leaves this machine" if away else f"{endpoint}, on this machine"
    )


async def _memory(figures: ModelFigures) -> Facts:
    if not figures.path:
        return []
    words = ", ".join(
        part for part in (figures.quantisation, spell_size(figures.model_bytes)) if part
    )
    facts: Facts = [("file", figures.path), ("weights", words)]
    if figures.cache_bytes:
        facts.append(("keys and values", f"{spell_size(figures.cache_bytes)} for a full context"))
    held, states = await look_at_engine(figures.path)
    if held:
        facts.append(("engine", f"{spell_size(held)} of memory, {spell_size(states)} saved states"))
    return facts


def _session(built: "Built") -> Facts:
    session = built.session
    return [
        ("title", session.title or "none yet"),
        ("id", session.id),
        ("begun", _local_time(session.header.created)),
        ("messages", f"{len(built.history):,}"),
        ("plan", _plan(built)),
    ]


def _local_time(created: str) -> str:
    """As the person's own clock shows it."""
    try:
        return f"{datetime.fromisoformat(created).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return created


def _plan(built: "Built") -> str:
    steps = built.kit.memory.plan
    done = sum(1 for _, state in steps if state == "done")
    return f"{done} of {len(steps)} steps done" if steps else "none"


def _safety(live: "LiveSession", built: "Built") -> Facts:
    kit = built.kit
    rules = ", ".join(f"{rule} {rule.verdict}" for rule in kit.policy.rules)
    return [
        ("mode", live.mode),
        ("network", present_confinement().label),
        ("commands", kit.workspace.sandbox.label),
        ("rules", rules or "none"),
        ("undo", "records what turns change" if kit.workspace.undo else "off"),
    ]


async def _folder(wish: "Wish") -> Facts:
    branch = await asyncio.to_thread(branch_of, wish.root)
    facts: Facts = [
        ("folder", str(wish.root)),
        ("branch", branch or "not in git"),
        ("configuration", "trusted" if is_trusted(wish.root) else "not trusted, so ignored"),
    ]
    return facts + [("also", str(folder)) for folder in wish.extra]


def _settings(wish: "Wish") -> Facts:
    sources = _sources(wish.root)
    values = wish.settings.model_dump(mode="json")
    facts: Facts = []
    for name, key in KEYS.items():
        value = _value_of(values, name)
        if value != key.default:
            facts.append((name, f"{value}  ({sources.get(name, 'chosen in this session')})"))
    return facts or [("none", "")]


def _value_of(values: "JsonValue", name: str) -> "JsonValue":
    for part in name.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return values


def _sources(root: "Path") -> dict[str, str]:
    """Where each setting was read from; flags of this run are not among them."""
    resolved = resolve(root, os.environ, {})
    if isinstance(resolved, SettingProblem):
        return {}
    return {name: source for name, source in resolved.sources.items() if source != "default"}
