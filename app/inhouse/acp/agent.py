"""The agent of the protocol: which sessions are open, and what can be asked of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from acp import PROTOCOL_VERSION, RequestError
from acp.schema import (
    AgentCapabilities,
    AuthenticateResponse,
    ClientCapabilities,
    CloseSessionResponse,
    ForkSessionResponse,
    Implementation,
    InitializeResponse,
    ListSessionsResponse,
    LoadSessionResponse,
    NewSessionResponse,
    PromptCapabilities,
    PromptResponse,
    ResumeSessionResponse,
    SessionAdditionalDirectoriesCapabilities,
    SessionCapabilities,
    SessionCloseCapabilities,
    SessionForkCapabilities,
    SessionInfo,
    SessionListCapabilities,
    SessionResumeCapabilities,
    SetSessionConfigOptionResponse,
    SetSessionModeResponse,
)

from inhouse import __version__
from inhouse.acp.choices import modes_with
from inhouse.acp.content import Block, read_prompt
from inhouse.acp.editor_session import EditorSession
from inhouse_agent.permission import Mode
from inhouse_agent.session import Session, SessionProblem, find_session, list_sessions

if TYPE_CHECKING:
    from acp.interfaces import Client

    from inhouse.build import BuildProblem, Connect, Wish

PAGE: Final = 50
MakeWish = Callable[[Path, tuple[Path, ...]], "Wish | BuildProblem"]


class EditorAgent:
    """Answers an editor. `make_wish` makes the wish for a folder and further folders."""

    def __init__(self, make_wish: MakeWish, connect_model: "Connect | None" = None) -> None:
        self._make_wish = make_wish
        self._connect_model = connect_model
        self._client: Client | None = None
        self._sessions: dict[str, EditorSession] = {}
        self._can = ClientCapabilities()

    def on_connect(self, conn: "Client") -> None:
        """Takes the editor's side of the connection."""
        self._client = conn

    async def initialize(
        self,
        protocol_version: int,
        client_capabilities: ClientCapabilities | None = None,
        client_info: Implementation | None = None,
        **_meta: Any,
    ) -> InitializeResponse:
        """What both sides can do. Another version is answered with ours."""
        del client_info
        self._can = client_capabilities or ClientCapabilities()
        return InitializeResponse(
            protocol_version=min(protocol_version, PROTOCOL_VERSION) or PROTOCOL_VERSION,
            agent_capabilities=AgentCapabilities(
                load_session=True,
                prompt_capabilities=PromptCapabilities(image=True, embedded_context=True),
                session_capabilities=SessionCapabilities(
                    list=SessionListCapabilities(),
                    fork=SessionForkCapabilities(),
                    resume=SessionResumeCapabilities(),
                    close=SessionCloseCapabilities(),
                    additional_directories=SessionAdditionalDirectoriesCapabilities(),
                ),
            ),
            auth_methods=[],
            agent_info=Implementation(name="inhouse", title="inhouse", version=__version__),
        )

    async def authenticate(self, method_id: str, **_meta: Any) -> AuthenticateResponse | None:
        """There is nobody to authenticate with: the model runs here."""
        raise RequestError.invalid_params({"details": f"There is no method {method_id!r}."})

    async def new_session(
        self,
        cwd: str,
        additional_directories: list[str] | None = None,
        mcp_servers: list[Any] | None = None,
        **_meta: Any,
    ) -> NewSessionResponse:
        """A new session in this folder."""
        session = await self._open(cwd, additional_directories)
        session.introduce(names_of(mcp_servers))
        return NewSessionResponse(
            session_id=session.id,
            modes=modes_with(session.live.mode),
            config_options=session.options(),
        )

    async def load_session(
        self,
        cwd: str,
        session_id: str,
        mcp_servers: list[Any] | None = None,
        additional_directories: list[str] | None = None,
        **_meta: Any,
    ) -> LoadSessionResponse:
        """Goes on with a session of this folder, and tells all that happened in it."""
        session = await self._go_on(cwd, session_id, additional_directories, showing=True)
        session.introduce(names_of(mcp_servers))
        return LoadSessionResponse(
            modes=modes_with(session.live.mode), config_options=session.options()
        )

    async def resume_session(
        self,
        session_id: str,
        cwd: str,
        additional_directories: list[str] | None = None,
        mcp_servers: list[Any] | None = None,
        **_meta: Any,
    ) -> ResumeSessionResponse:
        """Goes on with a session that the editor still shows."""
        session = await self._go_on(cwd, session_id, additional_directories, showing=False)
        session.introduce(names_of(mcp_servers))
        return ResumeSessionResponse(
            modes=modes_with(session.live.mode), config_options=session.options()
        )

    async def fork_session(
        self,
        session_id: str,
        cwd: str,
        additional_directories: list[str] | None = None,
        mcp_servers: list[Any] | None = None,
        **_meta: Any,
    ) -> ForkSessionResponse:
        """A copy of a session, which goes on by itself."""
        from inhouse.build import Resume

        root = folder_of(cwd)
        _find(session_id, root)
        resume = Resume(id=session_id, fork=True)
        session = await self._open(cwd, additional_directories, resume)
        session.introduce(names_of(mcp_servers))
        return ForkSessionResponse(
            session_id=session.id,
            modes=modes_with(session.live.mode),
            config_options=session.options(),
        )

    async def list_sessions(
        self, cwd: str | None = None, cursor: str | None = None, **_meta: Any
    ) -> ListSessionsResponse:
        """The sessions of a folder or of all, the one changed last first."""
        start = int(cursor) if cursor and cursor.isdecimal() and len(cursor) < 9 else 0
        found = list_sessions(folder_of(cwd) if cwd else None)
        page = found[start : start + PAGE]
        return ListSessionsResponse(
            sessions=[
                SessionInfo(
                    session_id=one.id,
                    cwd=str(one.root),
                    title=one.title or None,
                    updated_at=datetime.fromtimestamp(one.changed, UTC).isoformat(),
                )
                for one in page
            ],
            next_cursor=str(start + PAGE) if len(found) > start + PAGE else None,
        )

    async def set_session_mode(
        self, session_id: str, mode_id: str, **_meta: Any
    ) -> SetSessionModeResponse:
        """What goes ahead unasked, from the next call on."""
        if mode_id not in get_args(Mode):
            raise RequestError.invalid_params({"details": f"There is no mode {mode_id!r}."})
        self._session(session_id).live.set_mode(cast("Mode", mode_id))
        return SetSessionModeResponse()

    async def set_config_option(
        self, config_id: str, session_id: str, value: str | bool, **_meta: Any
    ) -> SetSessionConfigOptionResponse:
        """Another model, or thinking."""
        options = await self._session(session_id).choose(config_id, str(value))
        return SetSessionConfigOptionResponse(config_options=options)

    async def prompt(self, session_id: str, prompt: list[Block], **_meta: Any) -> PromptResponse:
        """A turn; answered when it has ended."""
        session = self._session(session_id)
        root = session.live.wish.root if session.live.wish else Path.cwd()
        return await session.prompt(read_prompt(prompt, root))

    async def cancel(self, session_id: str, **_meta: Any) -> None:
        """Ends the running turn of a session."""
        session = self._sessions.get(session_id)
        if session is not None:
            await session.cancel()

    async def close_session(self, session_id: str, **_meta: Any) -> CloseSessionResponse:
        """Lets go of a session; it stays on disk."""
        session = self._session(session_id)
        del self._sessions[session_id]
        await session.close()
        return CloseSessionResponse()

    async def close(self) -> None:
        """Lets go of all sessions; the editor is gone."""
        for identifier in [*self._sessions]:
            await self._sessions.pop(identifier).close(for_good=True)

    async def ext_method(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """There are no methods beside those of the protocol."""
        del params
        raise RequestError.method_not_found(f"_{method}")

    async def ext_notification(self, method: str, params: dict[str, Any]) -> None:
        """Unknown notifications are passed over, as the protocol says."""

    async def _go_on(
        self, cwd: str, session_id: str, folders: list[str] | None, *, showing: bool
    ) -> EditorSession:
        from inhouse.build import Resume

        if session_id in self._sessions:
            await self.close_session(session_id)
        _find(session_id, folder_of(cwd))
        return await self._open(cwd, folders, Resume(id=session_id), showing=showing)

    async def _open(
        self, cwd: str, folders: list[str] | None, resume: Any = None, *, showing: bool = False
    ) -> EditorSession:
        if self._client is None:
            raise RequestError.internal_error({"details": "There is no connection."})
        root = folder_of(cwd)
        extra = tuple(folder_of(folder) for folder in folders or [])
        session = EditorSession(
            self._client,
            root,
            lambda: self._make_wish(root, extra),
            self._can,
            self._connect_model,
        )
        await session.open(resume, showing=showing)
        self._sessions[session.id] = session
        return session

    def _session(self, identifier: str) -> EditorSession:
        session = self._sessions.get(identifier)
        if session is None:
            raise RequestError.invalid_params({"details": f"Session {identifier} is not open."})
        return session


def names_of(servers: list[Any] | None) -> list[str]:
    """What the editor calls its MCP servers."""
    return [str(server.name) for server in servers or []]


def folder_of(text: str) -> Path:
    """An absolute path of a folder that is there. Raises RequestError."""
    path = Path(text)
    try:
        good = path.is_absolute() and path.is_dir()
    except (OSError, ValueError):
        good = False
    if not good:
        raise RequestError.invalid_params({"details": f"{text!r} is no absolute path of a folder."})
    return path.resolve()


def _find(identifier: str, root: Path) -> None:
    """Raises RequestError when there is no such session in this folder."""
    path = find_session(identifier)
    if isinstance(path, SessionProblem):
        raise RequestError(-32002, path.text)
    session = Session.open(identifier, reading=True)
    if isinstance(session, SessionProblem):
        raise RequestError(-32002, session.text)
    belongs = session.root
    session.close()
    if belongs != root:
        raise RequestError(-32002, f"Session {identifier} belongs to {belongs}.")
