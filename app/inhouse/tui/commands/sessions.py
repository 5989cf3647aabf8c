"""Slash commands about sessions: another one, a copy, a name, a document."""

from typing import TYPE_CHECKING, Final

from inhouse.sanitise import sanitise
from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.commands.command import SlashCommand

if TYPE_CHECKING:
    from inhouse.build import Built
    from inhouse.live.kept_sessions import Done
    from inhouse.tui.app import InhouseApp
    from inhouse.tui.screens.sessions import SessionChoice
    from inhouse_agent.journal import SessionProblem

NOT_OPEN: Final = "The session is not open yet. Try again in a moment."
NO_TITLE: Final = "The session is called “{}”. /rename TITLE gives it another title."
RENAMED: Final = "The session is called “{}” now."
COPIED: Final = "This is a copy of session {}, which stays as it was."
OTHER_BRANCH: Final = "The session goes on with this branch."
SAME: Final = "This is the session that is open."
FORMATS: Final = ("md", "html")


async def resume(app: "InhouseApp", identifier: str) -> None:
    """Goes on with the session of this id, or with one that the person picks."""
    from inhouse.tui.screens.sessions import SessionChoice

    choice = SessionChoice("resume", identifier) if identifier else await pick(app)
    if choice is not None:
        problem = await go_on(app, choice)
        if problem:
            app.presenter.put(NoticeBlock(problem))


async def pick_first(app: "InhouseApp") -> None:
    """What the program begins with when the person wants to choose: without a choice, a new one."""
    while (choice := await pick(app)) is not None:
        problem = await go_on(app, choice)
        if not problem:
            return
        app.notify(sanitise(problem), severity="warning", markup=False)
    await begin_anew(app, "")


async def pick(app: "InhouseApp") -> "SessionChoice | None":
    """The session that the person chooses."""
    from inhouse.tui.screens.sessions import SessionPicker

    built = app.live.built

    async def name(identifier: str, title: str) -> "Done | SessionProblem":
        from inhouse.live.kept_sessions import Done, rename_session

        if built is None or identifier != built.session.id:
            return await rename_session(identifier, title)
        _rename_open(built, title)
        return Done(RENAMED.format(built.session.title))

    current = built.session.id if built else ""
    return await app.push_screen_wait(SessionPicker(app.opening.root, current, name))


async def go_on(app: "InhouseApp", choice: "SessionChoice") -> str:
    """Opens what was chosen, on the branch that was chosen; else says why everything stays."""
    from inhouse.build import Resume
    from inhouse.live.kept_sessions import find_to_open, fork_session

    if choice.action == "fork":
        copy = await fork_session(choice.id, choice.entry)
        if not isinstance(copy, str):
            return copy.text
        await app.open_session(Resume(id=copy))
        app.presenter.put(NoticeBlock(COPIED.format(choice.id)))
        return ""
    built = app.live.built
    if built is not None and built.session.id.startswith(choice.id):
        if not choice.entry:
            return SAME
    else:
        found = find_to_open(choice.id, app.opening.root)
        if not isinstance(found, str):
            return found.text
        await app.open_session(Resume(id=found))
    if choice.entry and app.live.built is not None:
        from inhouse.live.rewinding import follow_branch

        # What was chosen is remembered, also when nothing more is said on it.
        follow_branch(app.live.built, choice.entry, OTHER_BRANCH)
        app.presenter.restart(app.live.built.session.events())
    return ""


async def begin_anew(app: "InhouseApp", _arguments: str) -> None:
    """Opens a new session; the one before stays."""
    from inhouse.build import Resume

    await app.open_session(Resume())


async def fork(app: "InhouseApp", _arguments: str) -> None:
    """Goes on with a copy of what was said so far."""
    from inhouse.tui.screens.sessions import SessionChoice

    built = app.live.built
    if built is None:
        app.presenter.put(NoticeBlock(NOT_OPEN))
        return
    problem = await go_on(app, SessionChoice("fork", built.session.id, built.session.leaf))
    if problem:
        app.presenter.put(NoticeBlock(problem))


async def rename(app: "InhouseApp", title: str) -> None:
    """Gives the session a title."""
    built = app.live.built
    if built is None:
        app.presenter.put(NoticeBlock(NOT_OPEN))
        return
    if title:
        _rename_open(built, title)
    text = RENAMED if title else NO_TITLE
    app.presenter.put(NoticeBlock(text.format(built.session.title)))


async def export(app: "InhouseApp", arguments: str) -> None:
    """Writes the conversation into a file."""
    from inhouse.export.document import document_of
    from inhouse.export.writing import format_of
    from inhouse.live.kept_sessions import export_document, free_path

    built = app.live.built
    if built is None:
        app.presenter.put(NoticeBlock(NOT_OPEN))
        return
    document = document_of(built.session)
    first, _, rest = arguments.partition(" ")
    wanted, name = (first, rest.strip()) if first in FORMATS else ("", arguments.strip())
    form = "html" if wanted == "html" or (not wanted and format_of(name) == "html") else "md"
    root = app.opening.root
    name = name or free_path(root, document, form).name
    done = await export_document(document, root, name, form)
    app.presenter.put(NoticeBlock(done.text))


def _rename_open(built: "Built", title: str) -> None:
    from inhouse_agent.events import Renamed
    from inhouse_agent.session_title import shorten

    built.kit.emit(Renamed(shorten(title)))


COMMANDS = (
    SlashCommand("resume", "go on with another session", resume, "[ID]", while_busy=False),
    SlashCommand("sessions", "the same as /resume", resume, "[ID]", while_busy=False),
    SlashCommand("new", "begin a new session; this one stays", begin_anew, while_busy=False),
    SlashCommand("clear", "the same as /new", begin_anew, while_busy=False),
    SlashCommand("fork", "go on with a copy; this one stays", fork, while_busy=False),
    SlashCommand("rename", "give the session a title", rename, "[TITLE]"),
    SlashCommand("export", "write the conversation into a file", export, "[md|html] [FILE]"),
)
