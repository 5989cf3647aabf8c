"""Which tokens a session's conversations have, and which of them are its own."""

from pathlib import Path

from inhouse_agent.events import Compacted, MessageAdded, TurnStarted
from inhouse_agent.journal import sessions_folder
from inhouse_agent.session import Session
from inhouse_agent.transcripts import Transcript, own_parts, read_transcripts
from inhouse_models.chat import Message
from inhouse_models.deletion import Deletion, decode_deletion, encode_deletion


def new_session(root: Path) -> Session:
    session = Session.create(root, "model")
    assert isinstance(session, Session)
    session.append(TurnStarted("hi", "ask", "model"))
    return session


def ask(session: Session, *tokens: int, model: str = "m") -> None:
    """A question and its answer, of these tokens together."""
    session.append(MessageAdded(Message("user", "question")))
    session.append(MessageAdded(Message("assistant", "answer", tokens=tokens, model=model)))


def path_of(session: Session) -> Path:
    session.close()
    return sessions_folder() / f"{session.id}.jsonl"


def test_the_answers_tokens_add_up(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    ask(session, 1, 2)
    ask(session, 3, 4)
    assert read_transcripts(path_of(session)) == [Transcript("m", (1, 2, 3, 4))]


def test_what_was_rewound_counts_too(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    ask(session, 1, 2)
    leaf = session.leaf
    ask(session, 3, 4)
    session.rewind(leaf)
    ask(session, 5, 6)
    found = read_transcripts(path_of(session))
    assert {one.tokens for one in found} == {(1, 2, 3, 4), (1, 2, 5, 6)}


def test_what_was_summarised_counts_too(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    ask(session, 1, 2)
    ask(session, 3, 4)
    before = session.history()
    session.append(Compacted(before=9, after=5, kept=2, messages=(Message("user", "Summary"),)))
    assert session.history() == [*before[:2], Message("user", "Summary")]
    ask(session, 7)
    found = read_transcripts(path_of(session))
    assert {one.tokens for one in found} == {(1, 2, 3, 4), (1, 2, 7)}


def test_another_model_read_everything_anew(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    ask(session, 1, 2)
    ask(session, 8, 8, 8, 8, model="other")
    ask(session, 5, 6)
    found = read_transcripts(path_of(session))
    assert [one for one in found if one.model == "other"] == [Transcript("other", (8, 8, 8, 8))]
    assert {one.tokens for one in found if one.model == "m"} == {(1, 2), (1, 2, 5, 6)}


def test_answers_of_a_server_without_tokens_have_no_transcript(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    ask(session)
    assert read_transcripts(path_of(session)) == []
    assert own_parts([], [path_of(session)]) == []


def test_a_fork_keeps_what_it_shares(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    ask(session, 1, 2)
    ask(session, 3, 4)
    fork = session.fork()
    assert isinstance(fork, Session)
    ask(session, 5, 6)
    ask(fork, 5, 7)
    mine, other = path_of(session), path_of(fork)
    (deletion,) = own_parts(read_transcripts(mine), [other])
    assert deletion == Deletion("m", (1, 2, 3, 4, 5, 6), 5)
    assert decode_deletion(encode_deletion(deletion)) == deletion
    (deletion,) = own_parts(read_transcripts(other), [mine])
    assert deletion.shared == 5


def test_other_sessions_share_their_beginning(tmp_path: Path) -> None:
    mine, other, foreign = new_session(tmp_path), new_session(tmp_path), new_session(tmp_path)
    ask(mine, 1, 2, 3, 4)
    ask(other, 1, 2, 9)
    ask(foreign, 1, 2, 3, 4, model="other")
    transcripts = read_transcripts(path_of(mine))
    (deletion,) = own_parts(transcripts, [path_of(other), path_of(foreign)])
    assert deletion.shared == 2
    (deletion,) = own_parts(transcripts, [path_of(foreign), tmp_path / "gone.jsonl"])
    assert deletion.shared == 0


def test_a_damaged_session_has_what_can_be_read(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    ask(session, 1, 2)
    path = path_of(session)
    path.write_bytes(path.read_bytes()[:-5])
    assert read_transcripts(path) == []
    path.write_bytes(b"nonsense")
    assert read_transcripts(path) == []
