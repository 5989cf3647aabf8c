"""What a person sets up is joined with what the project names."""

import pytest

from inhouse_tools.checks.check import Check
from inhouse_tools.checks.own import Chosen, OwnCheck, choose

PYTEST = Check("pytest", "test", ("pytest", "-q"), ("*.py",), "pytest.ini", program="/bin/pytest")


def only(chosen: Chosen) -> Check:
    (check,) = chosen.checks
    return check


def test_a_check_that_was_found_keeps_its_command_and_changes_when_it_runs() -> None:
    check = only(choose([PYTEST], {"pytest": OwnCheck(when="end")}))
    assert (check.when, check.argv, check.files) == ("end", PYTEST.argv, PYTEST.files)
    assert check.configured
    narrowed = only(choose([PYTEST], {"pytest": OwnCheck(files=("src/**/*.py",))}))
    assert narrowed.concerns("src/a/b.py")
    assert not narrowed.concerns("docs/b.py")
    assert choose([PYTEST], {}).checks == (PYTEST,)


def test_a_command_takes_the_place_of_what_was_found() -> None:
    check = only(choose([PYTEST], {"pytest": OwnCheck("pytest -x {files}", ("test_*.py",))}))
    assert check.scope == "files"
    assert check.line == "pytest -x {files}"
    assert check.command(["test_a.py"])[1:] == ("-c", 'pytest -x "$@"', "pytest", "test_a.py")


@pytest.mark.parametrize(("when", "kind"), [("edit", "lint"), ("end", "test")])
def test_an_own_command_at_the_end_is_a_test(when: str, kind: str) -> None:
    check = only(choose([], {"all": OwnCheck("make all", when=when)}))  # pyright: ignore[reportArgumentType] - one of the two
    assert (check.kind, check.scope, check.when) == (kind, "project", when)


def test_a_name_without_a_command_that_nothing_has_is_said() -> None:
    chosen = choose([PYTEST], {"pytst": OwnCheck(when="end")})
    assert chosen.checks == (PYTEST,)
    assert "checks.pytst" in chosen.notices[0]
