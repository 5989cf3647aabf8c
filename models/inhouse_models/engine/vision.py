"""The part of a model that sees: a projector file turns images into rows a context can read.

llama.cpp's library for it, mtmd: https://github.com/ggml-org/llama.cpp/tree/master/tools/mtmd.
"""

import ctypes
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inhouse_models.engine.batch import Rows
from inhouse_models.engine.binding import library, share_log
from inhouse_models.engine.context import Context, DecodeError
from inhouse_models.engine.picture import Picture, PictureFault
from inhouse_models.engine.places import MOST_ADVANCE, image_ids
from inhouse_models.engine.weights import LoadError, Weights

Embedding = NDArray[np.float32]
FINGERPRINT_BYTES = 16 * 1024 * 1024
# What an image was turned into is kept for conversations whose state was not.
MOST_KEPT_BYTES = 256 * 1024**2
CLOSED = "Images cannot be looked at while the engine's memory is released. Send it again then."


@cache
def vision_library() -> Any:
    """The ctypes functions of mtmd; raises LoadError where the wheel was built without."""
    library()
    try:
        import llama_cpp.mtmd_cpp as mtmd
    except (ImportError, OSError, RuntimeError) as error:
        raise LoadError(f"This build of llama-cpp-python cannot read images: {error}.") from error
    # Not all of its functions have types.
    functions: Any = mtmd
    share_log(functions.mtmd_helper_log_set)
    return functions


class Vision:
    """A projector in memory, for one model. `look_at` may be called on any thread, all else only
    on the engine's. It may be closed and opened again."""

    def __init__(self, path: Path, weights: Weights, threads: int, *, gpu: bool) -> None:
        self._path, self._threads, self._gpu = path, threads, gpu
        # Held while an image is looked at, which another thread must not free meanwhile.
        self._looking = threading.Lock()
        self._pointer: Any = None
        self._width = 0
        self.open(weights)
        with path.open("rb") as file:
            head = file.read(FINGERPRINT_BYTES)
        self._fingerprint = hashlib.sha256(head + str(path.stat().st_size).encode()).hexdigest()
        self._kept: OrderedDict[str, tuple[Embedding, ...]] = OrderedDict()

    def open(self, weights: Weights) -> None:
        """Load it, for a loaded model; raises LoadError."""
        functions = vision_library()
        params = functions.mtmd_context_params_default()
        params.use_gpu = self._gpu
        params.n_threads = self._threads
        params.print_timings = False
        params.warmup = False
        # Without a warm-up it is not found out whether it pays.
        params.flash_attn_type = 1 if self._gpu else 0
        self._width = int(library().llama_model_n_embd_inp(weights.pointer))
        self._pointer = functions.mtmd_init_from_file(
            str(self._path).encode(), weights.pointer, params
        )
        if not self._pointer or not functions.mtmd_support_vision(self._pointer):
            self.close()
            raise LoadError(
                f"The projector {self._path} cannot be used with {weights.path}: it is damaged, or"
                " belongs to another model. `inhouse engine log` says more."
            )

    def look_at(self, data: bytes) -> Picture | PictureFault:
        """The ids of an image file; its pixels are decoded, the projector is not run."""
        with self._looking:
            return self._look_at(data) if self._pointer else PictureFault(CLOSED)

    def _look_at(self, data: bytes) -> Picture | PictureFault:
        name = hashlib.sha256(self._fingerprint.encode() + data).hexdigest()
        functions = vision_library()
        parts: list[tuple[int, ...]] = []
        with self._chunks(data) as chunks:
            if not chunks:
                return PictureFault("The image is damaged, or not a PNG, JPEG, GIF or BMP file.")
            for number, chunk in enumerate(chunks):
                count = int(functions.mtmd_input_chunk_get_n_tokens(chunk))
                if functions.mtmd_input_chunk_get_type(chunk) == 0:
                    size = ctypes.c_size_t()
                    ids = functions.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(size))
                    parts.append(tuple(ids[: size.value]))
                    continue
                advance = int(functions.mtmd_input_chunk_get_n_pos(chunk))
                if not 0 < advance <= MOST_ADVANCE:
                    return PictureFault("The image is too large for this model.")
                parts.append(image_ids(f"{name} {number}", count, advance))
        return Picture(name, data, tuple(part for part in parts if part))

    def read(self, context: Context, pictures: Sequence[Picture], rows: Rows) -> None:
        """Append the image of these rows, one of the pictures, to its sequence; raises
        DecodeError."""
        wanted, start = tuple(rows.tokens), rows.start or 0
        found = next((one for one in pictures if wanted in one.images), None)
        if found is None:
            raise DecodeError("the image of a conversation is missing")
        functions = vision_library()
        embedding = self._encode(found)[found.images.index(wanted)]
        with self._chunks(found.data) as chunks:
            images = [one for one in chunks if functions.mtmd_input_chunk_get_type(one) != 0]
            after = ctypes.c_int32(start)
            status = functions.mtmd_helper_decode_image_chunk(
                self._pointer,
                context.pointer,
                images[found.images.index(wanted)],
                embedding.ctypes.data_as(ctypes.POINTER(ctypes.c_float)),
                start,
                rows.sequence,
                context.options.batch,
                ctypes.byref(after),
                functions.mtmd_helper_post_decode_callback(),
                None,
            )
        if status != 0:
            raise DecodeError(f"reading an image returned {status}")

    def _encode(self, picture: Picture) -> tuple[Embedding, ...]:
        """The rows of every image of a picture, shape (tokens, width of the model)."""
        kept = self._kept.get(picture.name)
        if kept is not None:
            self._kept.move_to_end(picture.name)
            return kept
        functions = vision_library()
        made: list[Embedding] = []
        with self._chunks(picture.data) as chunks:
            for chunk in chunks:
                if functions.mtmd_input_chunk_get_type(chunk) == 0:
                    continue
                if functions.mtmd_encode_chunk(self._pointer, chunk) != 0:
                    raise DecodeError("the projector could not read the image")
                shape = (int(functions.mtmd_input_chunk_get_n_tokens(chunk)), self._width)
                rows: Any = functions.mtmd_get_output_embd(self._pointer)
                made.append(np.ctypeslib.as_array(rows, shape).copy())
        self._kept[picture.name] = tuple(made)
        while len(self._kept) > 1 and self._kept_bytes > MOST_KEPT_BYTES:
            self._kept.popitem(last=False)
        return tuple(made)

    @property
    def _kept_bytes(self) -> int:
        return sum(rows.nbytes for kept in self._kept.values() for rows in kept)

    @contextmanager
    def _chunks(self, data: bytes) -> Generator[list[Any]]:
        """The pieces of a prompt that is nothing but this image; none when it is unreadable."""
        functions = vision_library()
        buffer = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
        options = functions.mtmd_helper_init_opt_default()
        # What it does not know it would give to a program on the PATH; nothing lies in this one.
        options.video_params.ffmpeg_bin_dir = b"/dev/null"
        bitmap = functions.mtmd_helper_bitmap_init_from_buf(
            self._pointer, buffer, len(data), False, options
        )
        chunks = functions.mtmd_input_chunks_init()
        try:
            yield self._cut(bitmap, chunks) if bitmap else []
        finally:
            functions.mtmd_input_chunks_free(chunks)
            if bitmap:
                functions.mtmd_bitmap_free(bitmap)

    def _cut(self, bitmap: Any, chunks: Any) -> list[Any]:
        functions = vision_library()
        marker = functions.mtmd_default_marker()
        text = functions.mtmd_input_text(marker, len(marker), False, True)
        bitmaps = (ctypes.c_void_p * 1)(bitmap)
        if functions.mtmd_tokenize(self._pointer, chunks, ctypes.byref(text), bitmaps, 1) != 0:
            return []
        count = functions.mtmd_input_chunks_size(chunks)
        return [functions.mtmd_input_chunks_get(chunks, number) for number in range(count)]

    def close(self) -> None:
        """Free the memory, before the model's."""
        with self._looking:
            if self._pointer:
                vision_library().mtmd_free(self._pointer)
                self._pointer = None
