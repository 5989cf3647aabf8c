"""Takes one of the person's own settings out of config.toml, so that the default holds again."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import cast

from inhouse.settings_file import FileProblem, hold_file, read_file


def remove_value(file: Path, name: str) -> FileProblem | None:
    """Remove one dotted key, keeping comments and order; one that is not there stays so."""
    try:
        with hold_file(file) as held:
            current = read_file(file, owned=False)
            if isinstance(current, FileProblem):
                return current
            changed = _without(file.read_text(encoding="utf-8"), name) if current else None
            if changed is not None:
                held.replace(changed.encode())
    except OSError as problem:
        return FileProblem(f"{file} cannot be written: {problem.strerror}.")
    return None


def _without(text: str, name: str) -> str | None:
    """The TOML text without one key; None when it is not there."""
    import tomlkit

    document = tomlkit.parse(text)
    table = cast("MutableMapping[str, object]", document)
    *parts, last = name.split(".")
    for part in parts:
        inner = table.get(part)
        if not isinstance(inner, MutableMapping):
            return None
        table = cast("MutableMapping[str, object]", inner)
    if last not in table:
        return None
    del table[last]
    return tomlkit.dumps(document)
