"""Fixtures of the tests of git: every commit has a fixed identity."""

import pytest
from tests.tools.git.repositories import IDENTITY


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who commits, in the environment, so that no configuration is needed."""
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
