"""Going back to before a prompt: conversation, files, both; and what stands against it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from inhouse.build import Built, Resume, Wish, build
from inhouse.live.rewinding import (
    Overrule,
    Problem,
    RewindPoint,
    Rewound,
    rewind,
    rewind_points,
)
from inhouse.live.undoing import BUSY, move_turns
from inhouse.settings import Settings
from inhouse_agent.events import Noticed
from inhouse_agent.kit import deny_asks
from inhouse_agent.loop import run_turn
from inhouse_agent.session import Session
from inhouse_agent.undo import store_of
from inhouse_models.chat import ModelClient
from inhouse_models.scripted import Answer, ScriptedModel, call, say
from inhouse_models.transfer import ignore_progress
from inhouse_tools.undo import Recorder

SETTINGS = Settings(sandbox="off")


@dataclass
class Live:
    """An open session as rewinding sees it."""

    wish: Wish | None
    built: Built | None
    state: str = "ready"

    @property
    def session(self) -> Session:
        assert self.built is not None
        return self.built.session

    def turn(self, prompt: str) -> None:
        assert self.built is not None
        asyncio.run(run_turn(self.built.kit, self.built.history, prompt))

    def point(self, prompt: str) -> RewindPoint:
        (found,) = [one for one in rewind_points(self.session) if one.prompt == prompt]
        return found

    def rewind(
        self,
        prompt: str,
        *,
        code: bool = True,
        conversation: bool = True,
        overrule: Overrule | None = None,
    ) -> Rewound | Problem:
        point = self.point(prompt)
        return asyncio.run(
            rewind(
                self,
                point,
                code=code,
                conversation=conversation,
                overrule=overrule or Overrule(),
            )
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    (made / "a.txt").write_text("one\n")
    return made


def opened(folder: Path, *answers: Answer, resume: Resume | None = None) -> Live:
    async def connect(settings: Settings, progress: object) -> ModelClient:
        return ScriptedModel(answers)

    wish = Wish(folder, SETTINGS, "yolo", resume=resume or Resume())
    made = asyncio.run(build(wish, lambda _event: None, ignore_progress, deny_asks, connect))
    assert isinstance(made, Built), made
    return Live(wish, made)


def two_turns(folder: Path) -> Live:
    """`a.txt` was written by the first turn, `b.txt` by the second."""
    live = opened(
        folder,
        call("read", file_path="a.txt"),
        call("write", file_path="a.txt", content="two\n"),
        say("A is two."),
        call("write", file_path="b.txt", content="b\n"),
        say("B is there."),
        say("Again."),
    )
    live.turn("Change a.")
    live.turn("Add b.")
    return live


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def test_the_points_of_a_branch(folder: Path) -> None:
    live = two_turns(folder)
    points = rewind_points(live.session)
    assert [(one.prompt, one.files) for one in points] == [
        ("Change a.", ("a.txt",)),
        ("Add b.", ("b.txt",)),
    ]
    assert points[0].at < points[1].at


def test_code_and_conversation(folder: Path) -> None:
    live = two_turns(folder)
    assert live.built is not None
    before = list(live.built.history)
    assert live.rewind("Add b.") == Rewound("Add b.", ("Took back “Add b.”: removed b.txt",))
    assert texts(folder) == {"a.txt": "two\n"}
    assert live.built.history == before[: len(live.built.history)]
    assert live.built.history[-1].text == "A is two."
    assert live.built.kit.memory.prompts == ["Change a."]
    assert set(live.built.kit.workspace.seen) == {"a.txt"}
    assert live.rewind("Change a.") == Rewound(
        "Change a.", ("Took back “Change a.”: restored a.txt",)
    )
    assert texts(folder) == {"a.txt": "one\n"}
    assert live.built.history == []
    assert live.built.kit.workspace.seen == {}


def test_both_turns_at_once_and_on_again(folder: Path) -> None:
    live = two_turns(folder)
    done = live.rewind("Change a.")
    assert isinstance(done, Rewound)
    assert len(done.lines) == 2
    assert texts(folder) == {"a.txt": "one\n"}
    live.turn("Something else.")
    assert [one.prompt for one in rewind_points(live.session)] == ["Something else."]
    assert live.built is not None
    assert live.built.history[-1].text == "Again."


def test_conversation_only(folder: Path) -> None:
    live = two_turns(folder)
    assert live.rewind("Change a.", code=False) == Rewound("Change a.")
    assert texts(folder) == {"a.txt": "two\n", "b.txt": "b\n"}
    assert live.built is not None
    assert live.built.history == []


def test_code_only_and_the_model_hears_of_it(folder: Path) -> None:
    live = two_turns(folder)
    assert live.built is not None
    before = list(live.built.history)
    done = live.rewind("Change a.", conversation=False)
    assert isinstance(done, Rewound)
    assert done.prompt == ""
    assert texts(folder) == {"a.txt": "one\n"}
    assert live.built.history == before
    (told,) = live.built.kit.inbox
    assert "taken back what you changed: b.txt, a.txt" in told


def test_a_rewound_session_is_still_rewound_when_it_is_opened_again(folder: Path) -> None:
    live = two_turns(folder)
    live.rewind("Add b.")
    live.session.close()
    again = opened(folder, resume=Resume(id=live.session.id))
    assert [one.prompt for one in rewind_points(again.session)] == ["Change a."]
    texts = [event.text for event in again.session.events() if isinstance(event, Noticed)]
    assert any("Went back to before “Add b.”" in text for text in texts)
    assert again.built is not None
    assert again.built.history[-1].text == "A is two."


def test_what_was_changed_since_is_never_lost(folder: Path) -> None:
    live = two_turns(folder)
    (folder / "a.txt").write_text("mine\n")
    stopped = live.rewind("Change a.")
    assert isinstance(stopped, Problem)
    assert stopped.kind == "conflict"
    assert "a.txt (changed since then)" in stopped.text
    assert texts(folder) == {"a.txt": "mine\n", "b.txt": "b\n"}
    assert len(rewind_points(live.session)) == 2
    done = live.rewind("Change a.", overrule=Overrule(force=True))
    assert isinstance(done, Rewound)
    assert texts(folder) == {"a.txt": "one\n"}
    asyncio.run(move_turns(live, "redo", 2))
    assert texts(folder) == {"a.txt": "mine\n", "b.txt": "b\n"}


def elsewhere(folder: Path, session: str, prompt: str) -> None:
    """A turn of another session, which makes c.txt."""
    recorder = Recorder(store_of(folder), session=session)
    recorder.begin(prompt)
    recorder.open([folder.resolve() / "c.txt"])
    (folder / "c.txt").write_text("c\n")
    recorder.close()
    recorder.end()


def test_undo_leaves_the_turns_of_other_sessions(folder: Path) -> None:
    live = two_turns(folder)
    elsewhere(folder, "another", "Add b.")
    undone = asyncio.run(move_turns(live, "undo", 9))
    assert undone.moved == 2
    assert texts(folder) == {"a.txt": "one\n", "c.txt": "c\n"}
    assert "Those of other sessions stay" in asyncio.run(move_turns(live, "undo")).stopped
    assert asyncio.run(move_turns(live, "redo", 2)).moved == 2
    stopped = live.rewind("Change a.")
    assert isinstance(stopped, Problem)
    assert stopped.kind == "others", "the same prompt makes it no turn of this session"


def test_turns_of_another_session_are_asked_about(folder: Path) -> None:
    live = two_turns(folder)
    elsewhere(folder, "", "Elsewhere")
    stopped = live.rewind("Add b.")
    assert isinstance(stopped, Problem)
    assert stopped.kind == "others"
    assert "“Elsewhere”" in stopped.text
    assert len(texts(folder)) == 3
    done = live.rewind("Add b.", overrule=Overrule(others=True))
    assert isinstance(done, Rewound)
    assert texts(folder) == {"a.txt": "two\n"}


def test_turns_taken_back_already_are_no_matter(folder: Path) -> None:
    live = two_turns(folder)
    asyncio.run(move_turns(live, "undo", 2))
    assert live.rewind("Change a.") == Rewound("Change a.", ("No file had to be changed.",))


def test_not_while_a_turn_runs(folder: Path) -> None:
    live = two_turns(folder)
    live.state = "busy"
    assert live.rewind("Add b.") == Problem("stuck", BUSY)
    assert asyncio.run(move_turns(live, "undo")).stopped == BUSY
    live.built = live.wish = None
    assert asyncio.run(move_turns(live, "undo")).stopped


def test_undo_and_redo_say_what_they_did(folder: Path) -> None:
    live = two_turns(folder)
    undone = asyncio.run(move_turns(live, "undo"))
    assert undone.lines == ("Took back “Add b.”: removed b.txt",)
    assert undone.files == ("b.txt",)
    redone = asyncio.run(move_turns(live, "redo"))
    assert redone.lines == ("Did again “Add b.”: restored b.txt",)
    nothing = asyncio.run(move_turns(live, "redo"))
    assert nothing.lines == ()
    assert "no turn that could be done again" in nothing.stopped
    (folder / "b.txt").write_text("mine\n")
    conflict = asyncio.run(move_turns(live, "undo"))
    assert conflict.forceable
    assert asyncio.run(move_turns(live, "undo", force=True)).stopped == ""
