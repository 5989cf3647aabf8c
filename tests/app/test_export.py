"""Sessions as documents: what is in them, and that no text of a session becomes more than text."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.export.document import (
    Answer,
    Call,
    Document,
    Ended,
    Notice,
    Part,
    Plan,
    Prompt,
    Thinking,
    Told,
    document_of,
)
from inhouse.export.html import to_html
from inhouse.export.markdown import to_markdown
from inhouse.export.writing import ExportProblem, file_name, format_of, write_document
from inhouse_agent.events import (
    Answered,
    Asked,
    Compacted,
    Event,
    MessageAdded,
    Noticed,
    PlanProposed,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from inhouse_agent.plan import Plan as AgentPlan
from inhouse_agent.plan import PlanStep
from inhouse_agent.session import Session
from inhouse_models.chat import Message, Timings, Usage

VOID = {"meta", "br", "hr"}
OWN = {"html", "head", "title", "style", "body", "header", "h1", "dl", "dt", "dd", "main"} | {
    *("section", "footer", "details", "summary", "pre", "p", "b", "span", "small", "time"),
}
MARKDOWN = {"h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "em", "strong"} | {
    *("code", "table", "thead", "tbody", "tr", "th", "td", "a"),
}
ATTRIBUTES = {"class", "open", "lang", "charset", "http-equiv", "content", "name", "rel", "href"}
EVENTS: list[Event] = [
    TurnStarted("Fix <b>it</b>\nnow", "ask", "model"),
    MessageAdded(Message("system", "You are secret.")),
    MessageAdded(Message("user", "Fix <b>it</b>\nnow")),
    MessageAdded(Message("assistant", "I look.", thinking="Hm. A bug?")),
    ToolStarted("1", "read", "read a.py", '{"file_path":"a.py"}'),
    ToolEnded("1", "read", "1 ```\n", seconds=0.25),
    ToolStarted("2", "edit", "edit a.py", "{}"),
    ToolEnded("2", "edit", "Changed.", {"diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n"}, seconds=1),
    ToolStarted("3", "bash", "bash rm -rf /", "{}"),
    Asked("3", "bash", "it writes", ("rm",)),
    Answered("3", False, "person", "never do that"),
    ToolEnded("3", "bash", "Denied.", failed=True),
    MessageAdded(Message("user", "Use pytest.")),
    Noticed("The engine was restarted."),
    Compacted(1000, 200, 0, ()),
    MessageAdded(Message("assistant", "**Fixed** <script>alert(1)</script>.")),
    TurnEnded(
        "success",
        "**Fixed** <script>alert(1)</script>.",
        2,
        Usage(1500, 0, 30),
        Timings(),
        75,
        ("a.py",),
    ),
    TurnStarted("And now?", "ask", "model"),
    PlanProposed(AgentPlan("Tidy", (PlanStep("Rename x"),))),
    ToolStarted("4", "bash", "bash sleep 9", "{}"),
]


@pytest.fixture
def document(tmp_path: Path) -> Document:
    session = Session.create(tmp_path, "starter")
    assert isinstance(session, Session)
    for event in EVENTS:
        session.append(event)
    session.close()
    return document_of(session)


class Page(HTMLParser):
    """What a browser would see: tags, attributes, and the text that is shown."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.shown: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.shown.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def test_the_parts_of_a_session(document: Document) -> None:
    prompt, thinking, look, read, edit, bash, told, notice, summary, fixed, ended, *rest = (
        document.parts
    )
    assert isinstance(prompt, Prompt)
    assert prompt.at[:2] == "20"
    assert thinking == Thinking("Hm. A bug?")
    assert look == Answer("I look.")
    assert read == Call("read a.py", '{"file_path":"a.py"}', "1 ```\n", seconds=0.25, ended=True)
    assert isinstance(edit, Call)
    assert edit.diff.endswith("+y\n")
    assert isinstance(bash, Call)
    assert bash.denied == "never do that"
    assert told == Told("Use pytest.")
    assert notice == Notice("The engine was restarted.")
    assert summary == Notice("Summarised to make room: 1,000 tokens became 200.")
    assert isinstance(fixed, Answer)
    assert ended == Ended("success", "", 75, 2, 1500, 30, ("a.py",))
    second, plan, torn = rest
    assert isinstance(second, Prompt)
    assert plan == Plan("# Tidy\n\n1. Rename x\n")
    assert isinstance(torn, Call)
    assert not torn.ended
    assert document.title == "Fix <b>it</b> now"


def test_markdown_of_a_session(document: Document) -> None:
    text = to_markdown(document)
    assert text.startswith("# Fix \\<b\\>it\\</b\\> now\n\n- Folder: /")
    assert "> Fix \\<b\\>it\\</b\\>\\\n> now\n" in text
    assert "````\n1 ```\n````" in text
    assert "```diff\n--- a\n" in text
    assert "**Fixed** <script>" in text
    assert "*Done · 1 min 15 s · 2 answers · 1,500 tokens in · 30 out*" in text
    assert "(denied: never do that)" in text
    assert "secret" not in text


def test_html_of_a_session(document: Document) -> None:
    page = to_html(document)
    seen = Page(page)
    assert seen.tags <= OWN | MARKDOWN | VOID
    assert seen.open == []
    assert "<strong>Fixed</strong> &lt;script&gt;" in page
    assert '<span class="added">+y</span>' in page
    assert '<details class="failed"><summary><b>bash sleep 9</b> <span>cut off</span>' in page
    assert "secret" not in page


def test_a_page_fetches_and_runs_nothing(document: Document) -> None:
    page = to_html(document)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert "url(" not in style
    assert "@import" not in style
    assert not Page(page).tags & {"script", "link", "img", "iframe"}


EVIL = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "</style><script>",
        "</pre></details>",
        "\"' onload=x",
        "<!--",
        "<?php",
        "]]>",
        "![x](http://a/b)",
        "[x](javascript:alert(1))",
        "[x](https://a/?q=\"onclick='b')",
        "<http://a>",
        "[a]: data:text/html,x\n\n[a]",
        "```\n",
        "&lt;script&gt;",
        "\0",
        "\ud800",
        "\u202e",
        "| a | b |\n|---|---|\n| <td | c |\n",
        "    code\n",
        "# ",
        "> ",
        "1. ",
        "+",
        "-",
        "{title}",
    ]
)
TEXTS = st.lists(EVIL | st.text(max_size=12), max_size=6).map("".join)
CALLS = st.builds(Call, TEXTS, TEXTS, TEXTS, TEXTS, denied=TEXTS)
ENDED = st.builds(
    Ended,
    st.just("failed"),
    TEXTS,
    st.just(1.0),
    st.just(1),
    st.just(1),
    st.just(1),
    st.tuples(TEXTS),
)
PARTS = st.one_of(
    CALLS,
    ENDED,
    *(st.builds(kind, TEXTS) for kind in (Prompt, Told, Thinking, Answer, Plan, Notice)),
)


@given(TEXTS, st.lists(PARTS, max_size=4))
def test_no_text_opens_a_tag_or_an_attribute(text: str, parts: list[Part]) -> None:
    page = to_html(Document(text, text, text, text, text, tuple(parts)))
    page.encode("utf-8")
    seen = Page(page)
    rich = any(isinstance(part, (Answer, Plan)) for part in parts)
    assert seen.tags <= OWN | VOID | (MARKDOWN if rich else set())
    assert seen.attributes <= ATTRIBUTES - (set() if rich else {"href", "rel"})
    assert all(link.lower().startswith(("http://", "https://", "mailto:")) for link in seen.links)
    assert seen.open == []


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_what_is_no_markdown_is_shown_to_the_letter(text: str) -> None:
    parts = (Prompt(text), Thinking(text), Call(text, "", text, ended=True), Notice(text))
    seen = "".join(Page(to_html(Document("", "", "", "", "", parts))).shown)
    assert seen.count(text) >= 4


@given(TEXTS)
def test_a_fence_of_markdown_holds_its_text(text: str) -> None:
    page = to_markdown(Document("", "", "", "", "", (Thinking(text),)))
    (fence,) = re.findall(r"^(`{3,})\n", page, re.MULTILINE)[:1]
    inside = page.split(f"{fence}\n", 1)[1].rsplit(f"\n{fence}\n", 1)[0]
    assert fence not in inside


def test_files_are_named_after_their_session(tmp_path: Path, document: Document) -> None:
    name = file_name(document, "html")
    assert name == f"fix-b-it-b-now-{document.id}.html"
    assert (format_of(name), format_of("x.MD"), format_of("x")) == ("html", "md", "md")
    path = tmp_path / name
    assert write_document(document, path, "html") == path
    assert path.read_text(encoding="utf-8") == to_html(document)
    again = write_document(document, path, "md")
    assert isinstance(again, ExportProblem)
    assert "exists already" in again.text
    nowhere = write_document(document, tmp_path / "no" / "where.md", "md")
    assert isinstance(nowhere, ExportProblem)
    assert "cannot be written" in nowhere.text
