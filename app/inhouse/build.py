"""Puts a session together: settings, model, tools, permission and journal become one kit."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from inhouse.checking import checking_of
from inhouse.connect import Progress, connect
from inhouse.exit_codes import ExitCode
from inhouse.lending import lend_to_commands, lending_of
from inhouse.offline import unkept_promise
from inhouse.policy import held_by, read_policy
from inhouse.server_facts import notices_of
from inhouse.settings import Settings
from inhouse.trust import agrees_to_git
from inhouse_agent.commit import TurnCommits
from inhouse_agent.events import Event, Noticed
from inhouse_agent.folders import cache_folder, folder_of_root, state_folder
from inhouse_agent.kit import Ask, Emit, Kit, Options, deny_asks
from inhouse_agent.limits import Limits
from inhouse_agent.permission import Mode, Policy, Rule, RuleProblem
from inhouse_agent.profile import profile_named
from inhouse_agent.seen_before import remember_files
from inhouse_agent.session import Session, SessionProblem
from inhouse_agent.undo import record_turns
from inhouse_agent.verify import Verify
from inhouse_models.chat import Message, ModelClient, ModelError, ModelInfo
from inhouse_tools.refusal import Refusal
from inhouse_tools.registry import builtin_tools
from inhouse_tools.sandbox import Sandbox, probe
from inhouse_tools.tool import Output, Workspace
from inhouse_tools.workspace import open_workspace
from inhouse_tools.writing.journal import recover

Connect = Callable[[Settings, Progress], Awaitable[ModelClient | ModelError]]
LOADING = "loading the model"
GIB = 1024**3


NO_PROJECT = "{} is no project: every file below it can be read. Choose a folder with -C."


@dataclass(frozen=True, slots=True)
class Resume:
    """Which session goes on: the newest of the folder, or the one whose id begins so."""

    latest: bool = False
    id: str = ""
    fork: bool = False

    @property
    def wanted(self) -> bool:
        """Whether any session is to go on."""
        return self.latest or bool(self.id)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a front end wants to work with; `default_mode` holds where no setting says another.

    `notices` are what the person should know of the settings; the front end says it.
    """

    root: Path
    settings: Settings
    default_mode: Mode
    extra: tuple[Path, ...] = ()
    resume: Resume = Resume()
    schema: Mapping[str, object] | None = None
    system_prompt: str = ""
    append_system_prompt: str = ""
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """A wish with what it says of rules and of a session to go on with, both read already."""

    wish: Wish
    policy: Policy
    earlier: Session | None


@dataclass(frozen=True, slots=True)
class BuildProblem:
    """Why nothing can be started, for a person, and the exit code that it means.

    `error` is set when the model is the reason.
    """

    text: str
    code: ExitCode = ExitCode.USAGE
    error: ModelError | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """A kit that is ready for turns, its journal, the history so far, and what answers."""

    kit: Kit
    session: Session
    history: list[Message]
    info: ModelInfo

    async def close(self) -> None:
        """Let go of the model, of what checks still run, and of the journal.

        A session in which nothing was said leaves nothing behind.
        """
        await self.kit.checking.close()
        await self.kit.client.close()
        self.session.close(discard=self.session.unused)


async def build(
    wish: Wish,
    show: Emit,
    progress: Progress,
    ask: Ask = deny_asks,
    connect_model: Connect = connect,
) -> Built | BuildProblem:
    """Everything that a turn needs. Each event is journalled, then goes to `show`.

    `progress` hears of the long steps before the first answer.
    """
    policy = read_policy(wish.settings, wish.default_mode, wish.root)
    if isinstance(policy, RuleProblem):
        return BuildProblem(policy.text)
    earlier = _earlier_session(wish) if wish.resume.wanted else None
    if isinstance(earlier, BuildProblem):
        return earlier
    built = await _build(Given(wish, policy, earlier), show, progress, ask, connect_model)
    if earlier is not None and isinstance(built, BuildProblem):
        earlier.close()
    return built


async def _build(
    given: Given, show: Emit, progress: Progress, ask: Ask, connect_model: Connect
) -> Built | BuildProblem:
    wish, earlier = given.wish, given.earlier
    sandbox = await _choose_sandbox(wish)
    workspace = open_workspace(
        wish.root,
        wish.extra,
        sandbox,
        cache=folder_of_root(cache_folder(), wish.root),
        state=folder_of_root(state_folder(), wish.root),
    )
    if isinstance(workspace, Refusal):
        return BuildProblem(workspace.text)
    client = await connect_model(wish.settings, progress)
    if isinstance(client, ModelError):
        return BuildProblem(client.text, ExitCode.ENGINE, client)
    progress(0, 0, LOADING)
    info = await client.info()
    if isinstance(info, ModelError):
        await client.close()
        return BuildProblem(info.text, ExitCode.ENGINE, info)
    session = earlier or Session.create(wish.root, info.name)
    if isinstance(session, SessionProblem):
        await client.close()
        return BuildProblem(session.text)
    policy = held_by(given.policy, sandbox)
    profile = profile_named(info.profile)
    workspace.keeps_symbols = profile.guided
    workspace.sees = info.sees
    remember_files(workspace, session.events())
    emit = journalling(session, show)
    for text in notices_of(info.server) if info.server else ():
        emit(Noticed(text))
    _say_what_matters(session, policy, workspace, emit)
    if unkept := unkept_promise(wish.settings):
        emit(Noticed(unkept))
    notice = noticing(emit)
    room = int(wish.settings.undo_disk * GIB)
    workspace.undo = record_turns(workspace, room, notice, session.id)
    kit = Kit(
        client=client,
        tools=lend_to_commands(builtin_tools(), client, lending_of(wish.settings, notice)),
        workspace=workspace,
        policy=policy,
        ask=ask,
        emit=emit,
        profile=profile,
        limits=Limits(wish.settings.max_turns, wish.settings.timeout or None),
        options=_options(wish, session.id, workspace),
        memory=session.memory(),
        checking=checking_of(wish.settings, workspace, notice, guided=profile.guided),
    )
    return Built(kit, session, session.history(), info)


def read_rules(settings: Settings) -> tuple[Rule, ...] | BuildProblem:
    """The person's rules, or which of them cannot be understood."""
    policy = read_policy(settings, "ask", Path.cwd())
    return BuildProblem(policy.text) if isinstance(policy, RuleProblem) else policy.rules


def journalling(session: Session, show: Emit) -> Emit:
    """An `emit` that keeps each event in the session before it is shown.

    A journal that can no longer be written is said once; the turn goes on.
    """
    told = False

    def emit(event: Event) -> None:
        nonlocal told
        problem = session.append(event)
        if problem is not None and not told:
            told = True
            show(Noticed(problem.text))
        show(event)

    return emit


def noticing(emit: Emit) -> Callable[[str], None]:
    """Takes what a person should know, as a text."""
    return lambda text: emit(Noticed(text))


def _earlier_session(wish: Wish) -> Session | BuildProblem:
    """The session to go on with; sessions of another folder are not mixed with this one."""
    wanted = wish.resume
    if wanted.id:
        session = Session.open(wanted.id, reading=wanted.fork)
    else:
        session = Session.latest(wish.root, reading=wanted.fork)
    if isinstance(session, SessionProblem):
        return BuildProblem(session.text)
    if session.root != wish.root.resolve():
        session.close()
        return BuildProblem(
            f"Session {session.id} belongs to {session.root}: add -C {session.root}"
        )
    if not wanted.fork:
        return session
    copy = session.fork()
    session.close()
    return BuildProblem(copy.text) if isinstance(copy, SessionProblem) else copy


async def _choose_sandbox(wish: Wish) -> Sandbox:
    settings = wish.settings
    if settings.sandbox == "off":
        return Sandbox.off()
    return await probe(
        wish.root,
        wish.extra,
        env_files=settings.sandbox_env_files,
        memory=settings.command_memory,
    )


def _say_what_matters(session: Session, policy: Policy, workspace: Workspace, emit: Emit) -> None:
    sandbox = workspace.sandbox
    interrupted = recover(workspace.state) if workspace.state else ()
    for notice in (*session.notices, *interrupted):
        emit(Noticed(notice))
    if session.root in {Path.home().resolve(), Path(session.root.anchor)}:
        emit(Noticed(NO_PROJECT.format(session.root)))
    if sandbox.full:
        return
    consequence = "each command asks"
    if policy.mode == "yolo":
        held = "held back by this only" if sandbox.holds else "unprotected"
        consequence = f"in mode yolo they run {held}"
    emit(Noticed(f"Commands: {sandbox.label}; {consequence}."))


def _options(wish: Wish, session: str, workspace: Workspace) -> Options:
    settings = wish.settings
    options = Options(
        session=session,
        call_form=settings.call_form or None,
        think=settings.think,
        think_budget=settings.think_budget or None,
        schema=wish.schema,
        system_prompt=wish.system_prompt,
        append_system_prompt=wish.append_system_prompt,
        compact_at=settings.compact_at,
        map_tokens=settings.map_tokens,
        commits=turn_commits(wish),
    )
    if not settings.verify:
        return options
    return replace(options, verify=Verify(settings.verify, command_runner(workspace)))


def turn_commits(wish: Wish) -> TurnCommits | None:
    """How the changes of each turn are committed; None when they are not."""
    if not wish.settings.commit_turns:
        return None
    return TurnCommits(wish.settings.commit_trailer, agrees_to_git(wish.root))


def command_runner(workspace: Workspace) -> Callable[[str], Awaitable[Output]]:
    """Runs a person's own command as the bash tool would, in the workspace's sandbox."""
    bash = builtin_tools()["bash"]

    async def run_command(command: str) -> Output:
        return await bash.run(bash.args(command=command), workspace)

    return run_command
