"""A loaded GGUF: its vocabulary, its template and what its token ids mean."""

import ctypes
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from inhouse_models.engine.binding import library
from inhouse_models.gguf import GgufFault, read_header

HEADER_BYTES = 16 * 1024 * 1024
SAMPLES, SAMPLE_BYTES = 64, 64 * 1024
# M-RoPE and its interleaved form, numbers of enum llama_rope_type.
SPATIAL_ROPES = (8, 40)


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
    def user_literals(self) -> tuple[str, ...]:
        """Spellings that llama.cpp turns into one id even in plain text; longest first."""
        texts = {self.pieces[i].decode("utf-8", "replace") for i in self.user_defined}
        return tuple(sorted((t for t in texts if t.strip()), key=lambda t: (-len(t), t)))


class Weights:
    """One model in memory, shared by its contexts. Not thread-safe; the engine thread owns it.

    With `load_mtp` also the layers that predict further tokens, where the file has them.
    """

    def __init__(
        self, path: Path, gpu_layers: int = -1, *, repack: bool = True, load_mtp: bool = False
    ) -> None:
        self.path = path
        lib = library()
        params = lib.llama_model_default_params()
        params.n_gpu_layers = self.gpu_layers = gpu_layers
        params.use_extra_bufts = repack
        params.load_mtp = load_mtp
        self.pointer: Any = lib.llama_model_load_from_file(str(path).encode(), params)
        self._predicts = load_mtp
        if not self.pointer:
            raise LoadError(_explain(path))
        self.vocab: Any = lib.llama_model_get_vocab(self.pointer)

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
        count = library().llama_tokenize(self.vocab, data, len(data), buffer, room, False, special)
        if count < 0:
            raise RuntimeError(f"llama_tokenize needs {-count} tokens for {len(data)} bytes")
        return list(buffer[:count])

    def metadata(self, key: str) -> str | None:
        """A string or number of the file's header as text, or None."""
        lib = library()
        probe = ctypes.create_string_buffer(1)
        length = lib.llama_model_meta_val_str(self.pointer, key.encode(), probe, 1)
        if length < 0:
            return None
        buffer = ctypes.create_string_buffer(length + 1)
        lib.llama_model_meta_val_str(self.pointer, key.encode(), buffer, length + 1)
        return buffer.value.decode("utf-8", "replace")

    @property
    def template(self) -> str | None:
        """The chat template that the publisher put into the file."""
        return self.metadata("tokenizer.chat_template")

    @property
    def trained_context(self) -> int:
        """Longest context the model was trained for, in tokens."""
        return int(library().llama_model_n_ctx_train(self.pointer))

    @property
    def parameter_count(self) -> int:
        """Number of weights."""
        return int(library().llama_model_n_params(self.pointer))

    @property
    def recurrent(self) -> bool:
        """Whether some layers keep a running state that cannot be cut at any token."""
        lib = library()
        return bool(
            lib.llama_model_is_hybrid(self.pointer) or lib.llama_model_is_recurrent(self.pointer)
        )

    @property
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
        size = self.path.stat().st_size
        digest = hashlib.sha256(str(size).encode())
        with self.path.open("rb") as file:
            digest.update(file.read(HEADER_BYTES))
            for sample in range(SAMPLES):
                file.seek(size * sample // SAMPLES)
                digest.update(file.read(SAMPLE_BYTES))
        return digest.hexdigest()[:16]

    def close(self) -> None:
        """Free the memory; contexts must be closed before."""
        if self.pointer:
            library().llama_model_free(self.pointer)
            self.pointer = None


def _explain(path: Path) -> str:
    """Why llama.cpp does not load a file, as far as its header says."""
    header = read_header(path)
    if isinstance(header, GgufFault):
        return f"{header.text}."
    return (
        f"llama.cpp cannot load {path}: it is damaged, or its architecture is newer"
        " than this version. `inhouse models info` checks it; see `inhouse engine log`."
    )
