"""Chooses the model of a server that should answer, and says how much context it gets."""

from dataclasses import dataclass
from difflib import get_close_matches

from inhouse_models.chat import ModelError
from inhouse_models.remote.served import Served, ServedModel

MOST_NAMED = 5
UNKNOWN_CONTEXT = 32_768
# What LM Studio gives a model that it loads by itself.
STUDIO_CONTEXT = 4_096
NONE_LOADED = "{url} has no model loaded."
NO_SUCH = "{url} has no model {name}. It has: {names}. Name one with -m."
ONLY = "{url} has only {only}: it answers instead of {name}."
ASSUMED = (
    "{label} does not tell how much context {name} has; {context:,} tokens are assumed. If it is"
    " another number, set it: inhouse config set context TOKENS"
)
LESS = (
    "The setting context asks for {wanted:,} tokens, but {name} was started with {given:,} on the"
    " server: that holds."
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model that answers, and what to say of the choice."""

    model: ServedModel
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens of context to work with, and what to say of them."""

    tokens: int
    notices: tuple[str, ...] = ()


def choose_model(served: Served, name: str) -> Chosen | ModelError:
    """The model of this name, else the first one, which is loaded if any is."""
    if not served.models:
        return ModelError("no_model", NONE_LOADED.format(url=served.url))
    if not name:
        return Chosen(served.models[0])
    known = {model.name: model for model in served.models}
    # Ollama's names end in :latest when nothing else is said.
    found = known.get(name) or known.get(f"{name}:latest")
    if found:
        return Chosen(found)
    if len(known) == 1:
        only = served.models[0]
        return Chosen(only, (ONLY.format(url=served.url, only=only.name, name=name),))
    near = get_close_matches(name, known, n=MOST_NAMED, cutoff=0.3)
    names = near or [*known][:MOST_NAMED]
    more = ", …" if len(known) > len(names) else ""
    text = NO_SUCH.format(url=served.url, name=name, names=", ".join(names) + more)
    return ModelError("no_model", text)


def choose_context(served: Served, model: ServedModel, wanted: int) -> Window:
    """What the server gives, or less when the person `wanted` less."""
    if model.context:
        if wanted > model.context:
            told = LESS.format(wanted=wanted, name=model.name, given=model.context)
            return Window(model.context, (told,))
        return Window(wanted or model.context)
    if wanted:
        return Window(wanted)
    assumed = STUDIO_CONTEXT if served.engine == "LM Studio" else UNKNOWN_CONTEXT
    return Window(
        assumed,
        (ASSUMED.format(label=served.label, name=model.name, context=assumed),),
    )
