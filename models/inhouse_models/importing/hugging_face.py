"""The cache of the Hugging Face hub: snapshots of links to files that are named by their hash.

Layout: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
"""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from inhouse_models.importing.found import Findings
from inhouse_models.importing.gguf_files import SUFFIX, models_in
from inhouse_models.importing.walking import files_below

_HASH = re.compile(r"[0-9a-f]{64}")


def cache_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Where the cache lies."""
    if hub := environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE"):
        return Path(hub).expanduser()
    if base := environment.get("HF_HOME"):
        return Path(base).expanduser() / "hub"
    cache = environment.get("XDG_CACHE_HOME") or home / ".cache"
    return Path(cache) / "huggingface" / "hub"


def find(folder: Path, findings: Findings) -> None:
    """Add the models of this cache; a file of several snapshots counts once."""
    titles: dict[str, tuple[str, Path]] = {}
    for path in files_below(folder, findings.notes.append):
        parts = path.relative_to(folder).parts
        if len(parts) < 4 or not parts[0].startswith("models--") or parts[1] != "snapshots":
            continue
        if not path.name.lower().endswith(SUFFIX):
            continue
        repository = parts[0].removeprefix("models--").replace("--", "/", 1)
        title = "/".join((repository, *parts[3:]))
        known = titles.get(title)
        if known is None or _age(known[1]) < _age(path):
            titles[title] = (title, path)
    for model in models_in("hugging-face", titles.values()):
        blob = Path(os.path.realpath(model.path)).name
        sha256 = blob if _HASH.fullmatch(blob) and model.parts == 1 else ""
        findings.models.append(replace(model, sha256=sha256))


def _age(path: Path) -> int:
    """When the link was made: the newest snapshot of a repository is the one that counts."""
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return 0
