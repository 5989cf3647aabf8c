"""What a session is called, and the outline of its file that lists and search show."""

import time
from pathlib import Path

from inhouse_agent.events import Event, MessageAdded, Noticed, Renamed, TurnStarted
from inhouse_agent.journal import SessionProblem
from inhouse_agent.session import Session, list_sessions
from inhouse_agent.session_outline import Outline, read_outline, read_outlines
from inhouse_models.chat import Message


def session_with(root: Path, *events: Event) -> Session:
    session = Session.create(root, "model")
    assert isinstance(session, Session)
    for event in events:
        assert session.append(event) is None
    return session


def prompt(text: str) -> TurnStarted:
    return TurnStarted(text, "ask", "model")


def said(text: str) -> MessageAdded:
    return MessageAdded(Message("assistant", text))


def outline_of(session: Session) -> Outline:
    (path,) = [one.path for one in list_sessions() if one.id == session.id]
    outline = read_outline(path)
    assert isinstance(outline, Outline)
    return outline


def ways(outline: Outline) -> list[list[str]]:
    """The prompts of every branch."""
    texts = [one.text for one in outline.prompts]
    return [[texts[place] for place in branch.prompts] for branch in outline.branches]


def test_the_last_title_counts(tmp_path: Path) -> None:
    session = session_with(tmp_path, prompt("Fix\n the  parser."), said("Done."))
    assert session.title == list_sessions()[0].title == "Fix the parser."
    assert session.rename("  Parser\n work ") is None
    session.append(said('A text that holds "event":{"type":"renamed","title":"no"} itself.'))
    assert session.title == list_sessions()[0].title == "Parser work"
    session.rename("Second")
    session.close()
    reopened = Session.open(session.id)
    assert isinstance(reopened, Session)
    assert reopened.title == list_sessions()[0].title == "Second"
    assert [type(event) for event in reopened.events()].count(Renamed) == 2
    reopened.rename("")
    assert list_sessions()[0].title == "Fix the parser."


def test_a_torn_title_does_not_count(tmp_path: Path) -> None:
    session = session_with(tmp_path, prompt("First."), Renamed("Good"), Renamed("Torn"))
    session.close()
    path = list_sessions()[0].path
    path.write_bytes(path.read_bytes()[:-3])
    assert list_sessions()[0].title == "Good"
    assert outline_of(session).title == "Good"


def test_a_session_without_a_prompt_has_no_title(tmp_path: Path) -> None:
    session_with(tmp_path)
    assert list_sessions()[0].title == ""
    (outline,) = read_outlines(tmp_path)
    assert (outline.title, outline.prompts, outline.branches) == ("", (), ())


def test_a_title_is_no_part_of_the_conversation(tmp_path: Path) -> None:
    session = session_with(tmp_path, prompt("One."), said("1"))
    before = session.history(), session.memory()
    session.rename("Named")
    assert (session.history(), session.memory()) == before


def test_the_branches_of_a_session(tmp_path: Path) -> None:
    session = session_with(tmp_path, prompt("One."), said("1"))
    first = session.leaf
    for text in ("Two.", "Three."):
        session.append(prompt(text))
        session.append(said(text))
    old = session.leaf
    session.rewind(first)
    session.append(Noticed("Went back."))
    assert ways(outline_of(session)) == [["One."], ["One.", "Two.", "Three."]]
    session.append(prompt("Another."))
    outline = outline_of(session)
    assert ways(outline) == [["One.", "Another."], ["One.", "Two.", "Three."]]
    assert [branch.leaf for branch in outline.branches] == [session.leaf, old]
    assert outline.branches[1].at == session.entries[-3].at
    assert outline.title == "One."


def test_the_outline_agrees_with_the_session(tmp_path: Path) -> None:
    session = session_with(tmp_path, prompt("Zwölf \ud800 »\u2028"), said("x"), prompt("b"))
    for branch in (outline := outline_of(session)).branches:
        session.rewind(branch.leaf)
        asked = [event.prompt for event in session.events() if isinstance(event, TurnStarted)]
        assert asked == [outline.prompts[place].text for place in branch.prompts]
    assert outline.size == outline.path.stat().st_size
    assert outline.header == session.header


def test_damaged_lines_are_passed_over(tmp_path: Path) -> None:
    session = session_with(tmp_path, prompt("One."), said("1"), prompt("Two."), said("2"))
    session.close()
    path = outline_of(session).path
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1] + b"rubbish\n" + lines[3] + lines[4] + lines[4][:20])
    assert ways(outline_of(session)) == [["One.", "Two."]]
    path.write_bytes(b"")
    assert isinstance(read_outline(path), SessionProblem)
    assert list(read_outlines()) == []


def test_outlines_of_one_folder_come_newest_first(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for place in (here, there):
        place.mkdir()
    session_with(there, prompt("Elsewhere"))
    for text in ("a", "b"):
        time.sleep(0.01)
        session_with(here, prompt(text))
    assert [outline.title for outline in read_outlines(here)] == ["b", "a"]
    assert len(list(read_outlines())) == 3


def test_many_outlines_are_read(tmp_path: Path) -> None:
    session = session_with(tmp_path, prompt("Do it."), said("word " * 500))
    path = outline_of(session).path
    whole, count = path.read_bytes(), 300
    for number in range(count):
        name = f"{number:04x}"
        path.with_stem(name).write_bytes(whole.replace(session.id.encode(), name.encode()))
    assert sum(1 for _ in read_outlines(tmp_path)) == count + 1
