"""Everything that the UI shows, made of texts that may be hostile: events, screens, a folder."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.tui.hostile_texts import Texts
from tests.tui.model_fakes import FakeModels, FakeTransfer, choice, here
from tests.tui.session_samples import HOUR, turn, write_session
from textual.screen import Screen

from inhouse.build import Wish
from inhouse.doctor import Check, Report
from inhouse.live.downloads import FetchProblem
from inhouse.live.figures import Figures
from inhouse.live.filling import Filling, Share
from inhouse.live.fitting import Fit
from inhouse.live.person_settings import SettingRow
from inhouse.live.rewinding import RewindPoint
from inhouse.live.rules_in_force import RuleInForce
from inhouse.live.worktree_changes import WorkTreeChanges
from inhouse.settings import Settings
from inhouse.trust.finding import Finding
from inhouse.trust.question import TrustQuestion
from inhouse.tui.app import InhouseApp
from inhouse.tui.commands.command import SlashCommand
from inhouse.tui.composer.chips import Paste, Written
from inhouse.tui.opening import Opening
from inhouse.tui.screens.confirm import ConfirmScreen
from inhouse.tui.screens.context import ContextScreen
from inhouse.tui.screens.diff import DiffScreen
from inhouse.tui.screens.doctor import DoctorScreen
from inhouse.tui.screens.facts import Fact, FactGroup
from inhouse.tui.screens.first_run import FirstRunScreen
from inhouse.tui.screens.folder import FolderScreen
from inhouse.tui.screens.help import HelpScreen, KeyGroup
from inhouse.tui.screens.history import HistoryScreen
from inhouse.tui.screens.measurement import MeasurementScreen
from inhouse.tui.screens.models import ModelPicker
from inhouse.tui.screens.output import OutputScreen
from inhouse.tui.screens.permissions import PermissionsScreen
from inhouse.tui.screens.plan_editor import StepEditor
from inhouse.tui.screens.rewind import RewindScreen
from inhouse.tui.screens.sessions import SessionPicker
from inhouse.tui.screens.settings import SettingsScreen
from inhouse.tui.screens.stats import Statistics, StatsScreen
from inhouse.tui.screens.status import StatusScreen
from inhouse.tui.screens.themes import ThemePicker
from inhouse.tui.screens.trust import TrustScreen
from inhouse.tui.screens.undo import UndoScreen
from inhouse_agent.events import (
    Answered,
    Asked,
    ChangeProposed,
    Compacted,
    Event,
    FileChanged,
    MessageAdded,
    Noticed,
    PlanChanged,
    PlanProposed,
    PrefillProgress,
    Renamed,
    TextArrived,
    ThinkingArrived,
    ToolEnded,
    ToolProgress,
    ToolStarted,
    TurnEnded,
    TurnStarted,
    UsageReported,
)
from inhouse_agent.plan import Plan, PlanStep
from inhouse_agent.rules import Rule
from inhouse_models.chat import Message, ModelClient, ModelError, Timings, Usage
from inhouse_models.measuring.asking import Follow
from inhouse_models.proposal.report import Section
from inhouse_models.scripted import INFO, ScriptedModel, call, say
from inhouse_tools.undo import FileSummary, TurnSummary
from inhouse_tools.undo.record import Turn

Screens = Iterator[tuple[Callable[[], Screen[Any]], tuple[str, ...]]]
USAGE = Usage(900, 300, 40)


class Sources:
    """Gives hostile material for every place; once `broken` the model answers no more."""

    def __init__(self, folder: Path, text: Texts) -> None:
        self.text = text
        self.broken = False
        self.root = folder / text("shop", "file")
        self.file = text("file.py", "file")
        self._make_folder()

    def _make_folder(self) -> None:
        """A repository with names, contents and a branch that nobody would choose."""
        self.root.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        (self.root / ".git" / "HEAD").write_text(
            f"ref: refs/heads/{self.text('branch', 'file')}\n", encoding="utf-8"
        )
        for name in (self.file, self.text("other.md", "file"), self.text("notes", "file")):
            (self.root / name).write_text(self.text("content", "text"), encoding="utf-8")
        write_session("aa01", (0, self._session()), age=HOUR, root=self.root)
        write_session("aa02", (0, self._session()), age=2 * HOUR, root=self.root)

    def _session(self) -> list[Event]:
        said = turn(self.text("asked", "text"), self.text("said", "text"), self.text("bash"))
        return [*said, Renamed(self.text("titled"))]

    def opening(self) -> Opening:
        """The folder with a scripted model; a bare prompt of its own."""

        async def connect(_settings: Settings, _progress: object) -> ModelClient | ModelError:
            if self.broken:
                return ModelError("engine_lost", self.text("lost", "text"))
            name, text = self.text("model"), self.text
            calls = (
                call("read", text("I read"), file_path=self.file),
                call("bash", text("I run", "text"), command=f"printf '{text('', 'path')}'; cat *"),
                call(text("unknown"), text("I call"), **{text("key"): text("value")}),
            )
            last = say(text("answer", "text"), text("thought", "text"))
            return ScriptedModel((*calls, last), last, replace(INFO, name=name))

        def make_wish() -> Wish:
            notices = (self.text("notice"), self.text("config is wrong", "text"))
            settings = Settings.model_validate({"sandbox": "off"})
            return Wish(self.root, settings, "ask", notices=notices)

        return Opening(self.root, make_wish, theme="ink", connect_model=connect)

    def diff(self) -> str:
        """A change of several files with names and lines that nobody would choose."""
        name = self.text("b", "path")
        parts: list[str] = []
        for number in range(2):
            old = "\n".join("-" + part for part in self.text("old", "text").split("\n"))
            new = "\n".join("+" + part for part in self.text("new", "text").split("\n"))
            count = old.count("\n") + 1
            parts.append(
                f"diff --git a/{number}{name} b/{number}{name}\n--- a/{number}{name}\n"
                f"+++ b/{number}{name}\n@@ -1,{count} +1,{count} @@ {self.text('where')}\n"
                f"{old}\n{new}\n\\ {self.text('No newline')}"
            )
        return "\n".join((*parts, self.text("more"), ""))

    def plan(self) -> Plan:
        """A plan of two steps."""
        one = PlanStep(
            self.text("intent"),
            (self.text("a.py", "path"),),
            (self.text("new.py", "path"),),
            (self.text("symbol"),),
            self.text("verify"),
        )
        return Plan(self.text("goal"), (one, one), (self.text("at the end"),))

    def events(self) -> Sequence[Event]:
        """Something of every kind."""
        text, diff = self.text, self.diff()
        steps = tuple((text(f"step {state}"), state) for state in ("done", "doing", "todo"))
        prose = text("# Heading", "text") + f"\n\n| {text('a')} |\n|---|\n| {text('b')} |\n\n"
        code = f"```{text('python')}\n{text('code', 'text')}\n```\n"
        link = f"[{text('shown')}](http://a/{text('', 'path')} '{text('title')}') &#27;]0;x&#7;\n"
        begun = TurnStarted(text("prompt", "text"), text("mode"), text("model"))
        ended = TurnEnded(
            "failed", text("ended", "text"), 3, USAGE, Timings(), 2.0, (text("a.py", "path"),)
        )
        broken = ModelError("load", text("broken", "text"))
        return (
            begun,
            PrefillProgress(10, 20, 30),
            ThinkingArrived(text("thinking", "text")),
            TextArrived(prose),
            TextArrived(code + link + f"- {text('item')}\n> {text('quote')}\n"),
            MessageAdded(Message("assistant", prose + code + link)),
            *self._calls(diff),
            Noticed(text("noticed", "text")),
            PlanProposed(self.plan()),
            PlanChanged(steps),
            ChangeProposed(diff, (text("a.py", "path"),)),
            FileChanged(text("a.py", "path"), "a", "b"),
            Compacted(900, 90, 1, (Message("user", text("summary", "text")),)),
            UsageReported(USAGE, Timings()),
            ended,
            TurnEnded("engine_error", broken.text, 1, USAGE, Timings(), 1.0, error=broken),
        )

    def _calls(self, diff: str) -> Iterator[Event]:
        text = self.text
        show: dict[str, Any] = {"path": text("a.py", "path"), "lines": 3, "exit_code": 1}
        for name in ("read", "bash", "edit", "write", "grep", "symbols", "plan", text("odd")):
            arguments = f'{{"command": "{name}", "file_path": "x"}} {text("arguments", "text")}'
            yield ToolStarted(name, name, text("title"), arguments)
            yield ToolProgress(name, text("progress", "text"))
            yield Asked(name, name, text("reason"), (text("target"),), diff)
            yield Answered(name, name != "write", text("by"), text("comment"))
            shown = {**show, "diff": diff} if name in {"edit", "write"} else show
            yield ToolEnded(name, name, text("output", "text"), shown, name == "write", 0.1)
        yield ToolStarted("live", "bash", text("live"), text("arguments"))
        yield ToolProgress("live", text("still running", "text"))

    def notices(self) -> Sequence[str]:
        """What is said for a moment."""
        return [self.text("toast", "text"), self.text("toast")]

    def screens(self, app: InhouseApp) -> Screens:
        """Every screen, and keys that show more of it."""
        text = self.text
        yield (lambda: ConfirmScreen(text("why", "text"), text("question"))), ()
        yield (lambda: ContextScreen(self._unmeasured)), ()
        yield (lambda: ContextScreen(self._measured)), ()
        changes = WorkTreeChanges(self.diff(), text("note", "text"), text("main"))
        yield (lambda: DiffScreen(changes)), ("n", "d", "j")
        yield (lambda: DiffScreen(WorkTreeChanges(text("odd", "text")))), ()
        yield (lambda: DoctorScreen(self._examined)), ("c",)
        picker = FakeModels(*self._models())
        picker.fits = {one.name: Fit("fits", (text("reason"),)) for one in picker.listed}
        picker.refusal = text("refused")
        yield (lambda: self._first_run(picker)), ("down", "down")
        yield self._measurement, ()
        recent = (self.root, Path("/srv") / text("x", "file"))
        yield (lambda: FolderScreen(self.root, recent)), ("down", "down")
        group = KeyGroup("Keys", (), ((text("key"), text("what")),))
        command = SlashCommand(text("name"), text("meaning"), _nothing, text("[ARG]"))
        yield (lambda: HelpScreen([group], [command])), ()
        sent = [
            Written(text("sent", "text")),
            Written("see [x]", {"[x]": Paste(text("p", "text"))}),
        ]
        yield (lambda: HistoryScreen(sent)), ("s",)
        yield (lambda: self._model_picker(picker)), ("down", "x", "y")
        yield (lambda: OutputScreen(text("of"), text("output", "text"))), ("slash", "a", "enter")
        rules = [
            RuleInForce(Rule("ask", text("bash"), text("pattern")), "user", self.root / "c"),
            RuleInForce(Rule("deny", "bash", text("pattern")), "session"),
        ]
        yield (lambda: PermissionsScreen("ask", rules, self._forget)), ("down", "x", "y")
        step = self.plan().steps[0]
        yield (lambda: StepEditor(step, 1, lambda _name: False)), ("tab", "ctrl+s")
        points = [
            RewindPoint(name, "2026-01-01T00:00:00.000+00:00", text("p", "text"), (text("f"),))
            for name in ("", "a")
        ]
        yield (lambda: RewindScreen(points)), ("up",)
        yield (lambda: SessionPicker(self.root)), ("down", "a", "r")
        yield (lambda: SettingsScreen(Book(text))), ("down", "enter", "escape")
        yield (lambda: StatsScreen(Statistics(self._figures(), lambda: [self._figures()]))), ()
        yield (lambda: StatusScreen(self._gathered)), ("c",)
        finding = Finding("settings", text("key"), text("file", "path"), (text("does"),))
        question = TrustQuestion(self.root, self.root, (finding, finding), (finding,))
        yield (lambda: TrustScreen(question, lambda _typed: None)), ("down",)
        themes = {"ink": text("dark"), "paper": text("light")}
        yield (lambda: ThemePicker(themes, "ink", app.theme_of)), ("down",)
        yield (lambda: UndoScreen(self._turns())), ("down",)

    def _models(self) -> Iterator[Any]:
        text = self.text
        facts = {"title": text("title"), "licence": text("licence"), "note": text("note")}
        yield here(text("model"), quantisation=text("Q4"), problem=text("problem"), **facts)
        yield choice(text("other"), size=10_000, **facts)
        yield choice("qwen2.5-coder-1.5b", note=text("note"))

    def _first_run(self, models: FakeModels) -> FirstRunScreen:
        async def ask(_url: str) -> ModelError:
            return ModelError("no_model", self.text("nobody", "text"))

        async def pick() -> str | None:
            return None

        return FirstRunScreen(models, FakeTransfer().downloads(), ask, pick)

    def _measurement(self) -> MeasurementScreen:
        async def measure(_follow: Follow) -> Section | ModelError:
            return Section("Measured", (self.text("measured"),))

        return MeasurementScreen(self.text("model"), measure)

    def _model_picker(self, models: FakeModels) -> ModelPicker:
        transfer = FakeTransfer()

        async def fail(_name: str, progress: Any) -> FetchProblem:
            progress(1, 2, self.text("step"))
            return FetchProblem(self.text("not fetched", "text"))

        downloads = replace_fetch(transfer, fail)
        downloads.start(self.text("wanted"))
        return ModelPicker(models, downloads, self.text("current"))

    async def _measured(self) -> Filling:
        return Filling((Share(self.text("share"), 10),), 10, 100, 90, exact=True)

    async def _unmeasured(self) -> str:
        return self.text("not counted", "text")

    async def _examined(self, progress: Any) -> Report:
        progress(1, 2, self.text("step"))
        text = self.text
        checks = [Check(text(state), state, text("said", "text")) for state in ("ok", "missing")]
        return Report(tuple(checks), {text("large"): 5}, (text("AGENTS.md", "path"),))

    async def _gathered(self) -> Sequence[FactGroup]:
        fact = Fact(self.text("name"), self.text("value", "text"))
        return [FactGroup(self.text("group"), (fact,))]

    async def _forget(self, _rule: RuleInForce) -> str:
        return self.text("not forgotten", "text")

    def _figures(self) -> Figures:
        figures = Figures()
        for number in range(3):
            figures.note(TurnStarted(self.text("p"), "ask", self.text("m")), number * 9.0)
            figures.note(UsageReported(USAGE, Timings(0.1, 2.0, 3.0)), number * 9.0 + 1)
            odd = ToolEnded("1", self.text("tool"), "x", failed=True, seconds=1.0)
            figures.note(odd, number * 9.0 + 2)
            figures.note(FileChanged(self.text("a.py", "path"), "a", "b"), number * 9.0 + 2)
            ended = TurnEnded("success", "x", 1, USAGE, Timings(), 3.0)
            figures.note(ended, number * 9.0 + 3)
        return figures

    def _turns(self) -> list[TurnSummary]:
        files = (FileSummary(self.text("a.py", "path"), "changed", 1, 2),)
        return [
            TurnSummary(
                Turn(number, self.text(), 0.0, 5.0, self.text("p", "text"), "done"), files, 10
            )
            for number in (2, 1)
        ]


class Book:
    """Settings by hand."""

    def __init__(self, text: Texts) -> None:
        self._text = text
        self.file = Path("/home") / text("config", "file")

    def rows(self) -> tuple[SettingRow, ...]:
        """One to write and one to choose."""
        text = self._text
        about = (text("meaning", "text"), text("value"), text("source"), text("default"))
        written = SettingRow(text("name"), *about, own=text("own"))
        return (written, SettingRow("mode", *about, choices=(text("one"), text("two"))))

    def change(self, name: str, text: str) -> str:
        """It cannot be changed."""
        return self._text(f"{name} {text} is wrong", "text")

    def forget(self, name: str) -> str:
        """It cannot be forgotten."""
        return self._text(f"{name} stays", "text")


async def _nothing(_app: object, _arguments: str) -> None:
    """A command that does nothing."""


def replace_fetch(transfer: FakeTransfer, fetch: Any) -> Any:
    """Downloads of another source."""
    transfer.fetch = fetch
    return transfer.downloads()
