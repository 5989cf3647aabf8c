"""What a test of a plugin does on a machine without its editor."""

import os
from typing import NoReturn

import pytest


def missing(program: str, package: str) -> NoReturn:
    """Pass over it on a person's machine; in CI, which installs it, that would hide a failure."""
    told = f"there is no {program}: install {package}"
    if "CI" in os.environ:
        pytest.fail(told)
    pytest.skip(told)
