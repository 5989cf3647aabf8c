"""`inhouse models discover` and `inhouse models key`: servers that could answer."""

import asyncio
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.project import settings_of
from inhouse.cli.say import say, say_json
from inhouse.cli.table import print_table
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inhouse.settings import Settings
    from inhouse_models.remote.address import Address
    from inhouse_models.remote.served import NotServed, Served, ServedModel

MOST_MODELS = 12
NO_NETWORK = "offline is set, so no server is asked, not even on this machine. Unset it first."
USE = "Use it: inhouse --endpoint {url}{model}"
NOTHING = (
    "No model server answers. Looked at: {places}.\n"
    "Start one (docs/serving.md says how), name another address: inhouse models discover URL,\n"
    "or use a model of this machine: inhouse models pull starter"
)


@dataclass(frozen=True, slots=True)
class DiscoverOptions:
    """What stood on the command line."""

    urls: Annotated[
        list[str] | None,
        typer.Argument(metavar="[URL]", help="Ask these servers instead.", show_default=False),
    ] = None
    hosts: Annotated[
        list[str] | None,
        typer.Option(
            "--host", metavar="HOST", help="Look at the usual ports of this host; may be repeated."
        ),
    ] = None
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False
    seconds: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="Wait so long for each.", min=0.1)
    ] = 4.0


def register(group: typer.Typer) -> None:
    """Add the commands to `inhouse models`."""
    group.command("discover")(takes(DiscoverOptions, discover))
    group.command("key")(key)


def discover(options: DiscoverOptions) -> None:
    """Find model servers: vLLM, SGLang, llama-server, Ollama, LM Studio and their true context."""
    from inhouse_models.remote.discovery import discover as look
    from inhouse_models.remote.served import NotServed, Served

    settings = settings_of(Path.cwd()).settings
    if settings.offline:
        fail(NO_NETWORK, ExitCode.ENGINE)
    urls = places(options, settings)
    told: set[str] = set()
    found = asyncio.run(look(urls, lambda address: _key(address, told), options.seconds))
    served = [one for one in found if isinstance(one, Served)]
    silent = [one for one in found if isinstance(one, NotServed)]
    if options.as_json:
        say_json({"servers": [_encode(one) for one in served], "silent": _silent(silent)})
    else:
        _show(served, silent, named=bool(options.urls))
    if not served:
        raise typer.Exit(ExitCode.ENGINE)


def places(options: DiscoverOptions, settings: "Settings") -> tuple[str, ...]:
    """The addresses to ask: those named, else this machine's and the one that is set."""
    from inhouse_models.remote.discovery import usual_urls

    hosts = options.hosts or ([] if options.urls else ["127.0.0.1"])
    usual = [url for host in hosts for url in usual_urls(host)]
    named = [*(options.urls or []), *usual]
    if settings.endpoint and not options.urls and not options.hosts:
        named.insert(0, settings.endpoint)
    return tuple(named)


def _key(address: "Address", told: set[str]) -> str:
    """The key that belongs to this address; a keys file that cannot be used is said once."""
    from inhouse.endpoint_keys import ENDPOINT_VARIABLE, KeyProblem, kept_key, key_for_run

    named = os.environ.get(ENDPOINT_VARIABLE, "")
    found = key_for_run(address.base, os.environ) if named else kept_key(address)
    if isinstance(found, KeyProblem):
        if found.text not in told:
            complain(found.text)
        told.add(found.text)
        return ""
    return found


def _encode(served: "Served") -> dict[str, Any]:
    from inhouse_models.remote.abilities import abilities_of

    models: list[dict[str, Any]] = []
    for model in served.models:
        abilities = abilities_of(served, model)
        models.append(
            {
                **asdict(model),
                "context": model.context or None,
                "trained": model.trained or None,
                "switched_off": [one.name for one in abilities if one.state == "off"],
            }
        )
    return {
        "url": served.url,
        "engine": served.engine,
        "version": served.version,
        "infill": served.infill,
        "models": models,
    }


def _silent(silent: "Sequence[NotServed]") -> list[dict[str, Any]]:
    return [{"url": one.url, "reason": one.text, "listening": not one.closed} for one in silent]


def _show(served: "Sequence[Served]", silent: "Sequence[NotServed]", *, named: bool) -> None:
    for one in silent:
        # That nobody listens on a usual port is no news; whoever was named is told of.
        if named or not one.closed:
            complain(one.text)
    if served:
        _show_served(served)
    elif not named:
        complain(NOTHING.format(places=", ".join(one.url for one in silent)))


def _show_served(served: "Sequence[Served]") -> None:
    rows = [["SERVER", "MODEL", "CONTEXT", "TRAINED", "LOADED", "URL"]]
    for one in served:
        rows += [_row(one, model) for model in one.models[:MOST_MODELS]]
        if not one.models:
            rows.append([one.label, "none loaded", "", "", "", one.url])
        elif len(one.models) > MOST_MODELS:
            more = f"and {len(one.models) - MOST_MODELS} more (--json shows all)"
            rows.append([one.label, more, "", "", "", one.url])
    print_table(rows)
    for note in dict.fromkeys(_notes(served)):
        say(note)
    for one in served:
        name = f" -m {one.models[0].name}" if len(one.models) > 1 else ""
        if one.models:
            say(USE.format(url=one.url, model=name))


def _row(served: "Served", model: "ServedModel") -> list[str]:
    context = f"{model.context:,}" if model.context else "not told"
    trained = f"{model.trained:,}" if model.trained else ""
    loaded = "" if model.loaded is None else ("yes" if model.loaded else "no")
    return [served.label, model.name, context, trained, loaded, served.url]


def _notes(served: "Sequence[Served]") -> "list[str]":
    return [f"{model.name}: {model.note}." for one in served for model in one.models if model.note]


def key(
    url: Annotated[str, typer.Argument(metavar="URL", help="The server that the key belongs to.")],
    forget: Annotated[bool, typer.Option("--forget", help="Forget the key instead.")] = False,
) -> None:
    """Keep the API key of a server, typed unseen or piped in; it is sent to that server alone."""
    from inhouse.endpoint_keys import keep_key, keys_file
    from inhouse_models.remote.address import AddressFault, read_address

    address = read_address(url)
    if isinstance(address, AddressFault):
        fail(address.text)
    given = "" if forget else _read_key(address.origin)
    if not given and not forget:
        fail("The key is empty. To forget one: inhouse models key URL --forget")
    problem = keep_key(address, given)
    if problem is not None:
        fail(problem.text)
    say(f"{'Forgotten' if forget else 'Kept'} for {address.origin}: {keys_file()}", err=True)


def _read_key(origin: str) -> str:
    if sys.stdin.isatty():
        asked = sanitise_line(f"API key of {origin}")
        return str(typer.prompt(asked, hide_input=True, default="", show_default=False)).strip()
    return sys.stdin.readline().strip()
