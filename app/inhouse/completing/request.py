"""One line of an editor, read: what is to be completed, or what is wrong with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inhouse.completing.lines import BadLine, Fields
from inhouse_models.completion import Budget, CompletionRequest, ContextFile, Extent, StopRule
from inhouse_tools.text import Document, decode

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_FILES: Final = 64
MOST_FILE_BYTES: Final = 400_000
Id = str | int


class OpenFile(BaseModel):
    """A buffer of the editor, as it stands there."""

    model_config = ConfigDict(extra="ignore", strict=True, populate_by_name=True)

    file: str = Field(alias="filename", default="")
    text: str = ""


class CompletionLine(BaseModel):
    """The fields of a line; others say nothing."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: Id
    prefix: str
    suffix: str = ""
    file: str = ""
    files: list[OpenFile | str] = Field(default_factory=list[OpenFile | str], max_length=MOST_FILES)
    max_tokens: int = Field(default=64, ge=0, le=1024)
    budget_ms: int | None = Field(default=None, ge=1)
    n: int = Field(default=1, ge=1, le=8)
    extent: Extent = "block"
    stop: list[str] = Field(default_factory=list[str], max_length=16)


@dataclass(frozen=True, slots=True)
class Cancel:
    """A wish that a request ends."""

    id: Id


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with the id that its answer has."""

    id: Id
    request: CompletionRequest


def read_request(fields: Fields, root: Path, editor: str) -> Asked | Cancel | BadLine:
    """What a line asks for. Files that it only names are read from below `root`."""
    if "cancel" in fields:
        wanted = fields["cancel"]
        if isinstance(wanted, str | int) and not isinstance(wanted, bool):
            return Cancel(wanted)
        return BadLine("cancel is the id of a request: a text or a number.")
    try:
        line = CompletionLine.model_validate(fields)
    except ValidationError as error:
        return BadLine(_explain(error), id_of(fields))
    request = CompletionRequest(
        prefix=line.prefix,
        suffix=line.suffix,
        file=line.file,
        files=tuple(_files(line.files, root)),
        repository=root.name,
        max_tokens=line.max_tokens,
        budget=Budget(line.budget_ms),
        candidates=line.n,
        stop=StopRule(line.extent, texts=tuple(line.stop)),
        editor=editor,
    )
    return Asked(line.id, request)


def id_of(fields: Fields) -> Id | None:
    """The id of a line, where it has a usable one."""
    found = fields.get("id")
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "The line"
    return f"{place}: {first['msg']}."


def _files(given: "Sequence[OpenFile | str]", root: Path) -> list[ContextFile]:
    files: list[ContextFile] = []
    for one in given:
        if isinstance(one, OpenFile):
            files.append(ContextFile(one.file or "file", one.text))
        elif text := read_below(root, one):
            files.append(ContextFile(one, text))
    return files


def read_below(root: Path, name: str) -> str:
    """The text of a file below a folder, no matter how it is named; empty where there is none."""
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            return ""
        with path.open("rb") as file:
            document = decode(file.read(MOST_FILE_BYTES))
    except (OSError, ValueError):
        return ""
    return document.text if isinstance(document, Document) else ""
