"""Shapes of models that are not on this machine yet, to say whether a download would fit."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from inhouse_models.gguf import GgufHeader, GgufTensor
from inhouse_models.gguf_types import TENSOR_NUMBERS, TENSOR_TYPES
from inhouse_models.memory.shape import ModelShape, ShapeFault, read_shape
from inhouse_models.memory.weights import OUTPUT, TABLE


@cache
def known_shapes() -> dict[str, ModelShape]:
    """Shapes by the catalogue's names. Raises on a table we wrote wrongly."""
    text = Path(__file__).with_name("known.toml").read_text(encoding="utf-8")
    shapes: dict[str, ModelShape] = {}
    for table in tomllib.loads(text)["shape"]:
        for name, size in table["bytes"].items():
            shape = read_shape(_header(table, name, size))
            match shape:
                case ShapeFault(text):
                    raise ValueError(text)
                case ModelShape():
                    repacked = table.get("repacked", {}).get(name, shape.repacked_bytes)
                    shapes[name] = replace(shape, repacked_bytes=repacked)
    return shapes


def _header(table: Mapping[str, Any], name: str, size: int) -> GgufHeader:
    architecture = table["architecture"]
    metadata = {f"{architecture}.{key}": value for key, value in table["metadata"].items()}
    return GgufHeader(
        version=3,
        tensor_count=0,
        parameters=table["parameters"],
        data_bytes=size,
        metadata={**metadata, "general.architecture": architecture, "general.name": name},
        lengths={"tokenizer.ggml.tokens": table["vocabulary"]},
        tensors=tuple(_read_tables(table, name)),
    )


def _read_tables(table: Mapping[str, Any], name: str) -> list[GgufTensor]:
    """The matrix that tokens are looked up in and, unless it is the same, the one for logits."""
    shape = (table["metadata"]["embedding_length"], table["vocabulary"])
    tensors: list[GgufTensor] = []
    for tensor, kind in zip((TABLE, OUTPUT), table["tables"][name], strict=False):
        number = TENSOR_NUMBERS[kind]
        weights, size = TENSOR_TYPES[number]
        tensors.append(GgufTensor(tensor, number, shape, shape[0] * shape[1] // weights * size))
    return tensors
