"""A held call cannot say a number that its tool would refuse, also where no range is told."""

import json

import pytest
from tests.models.formats.format_samples import SPECIALS, accepts

from inhouse_agent.context import tool_specs
from inhouse_agent.profile import LARGE_PROFILE, SMALL_PROFILE, Profile
from inhouse_models.chat import Choices
from inhouse_models.formats.grammar import build_constraint
from inhouse_tools.registry import builtin_tools


@pytest.mark.parametrize("profile", [SMALL_PROFILE, LARGE_PROFILE])
@pytest.mark.parametrize(
    ("name", "given", "fits"),
    [
        ("bash", {"command": "ls", "timeout": 1}, True),
        ("bash", {"command": "ls", "timeout": 1800}, True),
        ("bash", {"command": "ls", "timeout": 0}, False),
        ("bash", {"command": "ls", "timeout": 1801}, False),
        ("read", {"file_path": "a.py", "offset": 1}, True),
        ("read", {"file_path": "a.py", "offset": 0}, False),
        ("read", {"file_path": "a.py", "limit": -1}, False),
    ],
)
def test_ranges_are_held(profile: Profile, name: str, given: dict[str, object], fits: bool) -> None:
    constraint = build_constraint(
        "hermes",
        tools=tool_specs(profile, builtin_tools()),
        specials=SPECIALS,
        choices=Choices(paths=("a.py",)),
        held=True,
    )
    assert constraint is not None
    call = json.dumps({"name": name, "arguments": given})
    assert accepts(constraint.lark, f"<tool_call>\n{call}\n</tool_call>") == fits
