"""Finds the saved states of a conversation by its tokens, and keeps them within their budgets."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from inhouse_models.engine.store.about import About, write_about
from inhouse_models.engine.store.folder import note_use, trim_folder
from inhouse_models.engine.store.segment import Payload, Segment, Tokens, make_segment
from inhouse_models.engine.store.segment_file import (
    SUFFIX,
    StoredSegment,
    read_header,
    read_payload,
    segment_path,
    write_segment,
)
from inhouse_models.engine.thinning import least_missed
from inhouse_models.private_file import delete_file, sweep_parts

NAME_LENGTH = 16
LEAST_STATES = 4
STATES_SHARE = 4
"""Recurrent states of one conversation may take this part of the disk's budget."""


@dataclass(slots=True)
class Node:
    """A segment in the tree: its payload is in memory, on disk, or both. `trimmed`: the disk had
    no room for it, so it is not written again before it is used. `thinned`: its file still has a
    state that is one too many."""

    segment: Segment
    has_state: bool
    size: int
    used: float
    payload: Payload | None = None
    on_disk: bool = False
    trimmed: bool = False
    thinned: bool = False
    children: dict[str, "Node"] = field(default_factory=dict[str, "Node"])


@dataclass(frozen=True, slots=True)
class Match:
    """Saved segments that begin a prompt, in order, and how many of its tokens they hold; only
    the last of them may hold more."""

    nodes: tuple[Node, ...] = ()
    length: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes of saved states in memory, and on disk for all models together."""

    memory: int = 1024**3
    disk: int = 4 * 1024**3


class PrefixStore:
    """A tree of segments below one root. One thread only.

    Conversations that begin alike share their first segments. `folder` None keeps all in memory.
    What the disk refuses stays in memory and `report` hears of it once.
    """

    def __init__(
        self,
        root: str,
        folder: Path | None,
        budget: Budget,
        *,
        recurrent: bool,
        report: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._root = root
        self._all = folder
        self._folder = folder / root[:NAME_LENGTH] if folder else None
        self._budget = budget
        self._recurrent = recurrent
        self._about: About | None = None
        self._report = report
        self._disk_fails = False
        self._tops: dict[str, Node] = {}
        self._nodes: dict[str, Node] = {}
        self._memory = 0
        self._scan()

    def describe(self, about: About) -> None:
        """Let this be written beside the segments, so that people can be told whose they are."""
        self._about = about

    @property
    def name(self) -> str:
        """How its folder is called, among those of other models."""
        return self._root[:NAME_LENGTH]

    @property
    def keeps(self) -> bool:
        """Whether there is any room for states."""
        return self._budget.memory > 0 or (self._folder is not None and not self._disk_fails)

    @property
    def memory_bytes(self) -> int:
        """Bytes of payloads in memory."""
        return self._memory

    @property
    def disk_bytes(self) -> int:
        """Bytes of this root's files."""
        return sum(node.size for node in self._nodes.values() if node.on_disk)

    def match(self, prompt: Sequence[int]) -> Match:
        """The saved segments that hold most of the prompt's beginning."""
        wanted = np.asarray(prompt, dtype=np.int32)
        best = Match()
        paths: list[tuple[Node, ...]] = [()]
        while paths:
            path = paths.pop()
            start = path[-1].segment.end if path else 0
            for node in (path[-1].children if path else self._tops).values():
                shared = _count_common(node.segment.tokens, wanted[start:])
                whole = start + shared == node.segment.end
                if whole:
                    paths.append((*path, node))
                usable = whole and node.has_state if self._recurrent else shared > 0
                if usable and start + shared > best.length:
                    best = Match((*path, node), start + shared)
        return best

    def payloads(self, match: Match) -> list[Payload] | None:
        """What a match holds; None when a file is gone or damaged, which is forgotten then."""
        payloads: list[Payload] = []
        now = time.time()
        for node in match.nodes:
            payload = node.payload
            if payload is None and self._folder:
                payload = read_payload(
                    segment_path(self._folder, node.segment.key), node.segment.key
                )
            if payload is None:
                self._forget(node)
                return None
            self._use(node, now)
            payloads.append(payload)
        last = match.nodes[-1] if match.nodes else None
        if self._recurrent and last and not payloads[-1].state:
            # Another host took the state out of the file.
            last.has_state = False
            return None
        return payloads

    def _use(self, node: Node, now: float) -> None:
        node.used, node.trimmed = now, False
        if node.on_disk and self._folder:
            note_use(segment_path(self._folder, node.segment.key), now, node.segment.start)

    def whole(self, tokens: Sequence[int]) -> Match:
        """The segments that this conversation holds whole, after which more can be added."""
        wanted = np.asarray(tokens, dtype=np.int32)
        path: tuple[Node, ...] = ()
        children = self._tops
        while True:
            start = path[-1].segment.end if path else 0
            found = next(
                (n for n in children.values() if _begins(n.segment.tokens, wanted[start:])), None
            )
            if found is None:
                return Match(path, start)
            path, children = (*path, found), found.children

    def add(self, after: Match, tokens: Sequence[int], payload: Payload) -> Match:
        """Save what follows a match that ends with a whole segment; the longer match."""
        parent, now = after.nodes[-1] if after.nodes else None, time.time()
        for node in after.nodes:
            self._use(node, now)
        segment = make_segment(
            parent.segment.key if parent else self._root,
            after.length,
            np.asarray(tokens, dtype=np.int32),
        )
        node = Node(segment, bool(payload.state), payload.size, now, payload)
        self._place(node)
        self._memory += payload.size
        longer = Match((*after.nodes, node), segment.end)
        self._thin(longer)
        self._shrink_memory()
        return longer

    def add_state(self, node: Node, state: bytes) -> None:
        """Give a segment that was saved without one the recurrent state at its end."""
        if node.payload is not None and not node.has_state:
            node.payload = Payload(node.payload.cells, state)
            node.size += len(state)
            self._memory += len(state)
            node.has_state, node.on_disk, node.thinned = True, False, False

    def _thin(self, conversation: Match) -> None:
        """Drop states of a conversation that has too many, the least missed first. Where others
        branch off they stay."""
        with_state = [node for node in conversation.nodes if node.has_state]
        if not with_state:
            return
        bytes_each = len(with_state[-1].payload.state) if with_state[-1].payload else 0
        most = max(LEAST_STATES, self._budget.disk // STATES_SHARE // max(1, bytes_each))
        while len(with_state) > most:
            loose = [node for node in with_state[:-1] if len(node.children) < 2]
            loose.append(with_state[-1])
            place = least_missed([node.segment.end for node in loose])
            if place is None:
                return
            self._drop_state(loose[place])
            with_state.remove(loose[place])

    def _drop_state(self, node: Node) -> None:
        node.has_state = False
        node.thinned = node.on_disk
        if node.payload is not None:
            self._memory -= len(node.payload.state)
            node.payload = Payload(node.payload.cells)
            node.size = node.size if node.on_disk else node.payload.size

    def _thin_file(self) -> bool:
        """Write one file again without its state; False when there is none to be done."""
        node = next((node for node in self._nodes.values() if node.thinned), None)
        if node is None or self._folder is None:
            return False
        node.thinned = False
        path = segment_path(self._folder, node.segment.key)
        payload = node.payload or read_payload(path, node.segment.key)
        if payload is None:
            self._forget(node)
        else:
            self._write(node, Payload(payload.cells))
        return True

    def write_next(self) -> bool:
        """Put one segment on disk that is only in memory, parents first, or take a state from one
        that has too many; False when all is done, or the disk refuses."""
        unwritten = [
            node
            for node in self._nodes.values()
            if node.payload is not None and not node.on_disk and not node.trimmed
        ]
        if self._folder is None or self._disk_fails:
            return False
        if not unwritten:
            return self._thin_file()
        self._write(min(unwritten, key=lambda node: node.segment.start))
        self._shrink_disk()
        return True

    def leave_memory(self) -> None:
        """Keep in memory only what is not on disk."""
        for node in self._nodes.values():
            if node.on_disk:
                self._drop_payload(node)

    def forget(self, tokens: Sequence[int], shared: int = 0) -> None:
        """Drop every segment that goes along with a conversation for more than its first `shared`
        tokens, on disk too: its own, and what branched off from it."""
        wanted = np.asarray(tokens, dtype=np.int32)
        reached = list(self._tops.values())
        while reached:
            node = reached.pop()
            segment = node.segment
            agreed = segment.start + _count_common(segment.tokens, wanted[segment.start :])
            if agreed > shared:
                self._forget(node)
            elif agreed == segment.end:
                reached += node.children.values()

    def clear(self) -> None:
        """Forget everything, on disk too."""
        for node in list(self._tops.values()):
            self._forget(node)
        # There may be room again.
        self._disk_fails = False

    def _scan(self) -> None:
        """Find what is on disk; damaged files and those whose parent is gone are deleted."""
        if self._folder is None or not self._folder.is_dir():
            return
        sweep_parts(self._folder.parent)
        stored: list[StoredSegment] = []
        for path in self._folder.glob(f"*{SUFFIX}"):
            found = read_header(path)
            if found is None:
                delete_file(path)
            else:
                stored.append(found)
        for one in sorted(stored, key=lambda one: one.segment.start):
            node = Node(one.segment, one.has_state, one.size, one.used, on_disk=True)
            if not self._place(node):
                delete_file(one.path)

    def _place(self, node: Node) -> bool:
        """Hang a node below its parent; False when that is not there."""
        segment = node.segment
        if segment.parent == self._root and segment.start == 0:
            self._tops[segment.key] = node
        else:
            parent = self._nodes.get(segment.parent)
            if parent is None or parent.segment.end != segment.start:
                return False
            parent.children[segment.key] = node
        self._nodes[segment.key] = node
        return True

    def _forget(self, node: Node) -> None:
        """Drop a node and all that follows it."""
        parent = self._nodes.get(node.segment.parent)
        if parent is not None:
            parent.children.pop(node.segment.key, None)
        dropped = [node]
        for one in dropped:
            dropped += one.children.values()
        for one in reversed(dropped):
            self._drop_payload(one)
            self._nodes.pop(one.segment.key, None)
            self._tops.pop(one.segment.key, None)
            if self._folder:
                delete_file(segment_path(self._folder, one.segment.key))

    def _drop_payload(self, node: Node) -> None:
        if node.payload is not None:
            self._memory -= node.payload.size
            node.payload = None

    def _write(self, node: Node, payload: Payload | None = None) -> None:
        payload = payload or node.payload
        if self._folder is None or self._disk_fails or payload is None:
            return
        try:
            if self._about is not None:
                write_about(self._folder, self._about)
            stored = write_segment(self._folder, node.segment, payload)
        except OSError as error:
            self._disk_fails = True
            self._report(f"saved states cannot be written to {self._folder}: {error.strerror}")
            return
        note_use(stored.path, node.used, node.segment.start)
        node.on_disk, node.thinned, node.size = True, False, stored.size

    def _shrink_memory(self) -> None:
        """Move what was not used for longest out of memory: to disk, or away."""
        held = sorted(
            (node for node in self._nodes.values() if node.payload is not None),
            key=lambda node: (node.used, -node.segment.start),
        )
        for node in held:
            if self._memory <= self._budget.memory:
                return
            if not node.on_disk:
                self._write(node)
            if node.on_disk:
                self._drop_payload(node)
            elif node.segment.key in self._nodes:
                self._forget(node)
        self._shrink_disk()

    def _shrink_disk(self) -> None:
        """Delete the files that were not used for longest, of whatever model, leaves first."""
        if self._all is None:
            return
        library = self._about.library if self._about else ""
        for path in trim_folder(self._all, self._budget.disk, library):
            node = self._nodes.get(path.stem)
            if node is not None and self._folder == path.parent:
                node.on_disk, node.trimmed = False, True
                if node.payload is None:
                    self._forget(node)


def _begins(part: Tokens, whole: Tokens) -> bool:
    return len(part) <= len(whole) and bool(np.array_equal(part, whole[: len(part)]))


def _count_common(left: Tokens, right: Tokens) -> int:
    """How many leading tokens are the same."""
    shorter = min(len(left), len(right))
    differing = np.flatnonzero(left[:shorter] != right[:shorter])
    return int(differing[0]) if differing.size else shorter
