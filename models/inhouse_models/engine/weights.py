"""A loaded GGUF: its vocabulary, its template and what its token ids mean."""

import ctypes
import hashlib
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from inhouse_models.engine.binding import library
from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.parts import files_of
from inhouse_models.speed.choices import LoadMode

HEADER_BYTES = 16 * 1024 * 1024
SAMPLES, SAMPLE_BYTES = 64, 64 * 1024
# M-RoPE and its interleaved form, numbers of enum llama_rope_type.
SPATIAL_ROPES = (8, 40)
# Numbers of enum llama_load_mode.
LOAD_MODES: dict[LoadMode, int] = {"read": 0, "mmap": 1, "mlock": 3}
NO_ROOM = (
    "There is not enough memory for {} now. End what has taken it and ask again; `inhouse engine"
    " stop` lets the next prompt plan anew with what is free."
)
# What only a whole model knows of itself.
FACTS = (
    "fingerprint",
    "parameter_count",
    "recurrent",
    "spatial",
    "template",
    "trained_context",
    "vocabulary",
)


class LoadError(Exception):
    """A model file that llama.cpp refuses; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokens of a model. `pieces[i]` are the bytes of token i; control tokens spell as text."""

    pieces: tuple[bytes, ...]
    control: frozenset[int]
    user_defined: frozenset[int]
    ends: frozenset[int]
    end_of_turn: int

    def find(self, text: str) -> int | None:
        """The id of the control or user-defined token that is spelled so."""
        wanted = text.encode()
        matches = (i for i in self.control | self.user_defined if self.pieces[i] == wanted)
        return next(matches, None)

    @property
    def special_literals(self) -> tuple[str, ...]:
        """Spellings of all control and user-defined tokens, in the order of their characters."""
        special = self.control | self.user_defined
        texts = {self.pieces[i].decode("utf-8", "replace") for i in special}
        return tuple(sorted(text for text in texts if text.strip()))

    @property
    def user_literals(self) -> tuple[str, ...]:
        """Spellings that llama.cpp turns into one id even in plain text; longest first."""
        texts = {self.pieces[i].decode("utf-8", "replace") for i in self.user_defined}
        return tuple(sorted((t for t in texts if t.strip()), key=lambda t: (-len(t), t)))


@dataclass(frozen=True, slots=True)
class Placing:
    """How a file comes into memory, and which share of it each card gets; llama.cpp decides on what
    is left open."""

    load_mode: LoadMode | None = None
    split: tuple[float, ...] = ()


AUTOMATIC = Placing()


class Weights:
    """One model in memory, shared by its contexts. The engine thread owns it; other threads may
    tokenise and read what the file says of itself.

    With `load_mtp` also the layers that predict further tokens, where the file has them. While
    `released` only the vocabulary is in memory, and `pointer` is None.
    """

    def __init__(
        self,
        path: Path,
        gpu_layers: int = -1,
        *,
        repack: bool = True,
        load_mtp: bool = False,
        placing: Placing = AUTOMATIC,
    ) -> None:
        self.path = path
        self.gpu_layers = gpu_layers
        self._repack = repack
        self._predicts = load_mtp
        self._placing = placing
        # Held while the vocabulary is read, which another thread must not free meanwhile.
        self._reading = threading.RLock()
        self._vocabulary_alone: Any = None
        self._vocabulary_moved = False
        self.pointer: Any = self._load()
        self.vocab: Any = library().llama_model_get_vocab(self.pointer)

    def _load(self, *, vocabulary_alone: bool = False) -> Any:
        lib = library()
        params = lib.llama_model_default_params()
        params.n_gpu_layers = self.gpu_layers
        params.use_extra_bufts = self._repack
        params.load_mtp = self._predicts
        params.vocab_only = vocabulary_alone
        placing = self._placing
        if placing.load_mode is not None and not vocabulary_alone:
            params.load_mode = LOAD_MODES[placing.load_mode]
        if placing.split:
            count = max(lib.llama_max_devices(), len(placing.split))
            params.tensor_split = (ctypes.c_float * count)(*placing.split)
        pointer: Any = lib.llama_model_load_from_file(str(self.path).encode(), params)
        if not pointer:
            raise LoadError(_explain(self.path))
        return pointer

    @property
    def released(self) -> bool:
        """Whether the numbers are out of memory."""
        return self.pointer is None

    def prepare_release(self) -> None:
        """Load the vocabulary by itself, where it stays, so that it moves only once; raises
        LoadError. Nothing may use it meanwhile but what holds it steady."""
        if self._vocabulary_alone is not None:
            return
        # What a model without its numbers does not know.
        for name in FACTS:
            getattr(self, name)
        self._vocabulary_alone = self._load(vocabulary_alone=True)

    def release(self) -> None:
        """Free everything but the vocabulary, after `prepare_release`; contexts must be closed."""
        with self._reading:
            if not self._vocabulary_moved:
                self.vocab = library().llama_model_get_vocab(self._vocabulary_alone)
                self._vocabulary_moved = True
            library().llama_model_free(self.pointer)
            self.pointer = None

    def restore(self) -> None:
        """Load the numbers again; raises LoadError when the file is gone, or another one now."""
        if not self.path.is_file():
            raise LoadError(f"There is no model file at {self.path} any more.")
        if self._fingerprint() != self.fingerprint:
            raise LoadError(
                f"{self.path} was changed while its memory was released. To go on with the new"
                " file: inhouse engine stop, and ask again."
            )
        try:
            self.pointer = self._load()
        except LoadError:
            # The file is what it was, so it is not the file.
            raise LoadError(NO_ROOM.format(self.path)) from None

    @contextmanager
    def steady_vocabulary(self) -> Generator[Any]:
        """The pointer to the vocabulary, which stays where it is as long as this is open."""
        with self._reading:
            yield self.vocab

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """All pieces at once: about 0.3 s for 150,000 tokens."""
        lib = library()
        size = lib.llama_vocab_n_tokens(self.vocab)
        pieces: list[bytes] = []
        control: set[int] = set()
        user_defined: set[int] = set()
        ends: set[int] = set()
        room = 64 * 1024
        buffer = ctypes.create_string_buffer(room)
        for token in range(size):
            length = lib.llama_token_to_piece(self.vocab, token, buffer, room, 0, True)
            pieces.append(buffer.raw[:length] if 0 < length < 256 else self._long_piece(token))
            attributes = lib.llama_vocab_get_attr(self.vocab, token)
            if attributes & lib.LLAMA_TOKEN_ATTR_CONTROL:
                control.add(token)
            elif attributes & lib.LLAMA_TOKEN_ATTR_USER_DEFINED:
                user_defined.add(token)
            if lib.llama_vocab_is_eog(self.vocab, token):
                ends.add(token)
        end_of_turn = lib.llama_vocab_eot(self.vocab)
        if end_of_turn < 0:
            end_of_turn = lib.llama_vocab_eos(self.vocab)
        return Vocabulary(
            tuple(pieces), frozenset(control), frozenset(user_defined), frozenset(ends), end_of_turn
        )

    def _long_piece(self, token: int) -> bytes:
        room = 64 * 1024
        buffer = ctypes.create_string_buffer(room)
        length = library().llama_token_to_piece(self.vocab, token, buffer, room, 0, True)
        return bytes(buffer.raw[: max(length, 0)])

    def tokenise(self, text: str, special: bool) -> list[int]:
        """Ids of `text`; with `special`, spellings of control tokens become those tokens."""
        data = text.encode("utf-8", "surrogatepass")
        if not data:
            return []
        room = len(data) + 8
        buffer = (ctypes.c_int32 * room)()
        with self.steady_vocabulary() as vocab:
            count = library().llama_tokenize(vocab, data, len(data), buffer, room, False, special)
        if count < 0:
            raise RuntimeError(f"llama_tokenize needs {-count} tokens for {len(data)} bytes")
        return list(buffer[:count])

    def metadata(self, key: str) -> str | None:
        """A string or number of the file's header as text, or None."""
        lib = library()
        with self._reading:
            pointer = self.pointer or self._vocabulary_alone
            probe = ctypes.create_string_buffer(1)
            length = lib.llama_model_meta_val_str(pointer, key.encode(), probe, 1)
            if length < 0:
                return None
            buffer = ctypes.create_string_buffer(length + 1)
            lib.llama_model_meta_val_str(pointer, key.encode(), buffer, length + 1)
        return buffer.value.decode("utf-8", "replace")

    @cached_property
    def template(self) -> str | None:
        """The chat template that the publisher put into the file."""
        return self.metadata("tokenizer.chat_template")

    @cached_property
    def trained_context(self) -> int:
        """Longest context the model was trained for, in tokens."""
        return int(library().llama_model_n_ctx_train(self.pointer))

    @cached_property
    def parameter_count(self) -> int:
        """Number of weights."""
        return int(library().llama_model_n_params(self.pointer))

    @cached_property
    def recurrent(self) -> bool:
        """Whether some layers keep a running state that cannot be cut at any token."""
        lib = library()
        return bool(
            lib.llama_model_is_hybrid(self.pointer) or lib.llama_model_is_recurrent(self.pointer)
        )

    @cached_property
    def spatial(self) -> bool:
        """Whether the tokens of an image share one position and differ by row and column."""
        kind = library().llama_model_rope_type(self.pointer)
        return kind in SPATIAL_ROPES

    @property
    def architecture(self) -> str:
        """What llama.cpp calls the kind of model, as `qwen35`."""
        return self.metadata("general.architecture") or ""

    @property
    def prediction_layers(self) -> int:
        """How many layers that predict further tokens are in memory."""
        key = f"{self.architecture}.nextn_predict_layers"
        return int(self.metadata(key) or 0) if self._predicts else 0

    @cached_property
    def fingerprint(self) -> str:
        """Equal only for files of equal size whose header (vocabulary, template, shapes) and
        samples of the weights are equal: trained further, a model keeps its header."""
        return self._fingerprint()

    def _fingerprint(self) -> str:
        files = [path for path in files_of(self.path) if path.is_file()]
        sizes = [path.stat().st_size for path in files]
        digest = hashlib.sha256(" ".join(map(str, sizes)).encode())
        for path, size in zip(files, sizes, strict=True):
            with path.open("rb") as file:
                digest.update(file.read(HEADER_BYTES))
                for sample in range(SAMPLES):
                    file.seek(size * sample // SAMPLES)
                    digest.update(file.read(SAMPLE_BYTES))
        return digest.hexdigest()[:16]

    def close(self) -> None:
        """Free the memory; contexts must be closed before."""
        for pointer in (self.pointer, self._vocabulary_alone):
            if pointer:
                library().llama_model_free(pointer)
        self.pointer = self._vocabulary_alone = None


def _explain(path: Path) -> str:
    """Why llama.cpp does not load a file, as far as its header says."""
    header = read_header(path)
    if isinstance(header, GgufFault):
        return f"{header.text}."
    return (
        f"llama.cpp cannot load {path}: it is damaged, or its architecture is newer"
        " than this version. `inhouse models info` checks it; see `inhouse engine log`."
    )
