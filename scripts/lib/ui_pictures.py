"""Pictures of the terminal UI for docs/pictures: the real one, led by a scripted model.

The model's words are made up; files, edits, diffs, commands and tests are real, in a copy of the
sample repository. No speed is shown, since none is measured.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tests.tui.pictures import picture_of
from tests.tui.whole_app import Stage, running

from inhouse.tui.blocks.plan import PlanBlock
from inhouse_models.chat import Finish, Part, Request, Timings, Usage
from inhouse_models.scripted import Answer, ScriptedModel, call, prompt_size, say

ROOT: Final = Path(__file__).resolve().parents[2]
SAMPLE: Final = ROOT / "scripts" / "sample"
MOST_BYTES: Final = 60_000
TASK: Final = "headline() in tidy/titles.py fails on an empty text. Fix it and run the tests."
WANTED: Final = "Let the caller of headline() choose the mark of a cut."
CHECK: Final = "python3 -m unittest -q"
BROKEN: Final = "    return shorten(words[0].upper() + words[1:], width)"
MENDED: Final = "    return shorten(words[:1].upper() + words[1:], width)"
ANSWER: Final = (
    "`headline` took the first letter of a text that may be empty. `words[:1]` is empty then, and"
    " nothing fails. All eight tests pass."
)
PLAN: Final[Mapping[str, object]] = {
    "goal": "The caller of headline chooses the mark of a cut",
    "steps": [
        {
            "intent": "Add a mark to shorten and headline",
            "files": ["tidy/words.py", "tidy/titles.py"],
            "new_files": [],
            "symbols": ["shorten", "headline"],
            "verify": CHECK,
        },
        {
            "intent": "Test another mark, and none",
            "files": ["test_tidy.py"],
            "new_files": [],
            "symbols": ["TitlesTest"],
            "verify": "",
        },
    ],
    "verify": [CHECK],
}
READ: Final = call("read", file_path="tidy/titles.py")
EDIT: Final = call(
    "edit", file_path="tidy/titles.py", old_string=BROKEN, new_string=MENDED, replace_all=False
)
RUN: Final = call("bash", command=CHECK)


class Actor(ScriptedModel):
    """Plays a script as an engine would count it: what it has read once, it does not read again."""

    async def stream(self, request: Request) -> AsyncIterator[Part]:
        """The next answer, without times."""
        known = prompt_size(self.requests[-1]) if self.requests else 0
        async for part in super().stream(request):
            if isinstance(part, Finish):
                usage = Usage(part.usage.input_tokens, known, part.usage.output_tokens)
                yield replace(part, usage=usage, timings=Timings())
            else:
                yield part


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: what the model answers, and what the person does before it is taken."""

    name: str
    answers: tuple[Answer, ...]
    act: Callable[[Stage], Awaitable[None]]
    mode: str = "auto-edit"
    theme: str = "ink"
    size: tuple[int, int] = (100, 32)


async def fix(stage: Stage) -> None:
    """A whole turn, with the diff unfolded as it is."""
    await stage.turn(TASK)


async def ask(stage: Stage) -> None:
    """A turn that stands still, since an edit waits for consent."""
    await stage.send(TASK)
    await stage.until(lambda: stage.app.answering.asking)
    await stage.settle()


async def plan(stage: Stage) -> None:
    """A plan was handed in, and has the keys."""
    await stage.turn(WANTED)
    await stage.until(lambda: isinstance(stage.app.focused, PlanBlock))
    await stage.settle()


SMALLER: Final = (100, 26)
FIXED: Final = (READ, EDIT, RUN, say(ANSWER))
SCENES: Final = (
    Scene("fix", FIXED, fix),
    Scene("fix-light", FIXED, fix, theme="paper"),
    Scene("question", (READ, EDIT), ask, mode="ask", size=SMALLER),
    Scene(
        "plan",
        (
            READ,
            say("`headline` calls `shorten`, which writes the mark."),
            say(json.dumps(PLAN)),
        ),
        plan,
        mode="plan",
        size=SMALLER,
    ),
)


def write_pictures(folder: Path) -> Iterator[Path]:
    """Take every picture; nothing of the person's own files is read or shown."""
    folder.mkdir(exist_ok=True)
    for scene in SCENES:
        with own_home() as home:
            text = asyncio.run(take(scene, make_folder(home)))
        path, text = folder / f"{scene.name}.svg", without_marks(text)
        known = path.read_text(encoding="utf-8") if path.exists() else ""
        if without_times(text) != without_times(known):
            path.write_text(text, encoding="utf-8")
        yield path


@contextmanager
def own_home() -> Generator[Path]:
    """An empty home with a name that says nothing of this machine."""
    kept = {name: os.environ.get(name) for name in ("HOME", "XDG_RUNTIME_DIR")}
    for name in list(os.environ):
        if name.startswith(("XDG_", "INHOUSE_")):
            del os.environ[name]
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = os.environ["XDG_RUNTIME_DIR"] = home
        try:
            yield Path(home)
        finally:
            os.environ.update({name: value for name, value in kept.items() if value})


def make_folder(home: Path) -> Path:
    """A copy of the sample repository, under git."""
    folder = home / "tidy"
    shutil.copytree(SAMPLE / "repo", folder)
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    return folder


async def take(scene: Scene, folder: Path) -> str:
    """One picture as SVG."""
    model = Actor(scene.answers)
    settings = {"sandbox": "auto", "mode": scene.mode}
    async with running(folder, model, scene.size, lambda: 100.0, **settings) as stage:
        stage.app.theme = scene.theme
        await scene.act(stage)
        await stage.pilot.pause()
        return picture_of(stage.app)


def without_marks(text: str) -> str:
    """The picture with the same names on every run: Textual numbers its styles by a hash."""
    marks = dict.fromkeys(re.findall(r"terminal-\d+", text))
    for place, mark in enumerate(marks):
        text = text.replace(mark, f"t{place}" if place else "t")
    return text


def without_times(text: str) -> str:
    """A picture without what another run changes: how long calls took, and what that moves."""
    plain = re.sub(r"(?:x|textLength|width)=\"[\d.]+\"", "", text)
    return re.sub(r"&#160;&#160;\d+\.\d&#160;s|\d+\.\d+&#160;?s|\d+\.\d+s", "", plain)
