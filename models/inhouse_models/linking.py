"""Where the store's references to a model go that lies elsewhere."""

import os
from pathlib import Path

from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.parts import files_of, part_name, read_part_name
from inhouse_models.stored import SUFFIX, StoreFault


def choose_links(folder: Path, path: Path, name: str) -> list[tuple[Path, Path]] | StoreFault:
    """The files themselves and where their references go, when those names are free."""
    path = path.expanduser()
    if not path.is_file():
        return StoreFault("no_model", f"{path} is not a file")
    header = read_header(path)
    if isinstance(header, GgufFault):
        return StoreFault("load", header.text)
    files = files_of(path) if header.parts > 1 else (path,)
    part = read_part_name(path.name)
    # Not resolve: it raises on links in a circle.
    real = [Path(os.path.realpath(file)) for file in files]
    stem = part.stem if part and len(files) > 1 else real[0].name.removesuffix(SUFFIX)
    chosen: list[tuple[Path, Path]] = []
    for number, file in enumerate(real, 1):
        own = name or stem
        file_name = part_name(own, number, len(real)) if len(real) > 1 else f"{own}{SUFFIX}"
        link = folder / file_name
        if link.is_symlink() and not link.exists():
            link.unlink()
        if link.exists() and link.resolve() != file:
            return StoreFault("load", f"the store has another {link.name}: inhouse models rm {own}")
        chosen.append((file, link))
    return chosen
