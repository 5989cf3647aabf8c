"""A planted secret never comes out of a conversation, wherever it stands; code stays code."""

import json
import random
import string
import time

import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from inhouse.export.training.conversation import Conversation, Said
from inhouse.export.training.masking import Masker, looks_random, secrets_of
from inhouse.export.training.shape import Shape, learn_secrets, write_example
from inhouse_agent.secret_shapes import MASK
from inhouse_models.chat import Message, ToolCall

LETTERS = string.ascii_letters + string.digits
VALUE = st.text(LETTERS, min_size=20, max_size=40).filter(
    lambda text: any(map(str.isdigit, text)) and any(map(str.isalpha, text))
)
WORDS = st.text(
    string.ascii_letters + string.digits + " -_#$%!?@", min_size=12, max_size=30
).filter(lambda text: text.strip() == text and len({*text}) > 5 and not text.startswith(("-", "#")))
# What stands around a secret by which it is known.
FORMS = (
    "ghp_{}", "sk-{}", "xoxb-{}", "hf_{}", "AKIA{}",
    "password = {}", '"api_key": "{}"', "GITHUB_TOKEN={}", "client_secret: '{}'", "db.password={}",
    "https://me:{}@example.org/db", "Authorization: Bearer {}", "auth_token => \"{}\"",
    "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
    "1\t-----BEGIN OPENSSH PRIVATE KEY-----\n2\t{}\n",
)  # fmt: skip
PLACES = ("system", "prompt", "answer", "thinking", "arguments", "key", "result", "bad call")
HARMLESS = (
    "def read_token(stream: TextIO) -> Token: ...",
    "password: str = field(default_factory=str)",
    "The secret: write tests.",
    "token_count = len(tokens)",
    "tests/app/training/test_masked_training_data.py::test_code_stays_as_it_is",
    "class TestThatHttpServersAnswerInUtf8Only: ...",
    "from inhouse.export.training.conversation import conversations_of",
    "self._assert_raises_value_error_when_called_twice()",
    "x = 0x1F + 12345678901234567890123456789",
)


def conversation(secret_text: str, place: str, bare: str) -> Conversation:
    """One that holds the text at one place, and what is secret of it as a word in every other."""

    def at(name: str) -> str:
        return f"before {secret_text} after" if name == place else f"see {bare} here"

    arguments = json.dumps({at("key"): 1, "command": [at("arguments")]})
    messages = (
        Message("system", at("system")),
        Message("user", at("prompt"), images=("data:image/png;base64,AAAA",)),
        Message(
            "assistant",
            at("answer"),
            thinking=at("thinking"),
            calls=(ToolCall("1", "bash", arguments),),
        ),
        Message("tool", at("result"), answers="1"),
        Message("assistant", "", calls=(ToolCall("2", "bash", "{" + at("bad call")),)),
        Message("tool", "That is no JSON.", answers="2"),
        Message("assistant", "Done."),
    )
    said = tuple(Said(one, one.role == "assistant") for one in messages)
    return Conversation("1", "model", said, "large", ())


def written(given: Conversation, shape: Shape) -> str:
    masker = Masker("/nowhere")
    learn_secrets(given, masker)
    return json.dumps(write_example(given, shape, masker).line, ensure_ascii=False)


@options(max_examples=150)
@given(
    VALUE,
    st.sampled_from(FORMS),
    st.sampled_from(PLACES),
    st.sampled_from(["openai", "fenced"]),
    st.sampled_from(["text", "object"]),
)
def test_a_planted_secret_never_comes_out(
    secret: str, form: str, place: str, calls: str, arguments: str
) -> None:
    shape = Shape(calls=calls, arguments=arguments)  # pyright: ignore[reportArgumentType] - of the list above
    text = written(conversation(form.format(secret), place, secret), shape)
    assert MASK in text
    assert secret not in text
    # Without a form around it a word of letters may stay: the planted form is what hides it.
    assert "before " in text


@given(WORDS, st.sampled_from(["DB_PASSWORD", "API_KEY", "export STRIPE_SECRET"]))
def test_no_value_of_an_env_file_comes_out(secret: str, name: str) -> None:
    read = ToolCall("1", "bash", '{"command": "cat ./.env.local"}')
    messages = (
        Message("user", "What is set?"),
        Message("assistant", calls=(read,)),
        Message("tool", f"# settings\n{name}={secret}\nMODE=fast lane\n", answers="1"),
        Message("assistant", f"It is `{secret}`."),
    )
    said = tuple(Said(one, one.role == "assistant") for one in messages)
    text = json.loads(written(Conversation("1", "m", said, "large", ()), Shape()))
    contents = [one["content"] for one in text["messages"]]
    assert contents[2] == f"# settings\n{name}={MASK}\nMODE={MASK}\n"
    assert secret not in contents[3]


def test_a_file_before_a_prompt_is_known_by_its_name() -> None:
    masker = Masker()
    shown = "calc.py\n```\nx = 1\n```\n\nweb/.env\n```\nMODE=fast\nB=two words\n```\n\nTask:\ny = 2"
    masker.learn(shown)
    assert masker.mask(shown) == shown.replace("fast", MASK).replace("two words", MASK)
    example = shown.replace(".env", ".env.example")
    assert masker.mask(example) == example


@pytest.mark.parametrize("text", HARMLESS)
def test_code_stays_as_it_is(text: str) -> None:
    masker = Masker("/home/me")
    masker.learn(text)
    assert masker.mask(text) == text
    assert not masker.counts


def test_keys_without_a_name_are_known_by_their_look() -> None:
    source = random.Random(7)
    made = ["".join(source.choices(LETTERS, k=40)) for _ in range(300)]
    assert sum(map(looks_random, made)) >= 294
    assert looks_random("8f14e45fceea167a5a36dedd4bea2543")
    assert not looks_random("a" * 64)


def test_home_folders_become_a_tilde() -> None:
    masker = Masker("/srv/me")
    text = "/srv/me/a /srv/me /srv/menu /home/ann/b C=/Users/bob/c ~/home/x x/home/ann/"
    assert masker.mask(text) == "~/a ~ /srv/menu ~/b C=~/c ~/home/x x/home/ann/"
    assert masker.counts == {"home path": 4}
    assert masker.secrets == 0


def test_the_environment_tells_what_is_secret() -> None:
    given = {"MY_API_KEY": "plain-words-only", "PATH": "/usr/bin", "EDITOR": "vim", "X_TOKEN": "ab"}
    assert secrets_of(given) == {"plain-words-only": "environment variable"}


@options(max_examples=60)
@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    masker = Masker("/home/me")
    masker.learn(text)
    once = masker.mask(text, variables=True)
    assert Masker("/home/me").mask(once, variables=True) == once


@pytest.mark.parametrize(
    "piece", ["a", "a.", "token", "A=", " ", "A= ", "/home/", "aA1", ".env ", ".env\n```\n"]
)
def test_long_texts_take_no_long_time(piece: str) -> None:
    began = time.process_time()
    text = piece * (200_000 // len(piece))
    masker = Masker("/home/me")
    masker.learn(text, variables=True)
    masker.mask(text, variables=True)
    assert time.process_time() - began < 5
