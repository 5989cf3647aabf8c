"""The folder of saved states as people see it: whose states they are, how they are deleted."""

import fcntl
import json
import os
import stat
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from inhouse_models.engine.store.about import NAME, About, read_about, write_about
from inhouse_models.engine.store.folder import (
    clear_folder,
    root_folders,
    state_files,
    trim_folder,
)
from inhouse_models.engine.store.prefix_store import Budget, PrefixStore
from inhouse_models.engine.store.segment import Payload, root_key

LIBRARY = "1.0"
SIZE = 1_000


def describe(folder: Path, name: str = "one", library: str = LIBRARY) -> About:
    """What stands beside the states of a model that is here."""
    model = folder / f"{name}.gguf"
    model.touch()
    return About(str(model), f"fingerprint of {name}", library, "f16", "f16")


def open_store(folder: Path, about: About, budget: Budget | None = None) -> PrefixStore:
    root = root_key(asdict(about))
    store = PrefixStore(root, folder, budget or Budget(), recurrent=False)
    store.describe(about)
    return store


def save(store: PrefixStore, *parts: list[int]) -> None:
    """Put a conversation of these parts on disk."""
    match = store.whole([])
    for part in parts:
        longer = [token for node in match.nodes for token in node.segment.tokens] + part
        known = store.whole(longer)
        match = known if known.length == len(longer) else store.add(match, part, payload(part))
    while store.write_next():
        pass


def payload(tokens: list[int]) -> Payload:
    return Payload(repr(tokens).encode().ljust(SIZE, b" "))


def tokens_on_disk(folder: Path, about: About) -> set[int]:
    """The tokens of everything that a new host would find."""
    store = open_store(folder, about)
    first = range(1, 100)
    found = [store.match([a, b]) for a in first for b in first]
    return {token for m in found for node in m.nodes for token in node.segment.tokens.tolist()}


def test_a_folder_says_whose_states_it_holds(tmp_path: Path) -> None:
    about = describe(tmp_path)
    save(open_store(tmp_path / "states", about), [1, 2], [3, 4, 5])
    (root,) = root_folders(tmp_path / "states")
    assert (root.about, root.parts, root.tokens) == (about, 2, 5)
    assert root.about is not None
    assert root.about.name == "one"
    assert root.size == sum(one.size for one in state_files(tmp_path / "states"))
    assert root.root == root_key(asdict(about))
    for path in (root.path / NAME, *root.path.glob("*.segment")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"model": 1}', "{", "[" * 9_000, '{"format": "x"}', "\xff"]
)
def test_a_folder_that_says_nonsense_is_unknown(tmp_path: Path, text: str) -> None:
    save(open_store(tmp_path, describe(tmp_path)), [1, 2])
    (root,) = root_folders(tmp_path)
    (root.path / NAME).write_bytes(text.encode("latin-1"))
    (again,) = root_folders(tmp_path)
    assert (again.about, again.parts) == (None, 1)


def test_what_is_said_is_written_once_and_anew_when_it_was_removed(tmp_path: Path) -> None:
    about = describe(tmp_path)
    write_about(tmp_path / "root", about)
    written = (tmp_path / "root" / NAME).stat().st_ino
    write_about(tmp_path / "root", about)
    assert (tmp_path / "root" / NAME).stat().st_ino == written
    (tmp_path / "root" / NAME).unlink()
    write_about(tmp_path / "root", about)
    assert read_about(tmp_path / "root") == about


def test_what_nothing_here_can_use_goes_first_and_whole(tmp_path: Path) -> None:
    states = tmp_path / "states"
    old = describe(tmp_path, "old", "0.9")
    gone = describe(tmp_path, "gone")
    used = describe(tmp_path, "used")
    save(open_store(states, used), [1], [2], [3])
    save(open_store(states, old), [1], [2])
    save(open_store(states, gone), [1], [2])
    Path(gone.model).unlink()
    sizes = {root.about: root.size for root in root_folders(states)}

    assert trim_folder(states, sum(sizes.values()), LIBRARY) == []
    assert len(trim_folder(states, sum(sizes.values()) - 1, LIBRARY)) == 4
    assert [root.about for root in root_folders(states)] == [used]
    assert len(list(states.iterdir())) == 1
    assert len(trim_folder(states, sizes[used] - 1, LIBRARY)) == 1
    assert tokens_on_disk(states, used) == {1, 2}


def test_a_store_that_grows_drops_what_an_old_library_wrote(tmp_path: Path) -> None:
    states = tmp_path / "states"
    save(open_store(states, describe(tmp_path, "one", "0.9")), [1], [2])
    (old,) = root_folders(states)
    now = describe(tmp_path, "one")
    save(open_store(states, now, Budget(disk=old.size + SIZE)), [1], [2])
    (left,) = root_folders(states)
    assert (left.about, left.parts) == (now, 2)


def test_clearing_leaves_an_empty_folder(tmp_path: Path) -> None:
    states = tmp_path / "states"
    save(open_store(states, describe(tmp_path, "one")), [1], [2])
    save(open_store(states, describe(tmp_path, "two")), [3])
    (states / "0123456789abcdef").mkdir()
    (states / "0123456789abcdef" / ".half.part").write_bytes(b"killed")
    clear_folder(states)
    assert list(states.iterdir()) == []
    clear_folder(states)


def test_what_somebody_writes_is_not_swept(tmp_path: Path) -> None:
    about = describe(tmp_path)
    save(open_store(tmp_path, about), [1, 2])
    (root,) = root_folders(tmp_path)
    writing, left = root.path / ".writing.part", root.path / ".left.part"
    left.touch()
    with writing.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        open_store(tmp_path, about)
        assert (writing.exists(), left.exists()) == (True, False)
    open_store(tmp_path, about)
    assert not writing.exists()


def test_two_hosts_share_a_folder(tmp_path: Path) -> None:
    about = describe(tmp_path)
    first, second = open_store(tmp_path, about), open_store(tmp_path, about)
    save(first, [1], [2])
    save(second, [1], [3])
    assert tokens_on_disk(tmp_path, about) == {1, 2, 3}
    clear_folder(tmp_path)
    # What was deleted under a host is a miss for it, and can be saved again.
    third = open_store(tmp_path, about)
    save(third, [1], [4])
    match = second.match([1, 3])
    assert [p.cells for p in second.payloads(match) or ()] == [
        payload([1]).cells,
        payload([3]).cells,
    ]
    assert tokens_on_disk(tmp_path, about) == {1, 4}


WRITER = """
import sys
from pathlib import Path
from inhouse_models.engine.store.prefix_store import Budget, PrefixStore
from inhouse_models.engine.store.segment import Payload

store = PrefixStore(sys.argv[1], Path(sys.argv[2]), Budget(), recurrent=False)
match = store.whole([])
for number in range(1, 400):
    cells = b"%d," % number * 200_000
    match = store.add(match, [number], Payload(cells))
    store.write_next()
    print(number, flush=True)
"""


@pytest.mark.parametrize("after", [1, 2, 5, 9])
def test_a_writer_that_is_killed_leaves_whole_segments_only(tmp_path: Path, after: int) -> None:
    root = root_key({"model": "one"})
    command = [sys.executable, "-c", WRITER, root, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        for _ in range(after):
            child.stdout.readline()
        child.kill()
    store = PrefixStore(root, tmp_path, Budget(), recurrent=False)
    match = store.match(list(range(1, 400)))
    assert match.length >= after
    payloads = store.payloads(match)
    assert payloads is not None
    for number, found in enumerate(payloads, 1):
        assert found.cells == b"%d," % number * 200_000
    assert not list(tmp_path.glob("*/.*"))


def test_a_full_disk_is_said_once_and_forgiven_after_clearing(tmp_path: Path) -> None:
    """A file in the place of the folder refuses every write, as a full disk does."""
    told: list[str] = []
    blocked = tmp_path / "states"
    blocked.write_text("in the way")
    about = describe(tmp_path)
    root = root_key(asdict(about))
    store = PrefixStore(root, blocked, Budget(memory=3 * SIZE), recurrent=False, report=told.append)
    store.describe(about)
    for number in range(5):
        save(store, [number, 1], [2])
    assert len(told) == 1
    assert str(blocked) in told[0]
    assert store.memory_bytes <= 3 * SIZE
    blocked.unlink()
    store.clear()
    save(store, [1, 2])
    assert tokens_on_disk(blocked, about) == {1, 2}


def test_json_of_a_folder_names_no_token(tmp_path: Path) -> None:
    save(open_store(tmp_path, describe(tmp_path)), [1, 2])
    (root,) = root_folders(tmp_path)
    said = json.loads((root.path / NAME).read_text(encoding="utf-8"))
    assert set(said) == {"model", "fingerprint", "library", "keys", "values", "format"}
