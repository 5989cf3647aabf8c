"""Takes one of the person's own settings out of config.toml, so that the default holds again."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import cast

from inhouse.settings_file import FileProblem, read_file, replace_text


def remove_value(file: Path, name: str) -> FileProblem | None:
    """Remove one dotted key, keeping comments and order; one that is not there stays so."""
    import tomlkit

    current = read_file(file, owned=False)
    if isinstance(current, FileProblem):
        return current
    if not current:
        return None
    document = tomlkit.parse(file.read_text(encoding="utf-8"))
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
    try:
        replace_text(file, tomlkit.dumps(document))
    except OSError as problem:
        return FileProblem(f"{file} cannot be written: {problem.strerror}.")
    return None
