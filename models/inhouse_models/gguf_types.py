"""The numbers GGUF files use for value types, tensor types and quantisations.

Source: llama.cpp, gguf-py/gguf/constants.py.
"""

SCALAR_FORMATS: dict[int, str] = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<B",
    10: "<Q",
    11: "<q",
    12: "<d",
}
"""How `struct` reads a metadata value of this type; 7 is a truth value."""

_TENSOR_TYPES: dict[str, tuple[int, int, int]] = {
    "F32": (0, 1, 4),
    "F16": (1, 1, 2),
    "Q4_0": (2, 32, 18),
    "Q4_1": (3, 32, 20),
    "Q5_0": (6, 32, 22),
    "Q5_1": (7, 32, 24),
    "Q8_0": (8, 32, 34),
    "Q8_1": (9, 32, 36),
    "Q2_K": (10, 256, 84),
    "Q3_K": (11, 256, 110),
    "Q4_K": (12, 256, 144),
    "Q5_K": (13, 256, 176),
    "Q6_K": (14, 256, 210),
    "Q8_K": (15, 256, 292),
    "IQ2_XXS": (16, 256, 66),
    "IQ2_XS": (17, 256, 74),
    "IQ3_XXS": (18, 256, 98),
    "IQ1_S": (19, 256, 50),
    "IQ4_NL": (20, 32, 18),
    "IQ3_S": (21, 256, 110),
    "IQ2_S": (22, 256, 82),
    "IQ4_XS": (23, 256, 136),
    "I8": (24, 1, 1),
    "I16": (25, 1, 2),
    "I32": (26, 1, 4),
    "I64": (27, 1, 8),
    "F64": (28, 1, 8),
    "IQ1_M": (29, 256, 56),
    "BF16": (30, 1, 2),
    "TQ1_0": (34, 256, 54),
    "TQ2_0": (35, 256, 66),
    "MXFP4": (39, 32, 17),
    "NVFP4": (40, 64, 36),
    "Q1_0": (41, 128, 18),
    "Q2_0": (42, 64, 18),
}
TENSOR_NUMBERS: dict[str, int] = {name: number for name, (number, _, _) in _TENSOR_TYPES.items()}
"""The number of a tensor type by its name."""

TENSOR_TYPES: dict[int, tuple[int, int]] = {
    number: (weights, size) for number, weights, size in _TENSOR_TYPES.values()
}
"""Weights in a block and bytes of a block, per tensor type."""

_FILE_TYPE_NAMES = {
    0: "F32 F16 Q4_0 Q4_1",
    7: "Q8_0 Q5_0 Q5_1 Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_K_S Q4_K_M Q5_K_S Q5_K_M Q6_K",
    19: "IQ2_XXS IQ2_XS Q2_K_S IQ3_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ3_M IQ2_S IQ2_M IQ4_XS IQ1_M",
    32: "BF16",
    36: "TQ1_0 TQ2_0 MXFP4 NVFP4 Q1_0 Q2_0",
}
FILE_TYPES: dict[int, str] = {
    first + step: name
    for first, names in _FILE_TYPE_NAMES.items()
    for step, name in enumerate(names.split())
}
"""The quantisation that most of a file's weights have, by `general.file_type`."""
