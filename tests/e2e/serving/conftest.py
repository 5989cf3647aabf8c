"""One server for each file, in front of the engine that all end-to-end tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .served_model import ServedModel, serving


@pytest.fixture(scope="module")
def served(
    engine_variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedModel]:
    """A model that is served, to programs that have the token."""
    home = tmp_path_factory.mktemp("serving")
    with serving({**engine_variables, "HOME": str(home)}, home) as model:
        yield model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where nothing is."""
    return tmp_path
