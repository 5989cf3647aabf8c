"""Folders as other programs leave them, with tiny models in them."""

import hashlib
import json
from pathlib import Path

from tests.models.gguf_files import make_gguf

SPEAKING = {
    "qwen2.embedding_length": 64,
    "qwen2.attention.head_count_kv": 2,
    "qwen2.feed_forward_length": 128,
}
MODEL = make_gguf({**SPEAKING, "general.name": "one"})
OTHER = make_gguf({**SPEAKING, "general.name": "two"})
PROJECTOR = make_gguf({"general.architecture": "clip", "general.type": "mmproj"})


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put_in_hub_cache(home: Path, repository: str, file: str, data: bytes = MODEL) -> Path:
    """A file in the Hugging Face cache; returns the link in the snapshot."""
    folder = home / ".cache/huggingface/hub" / f"models--{repository.replace('/', '--')}"
    blob = folder / "blobs" / hash_of(data)
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(data)
    link = folder / "snapshots" / "0123abcd" / file
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(Path(*[".."] * (1 + len(Path(file).parts)), "blobs", blob.name))
    return link


def put_in_ollama(
    home: Path, name: str, tag: str, data: bytes = MODEL, projector: bytes = b""
) -> Path:
    """A model in Ollama's store; returns its blob. `name` may have a host and a namespace."""
    store = home / ".ollama/models"
    layers = [layer("model", data), layer("template", b"{{ .Prompt }}")]
    if projector:
        layers.append(layer("projector", projector))
    for part in (data, projector):
        if part:
            blob = store / "blobs" / f"sha256-{hash_of(part)}"
            blob.parent.mkdir(parents=True, exist_ok=True)
            blob.write_bytes(part)
    path = name if "/" in name else f"registry.ollama.ai/library/{name}"
    manifest = store / "manifests" / path / tag
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(json.dumps({"schemaVersion": 2, "layers": layers}))
    return store / "blobs" / f"sha256-{hash_of(data)}"


def layer(kind: str, data: bytes) -> dict[str, str | int]:
    """A layer as a manifest names it."""
    digest = f"sha256:{hash_of(data)}"
    return {
        "mediaType": f"application/vnd.ollama.image.{kind}",
        "digest": digest,
        "size": len(data),
    }


def put_in_lm_studio(home: Path, path: str, data: bytes = MODEL, base: str = ".lmstudio") -> Path:
    """A file in LM Studio's folder, as PUBLISHER/REPO/FILE."""
    file = home / base / "models" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file
