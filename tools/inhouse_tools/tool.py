"""What a tool is: its arguments, what it touches, what it answers."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from pydantic import BaseModel

from inhouse_tools.json_value import JsonValue

if TYPE_CHECKING:
    from inhouse_tools.process import OpenWatch
    from inhouse_tools.reading.handles import Handles
    from inhouse_tools.sandbox import Sandbox
    from inhouse_tools.sandbox.network import Network
    from inhouse_tools.shell import Analysis, Script
    from inhouse_tools.undo.recording import Recording
    from inhouse_tools.writing.overlay import Overlay

Args = TypeVar("Args", bound=BaseModel)
AccessKind = Literal["read", "write", "run"]


@dataclass(frozen=True, slots=True)
class Access:
    """One thing that a call would touch; permission judges it, the tool does not.

    `target` is a path relative to the root with "/" (absolute when `outside`), or a command.
    `preview` is a unified diff or the exact command, for the person who is asked. `analysis` is
    what can be told of a command before it runs. `same`: a write that would change nothing.
    """

    kind: AccessKind
    target: str
    outside: bool = False
    protected: bool = False
    preview: str = ""
    analysis: "Analysis | None" = None
    same: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """What a call answered: `text` for the model, `show` for the screen (JSON-able).

    `show` keys that front ends know: "diff" (unified diff), "path", "lines", "exit_code",
    "seconds", "cut" (how much was left out), "changed" (list of paths that were written), "sha256"
    (of the file that was read). `images` are data URLs that the model is shown with the text.
    """

    text: str
    show: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    failed: bool = False
    images: tuple[str, ...] = ()


@dataclass(slots=True)
class Workspace:
    """What the tools of one session share.

    `root` is resolved. `seen` maps a path relative to the root to the sha256 of the bytes that
    the model has seen last, and `made` are those that it wrote as new files. `extra` are further
    folders that may be read and written. `progress` takes live output while a command runs, and
    `open_watch` opens a place where a person sees all of it and can end it. With `keeps_symbols` a
    file written anew keeps the definitions that were left out: small models do that. Those with an
    `expendable` name may go: the task takes them away. `cache` and `state` are folders of this root
    alone, for what can be made anew (the index) and for what cannot (journals of writes, undo);
    None keeps nothing. With an `overlay` changes of files go there instead of to the disk. `undo`
    records what changes on it (see `recorded`); None records nothing. `network`
    is what the command of this one call may reach, None nothing, and `scripts` are files that it
    would run, as they were when it was judged. `buffers` is text that stands unsaved in an editor,
    by absolute path: it counts before what is on the disk. The model `sees` images or does not.
    """

    root: Path
    sandbox: "Sandbox"
    handles: "Handles"
    seen: dict[str, str] = field(default_factory=dict[str, str])
    made: set[str] = field(default_factory=set[str])
    extra: tuple[Path, ...] = ()
    cache: Path | None = None
    state: Path | None = None
    overlay: "Overlay | None" = None
    undo: "Recording | None" = None
    max_output_chars: int = 12_000
    keeps_symbols: bool = False
    expendable: Collection[str] = ()
    progress: Callable[[str], None] = lambda _text: None
    open_watch: "OpenWatch | None" = None
    network: "Network | None" = None
    scripts: "tuple[Script, ...]" = ()
    buffers: dict[Path, bytes] = field(default_factory=dict[Path, bytes])
    sees: bool = False


@dataclass(frozen=True, slots=True)
class Tool(Generic[Args]):
    """A tool is a value holding two functions; pydantic is used for the arguments only.

    `description` is what a large model reads of it, `brief` the one line for a small one.
    """

    name: str
    description: str
    args: type[Args]
    access: Callable[[Args, Workspace], tuple[Access, ...]]
    run: Callable[[Args, Workspace], Awaitable[Output]]
    brief: str = ""
