"""What the person decides about a folder: trust it, for now or from now on, or never."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from inhouse.trust.entry import Entry
from inhouse.trust.identity import identity_of, project_folder
from inhouse.trust.standing import forget_for_now, hold_for_now, standing_of
from inhouse.trust.trust_list import change_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inhouse.trust.finding import Finding


def trust(folder: Path, findings: "Iterable[Finding] | None" = None) -> str:
    """Trust the repository of this folder, with what it brings along now, from now on.

    `findings` are what the person was shown, else everything that is there. Returns what the
    person should know of the list. Raises OSError. Runs git: belongs into a thread.
    """
    entry = _trusted(folder, findings)
    changed: dict[str, Entry | None] = dict.fromkeys(_marks_below(folder, entry.path))
    for path in (*changed, entry.path):
        forget_for_now(path)
    return change_list({**changed, entry.path: entry})


def trust_once(folder: Path, findings: "Iterable[Finding] | None" = None) -> None:
    """The same as long as this process lives. Runs git: belongs into a thread."""
    entry = _trusted(folder, findings)
    hold_for_now(entry)
    for path in _marks_below(folder, entry.path):
        hold_for_now(replace(entry, path=path, identity=identity_of(Path(path))))


def trust_alike(folder: Path, like: Path) -> str:
    """Trust another worktree of a trusted repository, with what was agreed to there.

    Raises OSError.
    """
    agreed = standing_of(like).agreed
    place = project_folder(folder)
    return change_list({str(place): Entry(str(place), "trusted", identity_of(place), agreed)})


def deny(folder: Path) -> str:
    """Never trust this folder, nor ask. Raises OSError."""
    place = str(folder.resolve())
    forget_for_now(place)
    return change_list({place: Entry(place, "untrusted")})


def forget(path: str) -> str:
    """Take back what was decided about exactly this path. Raises OSError."""
    forget_for_now(path)
    return change_list({path: None})


def _marks_below(folder: Path, place: str) -> list[str]:
    """Folders from this one up to the place whose own decision would hold against the new one."""
    folder = folder.resolve()
    return [str(at) for at in (folder, *folder.parents) if str(at).startswith(f"{place}/")]


def _trusted(folder: Path, findings: "Iterable[Finding] | None") -> Entry:
    place = project_folder(folder)
    if findings is None:
        from inhouse.trust.survey import survey

        findings = survey(folder)
    before = standing_of(place)
    agreed = dict(before.agreed) if before.trusted and before.place == place else {}
    agreed |= {one.key: one.digest for one in findings if one.digest}
    return Entry(str(place), "trusted", identity_of(place), agreed)
