"""Every command, slash command, option and setting is explained by a document."""

import re

from tests.docs.document_reading import ROOT, command_lines, read_document, written_by_hand
from tests.docs.program_surface import commands, options, slash_commands

from inhouse.settings import KEYS


def by_hand() -> str:
    """All that was written by a person."""
    return "\n".join(one.text for one in written_by_hand())


def test_every_command_is_documented() -> None:
    calls = {call.text for one in written_by_hand() for call in command_lines(one, "inhouse")}
    missing = [name for name in commands() if not any(is_call(name, call) for call in calls)]
    assert missing == [], f"no document shows: {', '.join(missing)}"
    assert len(commands()) > 40


def is_call(name: str, call: str) -> bool:
    """Whether a command line calls this command."""
    return f"{call} ".startswith(f"inhouse {name} ")


def test_every_slash_command_is_documented() -> None:
    text = by_hand()
    missing = [name for name in sorted(slash_commands()) if not re.search(rf"`/{name}\b", text)]
    assert missing == [], f"no document names: {', '.join('/' + name for name in missing)}"
    assert len(slash_commands()) > 25


def test_every_long_option_is_documented() -> None:
    text = "\n".join((by_hand(), read_document("docs/commands.md").text))
    missing = [one for one in sorted(options()) if one.startswith("--") and one not in text]
    assert missing == [], f"no document names: {', '.join(missing)}"
    assert len(options()) > 80


def test_every_setting_is_documented() -> None:
    text = read_document("docs/configuration.md").text
    missing = [key.name for key in KEYS.values() if f"\n### `{key.name}`\n" not in text]
    assert missing == [], "write it anew: scripts/docs --update"
    assert len(KEYS) > 40


def test_the_index_leads_to_every_document() -> None:
    index = read_document("docs/README.md")
    linked = {(ROOT / "docs" / link.text).resolve() for link in index.links}
    missing = [path.name for path in (ROOT / "docs").glob("*.md") if path not in linked]
    assert [name for name in missing if name != "README.md"] == []


def test_what_is_not_documented_is_found() -> None:
    assert not is_call("models", "inhouse modelsfind")
    assert not is_call("models rm", "inhouse models find")
    assert is_call("models rm", "inhouse models rm NAME")
