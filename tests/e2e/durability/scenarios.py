"""Everything that is killed and made to fail, and a control that must not survive it."""

import os
from pathlib import Path
from typing import Final

from tests.e2e.durability.project_scenarios import PROJECT_SCENARIOS
from tests.e2e.durability.scenario import Scenario, nothing_said
from tests.e2e.durability.session_scenarios import SESSION_SCENARIOS
from tests.e2e.durability.small_scenarios import SMALL_SCENARIOS
from tests.e2e.durability.trust_scenarios import TRUST_SCENARIOS

SCENARIOS: Final = (
    *PROJECT_SCENARIOS,
    *SESSION_SCENARIOS,
    *SMALL_SCENARIOS,
    *TRUST_SCENARIOS,
)


def point_home(work: Path) -> None:
    """Our folders lie in the work folder."""
    for name in ("CONFIG", "STATE", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(work / "xdg")


def _naive(work: Path) -> str:
    for name in ("a", "b"):
        (work / name).write_text(f"new {name}")
    return ""


def _prepare_naive(work: Path) -> None:
    for name in ("a", "b"):
        (work / name).write_text(f"old {name}")


CONTROL: Final = Scenario(
    "naive writer",
    _prepare_naive,
    _naive,
    lambda work: [(work / name).read_text() for name in ("a", "b")],
    nothing_said,
    lambda _work: None,
)
"""What everybody would write: the harness must find it torn."""
