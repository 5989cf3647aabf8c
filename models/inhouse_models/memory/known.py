"""Shapes of models that are not on this machine yet, to say whether a download would fit."""

import tomllib
from functools import cache
from pathlib import Path

from inhouse_models.gguf import GgufHeader
from inhouse_models.memory.shape import ModelShape, ShapeFault, read_shape


@cache
def known_shapes() -> dict[str, ModelShape]:
    """Shapes by the catalogue's names. Raises on a table we wrote wrongly."""
    text = Path(__file__).with_name("known.toml").read_text(encoding="utf-8")
    shapes: dict[str, ModelShape] = {}
    for table in tomllib.loads(text)["shape"]:
        architecture = table["architecture"]
        metadata = {f"{architecture}.{key}": value for key, value in table["metadata"].items()}
        for name, size in table["bytes"].items():
            header = GgufHeader(
                version=3,
                tensor_count=0,
                parameters=table["parameters"],
                data_bytes=size,
                metadata={
                    **metadata,
                    "general.architecture": architecture,
                    "general.name": name,
                },
                lengths={"tokenizer.ggml.tokens": table["vocabulary"]},
            )
            shape = read_shape(header)
            match shape:
                case ShapeFault(text):
                    raise ValueError(text)
                case ModelShape():
                    shapes[name] = shape
    return shapes
