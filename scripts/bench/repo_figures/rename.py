"""A rename in 40 files: proposed, staged, checked, shown, written as one and verified."""

import asyncio
import hashlib
import re
import statistics
import time
from collections import Counter
from pathlib import Path

from bench_run import require
from figure import Figure, Target
from repo_bench import RepoBench

from inhouse_tools import bash
from inhouse_tools.editing import rename_symbol
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.files import write_files
from inhouse_tools.writing.overlay import Overlay
from inhouse_tools.writing.staged_diff import staged_diff
from repo_figures.definitions import defined_in

FILES = 40
QUICK_FILES = 2
NEW_NAME = "name_that_nobody_had_before"
C_FAMILY = (".c", ".h", ".cpp", ".hpp", ".cc", ".cu", ".cuh", ".m", ".mm")
_WORD = re.compile(r"[A-Za-z_]\w*")


def measure_rename(bench: RepoBench) -> list[Figure]:
    """The same rename in fresh copies of the tree."""
    rounds = bench.few(3, 1)
    seconds: list[float] = []
    count, name = 0, ""
    for number in range(rounds):
        root = bench.copy(f"rename-{number}")
        file, name, count = choose(root, bench.files(), bench.few(FILES, QUICK_FILES))
        seconds.append(_rename(bench.workspace(root), root, file, name, count))
    return [
        Figure(
            f"rename in {count} files",
            statistics.median(seconds),
            "s",
            target=Target("at most", 2),
            note=f"{name}, from the call to the verified tree, median of {rounds} copies",
        )
    ]


def choose(root: Path, files: tuple[str, ...], wanted: int) -> tuple[str, str, int]:
    """A file, a name that is defined only there, and in how many files it stands: at least as many
    as wanted, and as few of those as there are."""
    uses: Counter[str] = Counter()
    for file in files:
        if file.endswith(C_FAMILY):
            uses.update(set(_WORD.findall(_text(root / file))))
    once = {
        name: places[0][0]
        for name, places in defined_in(root, files).items()
        if len(places) == 1 and places[0][0].endswith(C_FAMILY)
    }
    found = [(uses[name], name) for name in once if uses[name] >= wanted and len(name) > 5]
    require(bool(found), f"no name of this tree stands in {wanted} files")
    count, name = min(found)
    return once[name], name, count


def _rename(workspace: Workspace, root: Path, file: str, name: str, count: int) -> float:
    before = _contents(root, name)
    began = time.perf_counter()
    overlay = workspace.overlay = Overlay()
    args = rename_symbol.RenameSymbolArgs(file_path=file, symbol=name, new_name=NEW_NAME)
    output = asyncio.run(rename_symbol.run(args, workspace))
    require(not output.failed, output.text)
    workspace.overlay = None
    shown = "".join(staged_diff(change) for change in overlay.changes)
    refused = write_files(overlay.writes(), workspace.state)
    require(refused is None, refused.text if refused else "")
    # What still stands in a string or a comment is left, and said.
    command = f"grep -rlw {NEW_NAME} . | wc -l | grep -x {len(overlay.changes)}"
    verified = asyncio.run(bash.run(bash.BashArgs.model_validate({"command": command}), workspace))
    seconds = time.perf_counter() - began
    require(not verified.failed, f"the check of the rename fails: {verified.text}")
    require(len(overlay.changes) >= count * 0.9, f"only {len(overlay.changes)} files were renamed")
    require(shown.count("+++ b/") == len(overlay.changes), "the diff does not show every file")
    require(_contents(root, name) == before, "more than the name was changed")
    return seconds


def _contents(root: Path, name: str) -> dict[str, str]:
    """The hash of each file, with the old name where the new one stands: so none may differ."""
    new, old = NEW_NAME.encode(), name.encode()
    return {
        str(path): hashlib.sha256(path.read_bytes().replace(new, old)).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
