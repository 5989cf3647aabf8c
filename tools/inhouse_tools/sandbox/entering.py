"""The scripts of bash around bubblewrap: limits, filter, and places held while a command runs.

bubblewrap takes a filter from a descriptor, and what is mounted over must exist. So the script
hands it the filter through a pipe, and makes the missing protected places: an empty folder each,
which git does not see, or inside a repository a file with a neutral line. Another process waits for
bubblewrap's end, however that comes, and takes them away. Every command leaves a mark in each such
folder: as long as there is one, rmdir fails, so that no other command is laid bare.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from inhouse_tools.sandbox.limits import Limits

BASH = ("/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash")
USERS = "inhouse-commands"
"""A folder in a repository's own that holds marks only; the files go when it goes."""
CANNOT_HOLD = "inhouse: the protected places of the project cannot be held, so nothing was run"
_MARK = re.compile(r"\.\d+")

_ENTER = r"""
for open in /proc/self/fd/*; do
  open=${open##*/}
  ((open > 2 && open != KEPT)) && eval "exec $open>&-" 2>/dev/null
done
exec 9< <(printf "$1")
shift
folders=("${@:2:$1}"); shift $(($1 + 1))
files=("${@:2:$1}"); shift $(($1 + 1))
[[ ${#folders[@]} = 0 ]] && exec "$@"
places=()
for folder in "${folders[@]}"; do places+=("$folder" "$folder/.$$"); done
for try in 1 2 3; do
  # Where another command has made a folder, only the mark in it can be made.
  mkdir -- "${places[@]}" 2>/dev/null
  held=yes
  for folder in "${folders[@]}"; do [[ -d $folder/.$$ ]] || held=; done
  [[ $held ]] && break
done
[[ $held ]] || { echo "$NOTHING_RUN" >&2; exit 126; }
set -o noclobber
for ((i = 1; i < ${#files[@]}; i += 3)); do
  { printf %s "${files[i + 1]:+${files[i + 1]}$'\n'}" >"${files[i]}"; } 2>/dev/null
done
places=()
for folder in "${folders[@]}"; do places+=("$folder/.$$" "$folder"); done
exec 8> >(exec 9<&- setsid /bin/sh -c "$LEAVE" inhouse ${#files[@]} "${files[@]}" "${places[@]}")
exec "$1" --sync-fd 8 "${@:2}"
"""
# It keeps the output open, so that whoever waits for its end finds the project tidy.
_LEAVE = r"""
trap "" TERM INT HUP PIPE
read -r end
count=$1; shift
places=$(($# - count))
(shift "$count"; exec rmdir -- "$@") 2>/dev/null
while [ "$count" -gt 0 ]; do
  users=$1 file=$2 text=$3 found=
  shift 3
  count=$((count - 3))
  [ ! -d "$users" ] && [ -f "$file" ] && [ ! -L "$file" ] || continue
  read -r found <"$file"
  [ -z "$found" ] || [ "$found" = "$text" ] && set -- "$@" "$file"
done
shift "$places"
[ $# = 0 ] || exec rm -f -- "$@"
"""


@dataclass(frozen=True, slots=True)
class Entrance:
    """What is set up before bubblewrap runs. `program` is the filter that `--seccomp 9` finds.

    `folders` and the `files` with their texts are there as long as the command runs. `kept` is a
    descriptor that it gets besides input and output, 0 for none.
    """

    limits: Limits
    program: bytes
    folders: Sequence[Path] = ()
    files: Mapping[Path, str] = field(default_factory=dict[Path, str])
    kept: int = 0


def enter(argv: Sequence[str], entrance: Entrance) -> tuple[str, ...]:
    """The command that runs bubblewrap (`argv`, without `--sync-fd`).

    Its exit code is 126 when the folders could not be made.
    """
    bash = find_bash() or "bash"
    constants = {"KEPT": str(entrance.kept), "LEAVE": _LEAVE, "NOTHING_RUN": CANNOT_HOLD}
    script = "".join(f"{name}={shlex.quote(text)}\n" for name, text in constants.items())
    folders = [str(path) for path in entrance.folders]
    files = [
        part
        for path, text in entrance.files.items()
        for part in (_users_of(path, folders), str(path), text)
    ]
    return (
        *(bash, "-p", "-c", f"{entrance.limits.as_shell()}\n{script}{_ENTER}", "inhouse"),
        "".join(f"\\{byte:03o}" for byte in entrance.program),
        *(str(len(folders)), *folders),
        *(str(len(files)), *files),
        *argv,
    )


def _users_of(path: Path, folders: Sequence[str]) -> str:
    """The folder with the marks of those that need a file: that of its repository, or another."""
    users = [folder for folder in folders if folder.endswith(f"/{USERS}")]
    own = (folder for folder in users if path.is_relative_to(Path(folder).parent))
    return next(iter([*own, *users]), "")


def find_bash() -> str:
    """The bash of the system, "" when there is none."""
    return next((path for path in BASH if Path(path).exists()), "")


def is_placeholder(folder: Path) -> bool:
    """Whether a folder is there only for a command that runs: nothing but marks is in it."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return False
    return bool(names) and all(_MARK.fullmatch(name) for name in names)


def sweep(folders: Sequence[Path], files: Mapping[Path, str]) -> None:
    """Take away what commands left that were killed together with all that waited for them."""
    for folder in folders:
        if not is_placeholder(folder):
            continue
        for mark in folder.iterdir():
            if not Path("/proc", mark.name[1:]).exists():
                with suppress(OSError):
                    mark.rmdir()
        with suppress(OSError):
            folder.rmdir()
    if any(folder.name == USERS and folder.exists() for folder in folders):
        return
    for path, text in files.items():
        with suppress(OSError):
            if path.is_file() and not path.is_symlink() and path.read_text().strip() in ("", text):
                path.unlink()
