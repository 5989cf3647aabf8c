"""What stands in the editor, kept so that it survives a crash."""

import json
import os
from pathlib import Path
from typing import Final

from inhouse.tui.composer.chips import Written, from_json, to_json
from inhouse_tools.refusal import Refusal, of_os_error
from inhouse_tools.writing.small_file import make_private, replace_text

MOST_BYTES: Final = 8 * 1024**2


class Draft:
    """One file for each process, `NUMBER.json` in a folder of the project.

    A file whose process is gone holds what was never sent. Failures to write are said once.
    """

    def __init__(self, folder: Path, process: int | None = None) -> None:
        self.folder = folder
        self._process = os.getpid() if process is None else process
        self._said = False

    @property
    def file(self) -> Path:
        """Where this process keeps its draft."""
        return self.folder / f"{self._process}.json"

    def save(self, written: Written) -> Refusal | None:
        """Keep this instead of what was kept before; nothing to send is not kept."""
        if written.blank:
            return self.remove()
        try:
            make_private(self.folder)
            # Whoever is typing does not wait for the disk.
            replace_text(self.file, json.dumps(to_json(written)), lasting=False)
        except OSError as error:
            problem = of_os_error(error, str(self.file), "write")
            return self._once(Refusal(f"{problem.text} What you write would be lost in a crash."))
        return None

    def remove(self) -> Refusal | None:
        """What was kept is sent, or no longer wanted."""
        try:
            self.file.unlink(missing_ok=True)
        except OSError as error:
            return self._once(Refusal(f"The draft {self.file} cannot be removed: {error}."))
        return None

    def restore(self) -> Written | None:
        """The newest draft that no process owns any more; from now on it is this one's."""
        for file in self._left_behind():
            found = _read(file)
            if found is not None and not found.blank:
                if self.save(found) is None and file != self.file:
                    _remove(file)
                return found
            _remove(file)
        return None

    def _left_behind(self) -> list[Path]:
        try:
            files = [(file.stat().st_mtime_ns, file) for file in self.folder.glob("*.json")]
        except OSError:
            return []
        found = [(time, file) for time, file in files if self._is_left(file)]
        return [file for _, file in sorted(found, reverse=True)]

    def _is_left(self, file: Path) -> bool:
        if not file.stem.isdecimal():
            return False
        process = int(file.stem)
        return process == self._process or not _is_alive(process)

    def _once(self, problem: Refusal | None) -> Refusal | None:
        if problem is None or self._said:
            return None
        self._said = True
        return problem


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _read(file: Path) -> Written | None:
    try:
        if file.is_symlink() or file.stat().st_size > MOST_BYTES:
            return None
        return from_json(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return None


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        # It is offered again, which is better than losing it.
        return
