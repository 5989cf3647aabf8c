"""Writes training data into a new folder, for the person's eyes only, with a note beside it."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from inhouse.export.training.collecting import Collected
from inhouse.export.training.figures import figures_of
from inhouse.export.writing import ExportProblem

TRAIN: Final = "train.jsonl"
VALIDATION: Final = "valid.jsonl"
NOTICE: Final = Path(__file__).with_name("NOTICE.md")
# What LLaMA-Factory calls the parts of a message.
TAGS: Final = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "observation_tag": "tool",
    "function_tag": "function",
    "system_tag": "system",
}


def notice() -> str:
    """Whose the data is, and what may be done with it."""
    return NOTICE.read_text(encoding="utf-8")


def encode_example(line: Mapping[str, Any]) -> str:
    """A line of JSON in ASCII, which every reader takes."""
    return json.dumps(line) + "\n"


def write_folder(collected: Collected, folder: Path) -> ExportProblem | None:
    """All files or none; a folder that holds anything already stays as it is."""
    files = {
        TRAIN: "".join(map(encode_example, collected.train)),
        "NOTICE.md": notice(),
        "figures.json": json.dumps(figures_of(collected), indent=2) + "\n",
        "dataset_info.json": json.dumps(_described(collected), indent=2) + "\n",
    }
    if collected.validation:
        files[VALIDATION] = "".join(map(encode_example, collected.validation))
    folder = folder.absolute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        return _unwritable(folder, error)
    try:
        for name, text in files.items():
            _write(staged / name, text)
        # Takes the place of an empty folder, and of nothing else.
        staged.rename(folder)
    except OSError as error:
        shutil.rmtree(staged, ignore_errors=True)
        if folder.exists():
            text = f"{folder} exists already and is not empty. Choose another folder with -o."
            return ExportProblem(text)
        return _unwritable(folder, error)
    return None


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _described(collected: Collected) -> dict[str, Any]:
    """The description of the files that LLaMA-Factory wants."""
    parts: list[tuple[str, str, Sequence[Mapping[str, Any]]]] = [
        ("inhouse_train", TRAIN, collected.train),
        ("inhouse_valid", VALIDATION, collected.validation),
    ]
    return {
        name: {
            "file_name": file,
            "formatting": "openai",
            # Calls in the fenced form stand in the messages, with no tools beside them.
            "columns": {one: one for one in ("messages", "tools") if one in lines[0]},
            "tags": TAGS,
        }
        for name, file, lines in parts
        if lines
    }


def _unwritable(folder: Path, error: OSError) -> ExportProblem:
    return ExportProblem(f"{folder} cannot be written: {error.strerror}.")
