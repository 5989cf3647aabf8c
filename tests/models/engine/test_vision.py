"""Images in prompts: read once, kept and restored like text, and never taken for one another."""

import ctypes
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny_models import Kind
from tiny_projector import write_tiny_projector

from inhouse_models.chat import ModelError
from inhouse_models.engine.batch import Rows
from inhouse_models.engine.context import Context, ContextOptions
from inhouse_models.engine.job import Ended, Job
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.picture import Picture, PictureFault
from inhouse_models.engine.places import find_images
from inhouse_models.engine.vision import Vision, vision_library
from inhouse_models.engine.weights import Weights
from inhouse_models.engine.worker import Engine

from .conftest import LoadedEngine
from .images import make_png

pytestmark = pytest.mark.model

WRITTEN = 12
OPTIONS = EngineOptions(
    Path(), context=2048, threads=1, keys="f32", values="f32", drafting="off", rollback=0
)
OPENING = "<|im_start|>user\n"
CLOSING = "<|im_end|>\n<|im_start|>assistant\n"
LONG = "What does it show, and what stands beside it? " * 8


@pytest.fixture(scope="module")
def projector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("projector") / "mmproj.gguf"
    write_tiny_projector(path)
    return path


@pytest.fixture(scope="module", params=["qwen2", "qwen35"])
def model(request: pytest.FixtureRequest, tiny_model: Callable[[Kind], Path]) -> Path:
    """One position per token, and rows and columns."""
    return tiny_model(request.param)


class Seeing(LoadedEngine):
    """An engine with a projector."""

    def picture(self, seed: int, width: int = 96, height: int = 64) -> Picture:
        assert self.engine.vision is not None
        found = self.engine.vision.look_at(make_png(width, height, seed))
        assert isinstance(found, Picture)
        return found

    def show(self, *parts: Picture | str, closing: str = CLOSING) -> tuple[int, ...]:
        ids = self.weights.tokenise(OPENING, special=True)
        for part in parts:
            text = isinstance(part, str)
            ids += self.weights.tokenise(part, special=True) if text else part.ids
        return (*ids, *self.weights.tokenise(closing, special=True))

    def answer(self, prompt: tuple[int, ...], *pictures: Picture) -> Ended:
        return self.ask(prompt, max_tokens=WRITTEN, pictures=pictures).ended


@contextmanager
def opened(model: Path, projector: Path, **options: Any) -> Generator[Seeing]:
    engine = Engine(replace(OPTIONS, path=model, projector=projector, **options))
    engine.start()
    try:
        yield Seeing(engine)
    finally:
        engine.stop()


@pytest.fixture(scope="module")
def seeing(model: Path, projector: Path) -> Iterator[Seeing]:
    with opened(model, projector) as engine:
        yield engine


@pytest.fixture(scope="module")
def cold(model: Path, projector: Path) -> Iterator[Callable[..., tuple[int, ...]]]:
    """An engine that reads everything anew."""
    with opened(model, projector, sequences=1, states_memory=0) as engine:

        def answer(prompt: tuple[int, ...], *pictures: Picture) -> tuple[int, ...]:
            engine.ask(tuple(engine.weights.tokenise("#", False)), max_tokens=1)
            ended = engine.answer(prompt, *pictures)
            assert ended.error is None
            assert ended.usage.cached_input_tokens == 0
            return ended.ids

        yield answer


def test_an_image_decides_the_text_and_is_not_read_again(
    seeing: Seeing, cold: Callable[..., tuple[int, ...]]
) -> None:
    one, other = seeing.picture(1), seeing.picture(2)
    assert one == seeing.picture(1)
    prompt = seeing.show(one, LONG)
    first = seeing.answer(prompt, one)
    assert first.error is None
    assert first.usage.cached_input_tokens == 0
    again = seeing.answer(prompt, one)
    assert again.usage.cached_input_tokens == len(prompt)
    assert again.ids == first.ids == cold(prompt, one)
    changed = seeing.show(other, LONG)
    assert seeing.answer(changed, other).ids == cold(changed, other) != first.ids


def test_a_conversation_goes_on_and_branches_behind_an_image(
    seeing: Seeing, cold: Callable[..., tuple[int, ...]]
) -> None:
    one, two = seeing.picture(3), seeing.picture(4, 64, 160)
    prompt = seeing.show("Look at this. " * 8, one, LONG)
    first = seeing.answer(prompt, one)
    more = (*prompt, *first.ids, *seeing.show(two, "And this?"))
    gone_on = seeing.answer(more, one, two)
    # The last id was written, but nothing was read behind it.
    assert gone_on.usage.cached_input_tokens >= len(prompt) + len(first.ids) - 1
    assert gone_on.ids == cold(more, one, two)
    branch = seeing.show("Look at this. " * 8, one, "Say it in one word.")
    branched = seeing.answer(branch, one)
    behind = find_images(branch)[0].end
    assert branched.usage.cached_input_tokens >= behind - 32
    assert branched.ids == cold(branch, one)
    # The same words before another image: nothing of the first one may serve.
    swapped = seeing.show("Look at this. " * 8, two, LONG)
    assert seeing.answer(swapped, two).ids == cold(swapped, two)


def test_saved_states_hold_images(model: Path, projector: Path, tmp_path: Path) -> None:
    with opened(model, projector, states=tmp_path) as engine:
        one = engine.picture(5)
        prompt = engine.show(LONG, one, LONG)
        first = engine.answer(prompt, one)
    with opened(model, projector, states=tmp_path) as engine:
        again = engine.answer(prompt, one)
        more = (*prompt, *first.ids, *engine.show("Go on."))
        assert engine.answer(more, one).usage.cached_input_tokens >= len(prompt)
    assert again.usage.cached_input_tokens > find_images(prompt)[0].end
    assert again.ids == first.ids


def test_an_image_of_more_tokens_than_a_batch(
    seeing: Seeing, cold: Callable[..., tuple[int, ...]]
) -> None:
    large = seeing.picture(6, 448, 448)
    assert max(len(image) for image in large.images) > 512
    prompt = seeing.show("Before. ", large, LONG)
    ended = seeing.answer(prompt, large)
    assert ended.ids == cold(prompt, large)
    assert seeing.answer(prompt, large).usage.cached_input_tokens == len(prompt)


def test_a_missing_image_fails_the_answer_alone(seeing: Seeing) -> None:
    unknown = seeing.picture(7)
    ended = seeing.answer(seeing.show(unknown, LONG))
    assert ended.error is not None
    assert "image" in ended.error.text
    prompt = seeing.chat("Still there?")
    assert seeing.answer(prompt).error is None


def test_cancelled_while_an_image_waits(seeing: Seeing) -> None:
    picture = seeing.picture(8)
    prompt = seeing.show(LONG * 3, picture, LONG)
    cancelled = seeing.run(
        lambda emit: Job(prompt, emit, pictures=(picture,)), lambda job, _step: job.cancel()
    )
    assert cancelled.ended.reason == "cancelled"
    assert seeing.answer(prompt, picture).error is None


def test_the_same_numbers_as_mtmd_itself(model: Path, projector: Path) -> None:
    """Text, image and text at the positions of llama.cpp's own helper."""
    weights = Weights(model)
    context = Context(weights, ContextOptions(cells=512, threads=1, keys="f32", values="f32"))
    vision = Vision(projector, weights, 1, gpu=False)
    data = make_png(96, 64, 9)
    picture = vision.look_at(data)
    assert isinstance(picture, Picture)
    before = weights.tokenise(OPENING, special=True)
    after = weights.tokenise("What is it?" + CLOSING, special=True)
    start = len(before)
    context.decode([Rows(0, before)])
    for part in picture.parts:
        rows = Rows(0, part, 0, start=start)
        if part[0] < 0:
            vision.read(context, [picture], rows)
            start += find_images(part)[0].advance
        else:
            context.decode([Rows(0, part, 1, start=start)])
            start += len(part)
    context.decode([Rows(0, after, start=start)])
    ours = context.logits().copy()
    context.clear(0)
    expected = _evaluate(vision, context, data, f"{OPENING}<__media__>What is it?{CLOSING}")
    assert context.length(0) == start + len(after) == expected
    assert abs(context.logits() - ours).max() < 1e-4
    vision.close()
    context.close()
    weights.close()


def _evaluate(vision: Vision, context: Context, data: bytes, text: str) -> int:
    """The whole prompt by mtmd's helper, the last logits too; the position behind it."""
    mtmd: Any = vision_library()
    pointer: Any = vars(vision)["_pointer"]
    buffer = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
    bitmap = mtmd.mtmd_helper_bitmap_init_from_buf(pointer, buffer, len(data), False)
    chunks = mtmd.mtmd_input_chunks_init()
    spelled = mtmd.mtmd_input_text(text.encode(), len(text.encode()), False, True)
    bitmaps = (ctypes.c_void_p * 1)(bitmap)
    assert mtmd.mtmd_tokenize(pointer, chunks, ctypes.byref(spelled), bitmaps, 1) == 0
    behind = ctypes.c_int32()
    status = mtmd.mtmd_helper_eval_chunks(
        pointer, context.pointer, chunks, 0, 0, 512, True, ctypes.byref(behind)
    )
    assert status == 0
    mtmd.mtmd_input_chunks_free(chunks)
    mtmd.mtmd_bitmap_free(bitmap)
    return behind.value


def test_what_is_no_image_is_said_and_given_to_no_program(
    seeing: Seeing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seeing.engine.vision is not None
    called = tmp_path / "called"
    for name in ("ffprobe", "ffmpeg"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\ntouch {called}\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    whole = make_png(96, 64, 1)
    for data in (b"nothing", whole[:60], b"RIFF    WEBPVP8 " * 4, b"ID3" + bytes(64)):
        found = seeing.engine.vision.look_at(data)
        assert isinstance(found, PictureFault)
        assert "damaged" in found.text
    assert not called.exists()


def refused(model: Path, projector: Path) -> str:
    engine = Engine(replace(OPTIONS, path=model, projector=projector))
    engine.start()
    loaded = engine.loaded.result(timeout=60)
    engine.stop()
    assert isinstance(loaded, ModelError), loaded
    assert loaded.kind == "load"
    assert "\n" not in loaded.text
    return loaded.text


def test_a_projector_that_cannot_be_used_is_refused(
    model: Path, projector: Path, small_model: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.gguf"
    whole = projector.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    assert "cut short" in refused(model, damaged)
    damaged.write_bytes(whole.replace(b"mm.2.weight", b"mm.9.weight"))
    assert str(damaged) in refused(model, damaged)
    assert "missing.gguf" in refused(model, tmp_path / "missing.gguf")
    assert "not a projector" in refused(model, model)
    assert "another model" in refused(small_model, projector)
