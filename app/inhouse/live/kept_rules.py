"""Rules in the person's own config.toml: kept and forgotten without losing anything else there."""

from collections.abc import MutableMapping, MutableSequence
from pathlib import Path
from typing import cast

from inhouse.rule_entries import rule_text
from inhouse.settings_file import FileProblem, hold_file, read_file
from inhouse_agent.rules import Rule, parse_rule


def keep_rule(rule: Rule, file: Path | None = None) -> FileProblem | None:
    """Add a rule to the person's own settings; a project's settings are never written.

    Comments and order stay. A rule that stands there already is not written again.
    """
    return _change(rule, file, keep=True)


def forget_rule(rule: Rule, file: Path | None = None) -> FileProblem | None:
    """Take a rule out of the person's own settings, however it is written there."""
    return _change(rule, file, keep=False)


def _change(rule: Rule, file: Path | None, *, keep: bool) -> FileProblem | None:
    if file is None:
        from inhouse.sources import user_file

        file = user_file()
    try:
        with hold_file(file) as held:
            current = read_file(file, owned=True)
            if isinstance(current, FileProblem):
                return current
            text = file.read_text(encoding="utf-8") if file.exists() else ""
            changed = _changed_text(text, rule, keep=keep)
            if changed is None:
                name = f"rules.{rule.verdict}"
                return FileProblem(f"{file} has no room for a rule: {name} is no list there.")
            if changed != text:
                held.replace(changed.encode())
    except OSError as problem:
        return FileProblem(f"{file} cannot be written: {problem.strerror}.")
    return None


def _changed_text(text: str, rule: Rule, *, keep: bool) -> str | None:
    """The TOML text with the rule or without it; None when there is no list for it."""
    import tomlkit

    document = tomlkit.parse(text)
    tables = document.setdefault("rules", tomlkit.table())
    if not isinstance(tables, MutableMapping):
        return None
    rules = cast("MutableMapping[str, object]", tables)
    listed = rules.setdefault(rule.verdict, tomlkit.array())
    if not isinstance(listed, MutableSequence):
        return None
    written = cast("MutableSequence[object]", listed)
    places = [place for place, one in enumerate(written) if _is(rule, one)]
    if keep == bool(places):
        return text
    if keep:
        written.append(str(rule))
    for place in reversed(places):
        del written[place]
    return tomlkit.dumps(document)


def _is(rule: Rule, written: object) -> bool:
    return parse_rule(rule_text(written), rule.verdict) == rule
