"""Ollama's store: manifests that name their layers, and blobs that are named by their hash.

Layout: https://github.com/ollama/ollama/blob/main/docs/import.md and server/manifest.go there.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from inhouse_models.importing.found import Findings, FoundModel
from inhouse_models.importing.walking import files_below, size_of

MANIFEST_LIMIT = 1_000_000
_LAYER = "application/vnd.ollama.image."
_DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})")
_HOST, _NAMESPACE = "registry.ollama.ai", "library"


def store_folders(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Where models of Ollama may lie: the person's own, and those of a Linux service."""
    if named := environment.get("OLLAMA_MODELS"):
        return (Path(named).expanduser(),)
    return (home / ".ollama" / "models", Path("/usr/share/ollama/.ollama/models"))


def find(folder: Path, findings: Findings) -> None:
    """Add the models of this store. Templates, parameters and licences of it are not used."""
    manifests = folder / "manifests"
    for path in files_below(manifests, findings.notes.append):
        parts = path.relative_to(manifests).parts
        if len(parts) < 3 or path.name.startswith("."):
            continue
        layers = _read_layers(path)
        if isinstance(layers, str):
            findings.notes.append(f"{path} {layers}")
        elif model := _read_model(folder, _title(parts), layers):
            findings.models.append(model)


def _title(parts: tuple[str, ...]) -> str:
    """Such as `qwen3:8b`, `PERSON/MODEL:TAG` or `HOST/OWNER/REPO:TAG`."""
    *names, tag = parts
    if names[:1] == [_HOST]:
        names = names[1:]
    if names[:1] == [_NAMESPACE]:
        names = names[1:]
    return f"{'/'.join(names)}:{tag}"


def _read_layers(path: Path) -> dict[str, list[str]] | str:
    """The hashes of the layers by kind, or what is wrong with the manifest: "FILE ..."."""
    size = size_of(path)
    if size is None or size > MANIFEST_LIMIT:
        return "is no manifest of Ollama: it is too large"
    try:
        with path.open("rb") as file:
            data: object = json.loads(file.read(MANIFEST_LIMIT))
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except (ValueError, RecursionError):
        return "is no manifest of Ollama: it is no JSON"
    listed = cast("dict[str, object]", data).get("layers") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        return "is no manifest of Ollama: it names no layers"
    layers: dict[str, list[str]] = {}
    for layer in cast("list[object]", listed):
        fields = cast("dict[str, object]", layer) if isinstance(layer, dict) else {}
        kind, digest = fields.get("mediaType"), fields.get("digest")
        found = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
        if isinstance(kind, str) and kind.startswith(_LAYER) and found:
            layers.setdefault(kind.removeprefix(_LAYER), []).append(found[1])
    return layers


def _read_model(folder: Path, title: str, layers: dict[str, list[str]]) -> FoundModel | None:
    """The model of these layers; None for one that has no weights here, such as a cloud model."""
    weights = layers.get("model", [])
    if not weights:
        return None
    path = _blob(folder, weights[0])
    size = size_of(path)
    fault = ""
    if size is None:
        fault = f"{path} is missing: ollama pull {title}"
    elif len(weights) > 1:
        fault = f"it is split into {len(weights)} files, which inhouse does not load"
    elif layers.get("adapter"):
        fault = "it is a model with an adapter: use its base model with --lora"
    projectors = layers.get("projector", [])
    projector = _blob(folder, projectors[0]) if projectors else None
    seeing = projector if projector and size_of(projector) is not None else None
    return FoundModel(
        "ollama", title, path, size or 0, sha256=weights[0], projector=seeing, fault=fault
    )


def _blob(folder: Path, sha256: str) -> Path:
    """The file of a hash; older versions wrote a colon."""
    new = folder / "blobs" / f"sha256-{sha256}"
    old = folder / "blobs" / f"sha256:{sha256}"
    return old if size_of(new) is None and size_of(old) is not None else new
