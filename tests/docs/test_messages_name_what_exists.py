"""What the program tells people to type is there: commands and options in its own texts."""

import re
from collections.abc import Iterator
from typing import Final

from tests.docs.document_reading import ROOT
from tests.docs.program_surface import options, tree

FOLDERS: Final = ("app", "agent", "tools", "models")
CALL: Final = re.compile(r"(?<![\w/.])inhouse ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?")
OPTION: Final = re.compile(r"(?<![\w/.])inhouse (?:[a-z-]+ ){1,2}(--[a-z-]+)")
# A parser's own name, which nobody types.
NAMES: Final = frozenset({"inhouse engine host"})


def wrong_calls(text: str) -> Iterator[str]:
    """Calls of a group's command that it does not have, or with an option that none has."""
    groups = {name: getattr(one, "commands", {}) for name, one in tree().commands.items()}
    for found in CALL.finditer(text):
        group, command = groups.get(found[1]), found[2]
        if group and command and command not in group and found.group() not in NAMES:
            yield found.group()
    for found in OPTION.finditer(text):
        if found[0].split()[1] in groups and found[1] not in options():
            yield found.group()


def test_messages_name_what_exists() -> None:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    texts = [(path, path.read_text(encoding="utf-8")) for path in paths]
    assert sum(len(CALL.findall(text)) for _, text in texts) > 100
    wrong = [f"{path.name}: {call}" for path, text in texts for call in wrong_calls(text)]
    assert wrong == []


def test_what_is_wrong_is_found() -> None:
    assert list(wrong_calls("Get one with: inhouse models pul starter")) == ["inhouse models pul"]
    assert list(wrong_calls("try inhouse doctor --fixbuild")) == ["inhouse doctor --fixbuild"]
    assert list(wrong_calls("inhouse models pull starter; inhouse doctor --fix-build")) == []
