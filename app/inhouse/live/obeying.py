"""An open session goes on with what its folder sets, once the person has agreed to it."""

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inhouse.build import Wish


def obeying(held: "Wish", before: "Wish", after: "Wish") -> "Wish":
    """The wish of the session with what the folder sets; what else was chosen in it stays.

    `before` and `after` are what the sources say without and with the folder.
    """
    from inhouse.live.person_settings import flat, with_changes

    ignored, obeyed = flat(before.settings), flat(after.settings)
    changed = frozenset(name for name, value in obeyed.items() if value != ignored.get(name))
    settings = with_changes(held.settings, after.settings, changed)
    return replace(held, settings=settings, notices=after.notices)
