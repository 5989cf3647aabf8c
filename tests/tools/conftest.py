"""Fixtures of the tests of tools: the runner, which programs can be started through."""

import warnings
from collections.abc import Iterator

import pytest

from inhouse_tools.runner.connection import Runner, use_runner
from inhouse_tools.runner.forked import fork_runner


@pytest.fixture
def runner() -> Iterator[Runner]:
    """A runner that everything is started through."""
    with warnings.catch_warnings():
        # pytest has threads; those of ours that fork have none.
        warnings.simplefilter("ignore", DeprecationWarning)
        made = Runner(fork_runner())
    use_runner(made)
    yield made
    use_runner(None)
    made.close()


@pytest.fixture(params=["directly", "through the runner"])
def each_way(request: pytest.FixtureRequest) -> None:
    """Programs are started both ways."""
    if request.param != "directly":
        request.getfixturevalue("runner")
