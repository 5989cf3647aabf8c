"""What kind of model answers: which tools it gets and how its calls are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from inhouse_models.chat import CallForm
from inhouse_tools.registry import LARGE, SMALL
from inhouse_tools.tool import Tool

ProfileName = Literal["small", "large"]


@dataclass(frozen=True, slots=True)
class Profile:
    """`held`: a grammar holds the whole turn. `brief`: tools are described in one line each.

    `guided`: the model is led by the hand: files that the prompt names are read for it, it looks
    before it changes, a test command that the prompt quotes is run, and an answer that changed
    nothing is asked about once. `max_tokens` bounds one answer,
    `map_tokens` the repository map in the first prompt.
    """

    name: ProfileName
    tool_names: tuple[str, ...]
    call_form: CallForm
    held: bool
    brief: bool
    guided: bool = False
    max_tokens: int | None = None
    map_tokens: int = 0

    def tools(self, tools: Mapping[str, Tool[Any]]) -> tuple[Tool[Any], ...]:
        """Those of the tools that this profile offers, in its order."""
        return tuple(tools[name] for name in self.tool_names if name in tools)


SMALL_PROFILE = Profile(
    "small",
    tuple(SMALL),
    call_form="fenced",
    held=True,
    brief=True,
    guided=True,
    max_tokens=1_500,
)
LARGE_PROFILE = Profile(
    "large",
    tuple(LARGE),
    call_form="native",
    held=False,
    brief=False,
    guided=False,
    map_tokens=1_000,
)


def profile_named(name: ProfileName) -> Profile:
    """The profile that the catalogue or the engine names."""
    return SMALL_PROFILE if name == "small" else LARGE_PROFILE
