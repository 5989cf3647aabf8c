"""Every attack of the laboratory: none succeeds inside, each succeeds without a boundary."""

import sys

import pytest
from tests.tools.sandbox.attacks import ATTACKS
from tests.tools.sandbox.attacks_of_corpus import of_corpus
from tests.tools.sandbox.lab_run import USERS, got_through, held, try_all
from tests.tools.sandbox.laboratory import Backend, User

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the boundaries are Linux's"),
    pytest.mark.timeout(900),
]

BACKENDS: tuple[Backend, ...] = ("nothing", "bubblewrap", "landlock")
# Entries of the corpus that run the file "x", or read a key, when nothing stops them.
RUNNING_WHAT_LIES_THERE = (19, 49, 54, 56)


@pytest.mark.parametrize("user", USERS)
def test_nothing_gets_out_of_bubblewrap(user: User) -> None:
    """All attacks as the strongest user, a sample as the other; scripts/sandbox-lab tries all."""
    wanted = [attack.name for attack in ATTACKS][:: 1 if user == USERS[0] else 2]
    outcomes = try_all(user, "bubblewrap", wanted)
    assert got_through(outcomes) == []
    assert len(outcomes) == len(wanted)


@pytest.mark.parametrize("user", USERS)
def test_without_a_boundary_every_attack_succeeds(user: User) -> None:
    """The same texts, judged by the same eyes: nothing is held because it could never work."""
    ours = USERS[-1]
    wanted = [
        attack.name
        for attack in ATTACKS
        if (attack.control == "anybody" and user == ours)
        or (attack.control == "root" and user == "root")
    ]
    outcomes = try_all(user, "nothing", wanted) if wanted else ()
    assert held(outcomes) == []
    assert len(outcomes) == len(wanted)


def test_landlock_holds_all_but_what_is_said() -> None:
    """A sample; scripts/sandbox-lab tries all of them."""
    wanted = [attack.name for attack in ATTACKS if not attack.partial][::3]
    assert got_through(try_all(USERS[-1], "landlock", wanted)) == []


def test_what_landlock_is_said_not_to_hold_is_not_held() -> None:
    """Otherwise the boundary is better than its label, and the label should say so."""
    names = [a.name for a in ATTACKS if a.partial and a.control == "anybody"]
    assert held(try_all(USERS[-1], "landlock", names)) == []


def test_the_corpus_changes_nothing_outside() -> None:
    """Whatever the permission check says of a command: inside it harms nobody."""
    inside = try_all(USERS[-1], "bubblewrap", ["corpus"])
    assert len(inside) == len(of_corpus()) == 75
    assert got_through(inside) == []
    laid = [f"corpus #{number}" for number in RUNNING_WHAT_LIES_THERE]
    assert held(try_all(USERS[-1], "nothing", laid)) == []


def test_a_harmless_command_is_not_taken_for_an_attack() -> None:
    for backend in BACKENDS:
        assert got_through(try_all(USERS[-1], backend, ["nothing at all"])) == []


def test_names_of_attacks_are_unique() -> None:
    names = [attack.name for attack in ATTACKS]
    assert len(names) == len(set(names))
