"""Programs that keep GGUF files under their own names: LM Studio, and llama.cpp's own cache."""

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from inhouse_models.importing.found import Findings
from inhouse_models.importing.gguf_files import models_in
from inhouse_models.importing.walking import files_below, size_of

POINTER_LIMIT = 4096


def lm_studio_folders(home: Path) -> tuple[Path, ...]:
    """Where LM Studio keeps models: where its settings say, now, and in older versions."""
    base = home / ".lmstudio"
    pointer = home / ".lmstudio-home-pointer"
    if (size_of(pointer) or POINTER_LIMIT) < POINTER_LIMIT:
        text = _read(pointer).strip()
        base = Path(text) if text.startswith("/") and "\0" not in text else base
    bases = (base, home / ".cache" / "lm-studio")
    moved = [_moved_folder(one / "settings.json") for one in bases]
    chosen = [folder for folder in moved if folder]
    return tuple(dict.fromkeys([*chosen, *(one / "models" for one in bases)]))


def _moved_folder(settings: Path) -> Path | None:
    """The folder that a person has chosen in LM Studio."""
    if (size_of(settings) or 1_000_000) >= 1_000_000:
        return None
    try:
        data: object = json.loads(_read(settings))
    except (ValueError, RecursionError):
        return None
    chosen = (
        cast("dict[str, object]", data).get("downloadsFolder") if isinstance(data, dict) else ""
    )
    return Path(chosen) if isinstance(chosen, str) and chosen.startswith("/") else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def find_lm_studio(folder: Path, findings: Findings) -> None:
    """Add the models of PUBLISHER/REPO/FILE.gguf."""
    files = [
        (path.relative_to(folder).as_posix(), path)
        for path in files_below(folder, findings.notes.append)
    ]
    findings.models += models_in("lm-studio", files)


def llama_cache_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Where llama.cpp's programs keep what they download."""
    if named := environment.get("LLAMA_CACHE"):
        return Path(named).expanduser()
    if platform.system() == "Darwin":
        return home / "Library" / "Caches" / "llama.cpp"
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "llama.cpp"


def find_llama_cpp(folder: Path, findings: Findings) -> None:
    """Add the models of the cache; half a download has another ending and is left out."""
    files = [
        (path.relative_to(folder).as_posix(), path)
        for path in files_below(folder, findings.notes.append)
    ]
    findings.models += models_in("llama.cpp", files)
