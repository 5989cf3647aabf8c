"""A session that a person leads: turns, what waits, what steers, and other models."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from inhouse.build import Built, Resume, Wish
from inhouse.live.live_session import Hearing, LiveSession
from inhouse.settings import Settings
from inhouse_agent.events import Asked, Event, MessageAdded, ToolEnded, TurnEnded, TurnStarted
from inhouse_agent.rules import Rule
from inhouse_agent.session import list_sessions
from inhouse_models.chat import Message, ModelClient, ModelError, ModelInfo, Request
from inhouse_models.scripted import INFO, ScriptedModel, SlowModel, call, say

WRITE = call("write", file_path="new.txt", content="hello\n")


@dataclass
class Stage:
    """A live session over scripted models, and everything that it told."""

    root: Path
    models: dict[str, ModelClient]
    events: list[Event] = field(default_factory=list[Event])
    opened: list[Built] = field(default_factory=list[Built])
    crashes: list[BaseException] = field(default_factory=list[BaseException])
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self) -> LiveSession:
        """The session, not opened yet."""
        hearing = Hearing(
            self.events.append, self.opened.append, self.changed.set, _ignore, self.crash
        )
        return LiveSession(self.make_wish, hearing, self.connect)

    def crash(self, fault: BaseException) -> None:
        """Takes a fault of ours."""
        self.crashes.append(fault)
        self.changed.set()

    def make_wish(self) -> Wish:
        """What is wanted: no sandbox, mode ask."""
        return Wish(self.root, Settings(sandbox="off"), "ask")

    async def connect(self, settings: Settings, _progress: object) -> ModelClient | ModelError:
        """The model of this name."""
        model = self.models.get(settings.model)
        return model or ModelError("no_model", f"There is no {settings.model}.")

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits until something has changed so that the condition is true."""
        async with asyncio.timeout(60):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    @property
    def prompts(self) -> list[str]:
        """What turns were begun with."""
        return [event.prompt for event in self.events if isinstance(event, TurnStarted)]

    @property
    def endings(self) -> list[str]:
        """How turns ended."""
        return [event.ending for event in self.events if isinstance(event, TurnEnded)]


def _ignore(_done: int, _total: int, _what: str) -> None:
    """No progress is looked at."""


def lead(root: Path, models: dict[str, ModelClient], act: Callable[..., Awaitable[None]]) -> Stage:
    """Opens a session, acts on it, closes it; nothing may have crashed."""
    stages: list[Stage] = []

    async def run() -> None:
        stage = Stage(root, models)
        stages.append(stage)
        live = stage.open()
        assert await live.open(), live.problem
        await act(stage, live)
        await live.close()
        assert live.state == "closed"

    asyncio.run(run())
    assert stages[0].crashes == []
    return stages[0]


def test_prompts_wait_for_their_turn(tmp_path: Path) -> None:
    async def act(stage: Stage, live: LiveSession) -> None:
        live.send("first")
        live.send("second")
        assert live.state == "busy" and [one.text for one in live.queue] == ["second"]
        await stage.until(lambda: live.state == "ready" and not live.queue)

    stage = lead(tmp_path, {"": ScriptedModel((say("One."), say("Two.")))}, act)
    assert stage.prompts == ["first", "second"]
    assert stage.endings == ["success", "success"]


def test_what_is_sent_before_the_model_is_there_is_not_lost(tmp_path: Path) -> None:
    async def run() -> Stage:
        stage = Stage(tmp_path, {"": ScriptedModel((say("Here."),))})
        live = stage.open()
        live.send("already")
        assert stage.prompts == []
        await live.open()
        await stage.until(lambda: live.state == "ready")
        await live.close()
        return stage

    assert asyncio.run(run()).prompts == ["already"]


def test_an_interrupted_turn_keeps_what_waits_until_something_is_sent(tmp_path: Path) -> None:
    model = SlowModel(say("a\nb\n"))

    async def act(stage: Stage, live: LiveSession) -> None:
        live.send("slow")
        await model.waiting.wait()
        live.send("later")
        await live.interrupt()
        assert live.state == "ready" and [one.text for one in live.queue] == ["later"]
        assert model.stopped
        model.go.set()
        live.send("now")
        await stage.until(lambda: len(stage.endings) == 3)

    stage = lead(tmp_path, {"": model}, act)
    assert stage.endings == ["interrupted", "success", "success"]
    assert stage.prompts == ["slow", "later", "now"]


def test_a_question_is_answered_by_the_person(tmp_path: Path) -> None:
    async def act(stage: Stage, live: LiveSession) -> None:
        live.send("write")
        await stage.until(lambda: live.questions.current is not None)
        question = live.questions.current
        assert question is not None and question.name == "write"
        live.questions.answer(allowed=True)
        await stage.until(lambda: bool(stage.endings))

    stage = lead(tmp_path, {"": ScriptedModel((WRITE, say("Done.")))}, act)
    assert (tmp_path / "new.txt").read_text() == "hello\n"
    assert any(isinstance(event, Asked) for event in stage.events)


def test_a_rule_of_the_session_holds_with_another_model_and_not_in_a_new_session(
    tmp_path: Path,
) -> None:
    again = call("write", file_path="new.txt", content="again\n")
    rule = Rule("allow", "edit", "new.txt")

    async def act(stage: Stage, live: LiveSession) -> None:
        live.grant(rule)
        live.send("write")
        await stage.until(lambda: len(stage.endings) == 1)
        assert await live.switch_model("other") == ""
        live.send("again")
        await stage.until(lambda: len(stage.endings) == 2)
        assert not any(isinstance(event, Asked) for event in stage.events)
        assert live.built is not None and rule in live.built.kit.policy.rules
        await live.open(Resume())
        assert rule not in live.built.kit.policy.rules

    models: dict[str, ModelClient] = {
        "": ScriptedModel((WRITE, say("Done."))),
        "other": ScriptedModel((call("read", file_path="new.txt"), again, say("Done again."))),
    }
    lead(tmp_path, models, act)
    assert (tmp_path / "new.txt").read_text() == "again\n"


def test_a_mode_holds_in_the_running_turn(tmp_path: Path) -> None:
    async def act(stage: Stage, live: LiveSession) -> None:
        live.set_mode("auto-edit")
        live.send("write")
        await stage.until(lambda: bool(stage.endings))

    stage = lead(tmp_path, {"": ScriptedModel((WRITE, say("Done.")))}, act)
    assert (tmp_path / "new.txt").exists()
    assert not any(isinstance(event, Asked) for event in stage.events)


def test_what_steers_is_heard_by_the_running_turn(tmp_path: Path) -> None:
    async def act(stage: Stage, live: LiveSession) -> None:
        live.send("write")
        await stage.until(lambda: live.questions.current is not None)
        await live.steer("in German, please")
        live.questions.answer(allowed=True)
        await stage.until(lambda: bool(stage.endings))

    model = ScriptedModel((WRITE, say("Fertig.")))
    stage = lead(tmp_path, {"": model}, act)
    assert stage.prompts == ["write"]
    assert "in German, please" in [message.text for message in model.requests[-1].messages]


def test_the_model_hears_of_a_command_with_the_next_prompt(tmp_path: Path) -> None:
    async def act(stage: Stage, live: LiveSession) -> None:
        output = await live.run_shell("echo from the shell")
        assert output is not None and "from the shell" in output.text
        live.send("what was it?")
        await stage.until(lambda: bool(stage.endings))

    model = ScriptedModel((say("An echo."),))
    stage = lead(tmp_path, {"": model}, act)
    told = model.requests[-1].messages[-1]
    assert told.role == "user" and "$ echo from the shell\nfrom the shell" in told.text
    assert any(isinstance(event, ToolEnded) for event in stage.events)


def test_another_model_goes_on_with_the_same_session(tmp_path: Path) -> None:
    other = ScriptedModel((say("Two."),), about=replace(INFO, name="other"))

    async def act(stage: Stage, live: LiveSession) -> None:
        live.send("first")
        await stage.until(lambda: bool(stage.endings))
        assert live.built is not None
        before = live.built.session.id
        assert await live.switch_model("other") == ""
        assert live.info is not None and live.info.name == "other"
        assert live.built.session.id == before
        live.send("second")
        await stage.until(lambda: len(stage.endings) == 2)
        problem = await live.switch_model("nowhere")
        assert "other" in problem and "There is no nowhere." in problem
        assert live.state == "ready" and live.info.name == "other"

    lead(tmp_path, {"": ScriptedModel((say("One."),)), "other": other}, act)
    asked = [message.text for message in other.requests[0].messages]
    assert "One." in asked


def test_what_one_model_has_read_another_may_change(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Buy milk.\n")
    edit = call("edit", file_path="notes.txt", old_string="milk", new_string="tea")
    other = ScriptedModel((edit, say("Done.")), about=replace(INFO, name="other"))

    async def act(stage: Stage, live: LiveSession) -> None:
        live.set_mode("auto-edit")
        live.send("read it")
        await stage.until(lambda: bool(stage.endings))
        assert await live.switch_model("other") == ""
        live.send("change it")
        await stage.until(lambda: len(stage.endings) == 2)

    reader = ScriptedModel((call("read", file_path="notes.txt"), say("Milk.")))
    lead(tmp_path, {"": reader, "other": other}, act)
    assert (tmp_path / "notes.txt").read_text() == "Buy tea.\n"


def test_a_session_goes_on_where_it_was_left(tmp_path: Path) -> None:
    async def act(stage: Stage, live: LiveSession) -> None:
        live.send("first")
        await stage.until(lambda: bool(stage.endings))
        assert live.built is not None
        first = live.built.session.id
        assert await live.open(Resume())
        assert live.built.session.id != first and live.built.history == []
        assert await live.open(Resume(id=first))
        assert [built.session.id == first for built in stage.opened] == [True, False, True]
        assert live.built.session.id == first
        assert "One." in [message.text for message in live.built.history]

    lead(tmp_path, {"": ScriptedModel((say("One."),))}, act)


def test_a_session_in_which_nothing_was_said_leaves_no_file(tmp_path: Path) -> None:
    async def act(stage: Stage, live: LiveSession) -> None:
        assert live.built is not None and len(list_sessions()) == 1
        await live.open(Resume())
        assert len(list_sessions()) == 1

    lead(tmp_path, {"": ScriptedModel(())}, act)
    assert list_sessions() == []


def test_without_a_model_it_says_why(tmp_path: Path) -> None:
    async def run() -> None:
        stage = Stage(tmp_path, {})
        live = stage.open()
        assert not await live.open()
        assert live.state == "failed" and live.problem is not None
        assert live.problem.error is not None and live.problem.error.kind == "no_model"
        stage.models[""] = ScriptedModel(())
        assert await live.open()

    asyncio.run(run())


class Broken(ScriptedModel):
    """A model with a fault of its own, which no model may have."""

    async def info(self) -> ModelInfo:
        """Fails once it was connected."""
        if self.requests:
            raise RuntimeError("a fault of ours")
        self.requests.append(Request((Message("user"),)))
        return INFO


def test_a_fault_of_ours_is_reported(tmp_path: Path) -> None:
    async def run() -> None:
        stage = Stage(tmp_path, {"": Broken(())})
        live = stage.open()
        assert await live.open()
        live.send("hello")
        await stage.until(lambda: bool(stage.crashes))
        assert isinstance(stage.crashes[0], RuntimeError)

    asyncio.run(run())


class Reader(ScriptedModel):
    """Notes what it is given to read ahead."""

    read: list[str]
    told: asyncio.Event

    async def read_ahead(self, request: Request) -> None:
        """The text of the last message."""
        self.read.append(request.messages[-1].text)
        self.told.set()


def test_a_draft_is_read_while_it_is_written_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Buy milk.\n")
    model = Reader((say("Milk."),), about=replace(INFO, profile="small"))
    model.read, model.told = [], asyncio.Event()

    async def act(stage: Stage, live: LiveSession) -> None:
        live.read_ahead("look at notes.txt")
        async with asyncio.timeout(60):
            await model.told.wait()
        assert "Buy milk." in model.read[0]
        assert live.built is not None
        assert live.built.history == [] and not live.built.kit.workspace.seen
        live.send("look at notes.txt and tell me")
        await stage.until(lambda: bool(stage.endings))

    stage = lead(tmp_path, {"": model}, act)
    first = next(
        event.message.text
        for event in stage.events
        if isinstance(event, MessageAdded) and event.message.role == "user"
    )
    assert first.startswith(model.read[0].removesuffix("look at notes.txt"))
