"""Which folders are trusted: a list that must not say more than the person did."""

from pathlib import Path
from typing import Final

from tests.e2e.durability.scenario import Scenario, no_litter, require

from inhouse.trust import deny, trust
from inhouse.trust.trust_list import list_file, mend_list, read_list


def _prepare_trust(work: Path) -> None:
    for name in ("one", "two", "bad"):
        (work / name).mkdir()
    trust(work / "one")
    deny(work / "bad")


def _prepare_torn_trust(work: Path) -> None:
    _prepare_trust(work)
    list_file().write_bytes(list_file().read_bytes() + b'{"torn')


def _trust(work: Path) -> str:
    try:
        return trust(work / "two") or ""
    except OSError as error:
        return f"{error.filename or list_file()}: {error.strerror}."


def _look_at_trust(work: Path) -> object:
    found = read_list()
    require("bad" in {Path(path).name for path in found.entries}, "a mark is gone")
    return sorted((path, entry.decision) for path, entry in found.entries.items())


def _restart_trust(work: Path) -> list[str]:
    said = mend_list()
    return [said] if said else []


def _trust_more(work: Path) -> None:
    _trust(work)
    require("two" in {Path(path).name for path in read_list().entries}, "it cannot be trusted")
    kept = (list_file().name, f"{list_file().name}.bad", f"{list_file().name}.bad-2")
    no_litter(list_file().parent, *kept)


TRUST: Final = (_look_at_trust, _restart_trust, _trust_more)
TRUST_SCENARIOS: Final = (
    Scenario("trust a folder", _prepare_trust, _trust, *TRUST),
    Scenario("mend trust", _prepare_torn_trust, lambda work: (mend_list(), "")[1], *TRUST),
)
