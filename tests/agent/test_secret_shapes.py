"""What looks like a secret is masked where a conversation leaves its own files, and only there."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agent.test_session import opened

from inhouse.export.document import document_of
from inhouse.export.writing import Format, render_document
from inhouse_agent.events import MessageAdded, TurnStarted
from inhouse_agent.secret_shapes import MASK, mask_secrets
from inhouse_agent.session import Session, list_sessions
from inhouse_models.chat import Message

# Put together here, so that no scanner takes this file for a leak.
PARTS = {
    "AKIA" + "ABCDEFGHIJ234567": "AKIA",
    "ghp_" + "a1B2" * 9: "ghp_",
    "github_pat_" + "11AAAAAA0" * 4: "github_pat_",
    "xoxb-" + "123456789012-abcdefABCDEF": "xoxb-",
    "sk-" + "proj-abc123" * 3: "sk-",
    "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.c2ln": "eyJ",
}
FORMS = (
    ("password = {}", "hunter2hunter2"),
    ('"api_key": "{}"', "0123abcd4567"),
    ("DATABASE_URL=postgres://me:{}@host/db", "s3cr3t"),
    ("Authorization: Bearer {}", "abcdef012345abcdef"),
    ("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----", "MIIEow" * 20),
)
HARMLESS = (
    "def read_token(stream: TextIO) -> Token: ...",
    "password: str = field(default_factory=str)",
    "The secret: write tests.",
    "token_count = len(tokens)",
    "https://example.org/a:b@c",
    "sk-learn, eyJ and AKIA",
    "commit 8f14e45fceea167a5a36dedd4bea2543",
)


@pytest.mark.parametrize("secret", PARTS)
def test_keys_are_known_by_their_form(secret: str) -> None:
    masked = mask_secrets(f"use {secret} here")
    assert masked == f"use {PARTS[secret]}{MASK} here"


@pytest.mark.parametrize(("form", "secret"), FORMS)
def test_secrets_are_known_by_what_stands_before_them(form: str, secret: str) -> None:
    masked = mask_secrets(form.format(secret))
    assert secret not in masked
    assert MASK in masked


@pytest.mark.parametrize("text", HARMLESS)
def test_code_and_prose_stay(text: str) -> None:
    assert mask_secrets(text) == text


@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask_secrets(mask_secrets(text)) == mask_secrets(text)


@pytest.mark.parametrize("piece", ["a", "a.", "token", "-----BEGIN PRIVATE KEY-----", "a://", "="])
def test_long_texts_take_no_long_time(piece: str) -> None:
    began = time.process_time()
    mask_secrets(piece * (500_000 // len(piece)))
    assert time.process_time() - began < 5


@pytest.mark.parametrize("form", ["md", "html"])
def test_titles_and_exports_are_masked_and_the_session_is_not(tmp_path: Path, form: Format) -> None:
    secret = next(iter(PARTS))
    prompt = f"Deploy with {secret}, please."
    session = opened(Session.create(tmp_path, "model"))
    session.append(TurnStarted(prompt, "", ""))
    session.append(MessageAdded(Message("user", prompt)))
    session.append(MessageAdded(Message("assistant", f"I used {secret}.")))
    assert secret not in session.title
    assert MASK in session.title
    exported = render_document(document_of(session), form)
    assert secret not in exported
    assert exported.count(MASK) >= 2
    assert session.history()[0].text == prompt, "the model gets back what it has read"
    session.close()
    (summary,) = list_sessions()
    assert secret not in summary.title
    assert secret in summary.path.read_text()
