"""Looks at a projector file, which lets a model see images, before it is loaded."""

from pathlib import Path

from inhouse_models.gguf import GgufFault, read_header

ARCHITECTURE = "clip"
SEES = "clip.has_vision_encoder"


def judge_projector(path: Path | None) -> str:
    """What is wrong with the file, in a sentence for a person; "" when nothing is."""
    if path is None:
        return ""
    header = read_header(path)
    if isinstance(header, GgufFault):
        return f"The projector cannot be used: {header.text}."
    if header.architecture != ARCHITECTURE or header.metadata.get(SEES) is not True:
        return f"{path} is not a projector for images; its name mostly begins with mmproj."
    return ""


def projector_bytes(path: Path | None) -> int:
    """What its weights take in memory; its working memory is small beside them."""
    header = None if path is None else read_header(path)
    return 0 if header is None or isinstance(header, GgufFault) else header.data_bytes
