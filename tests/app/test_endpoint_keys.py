"""A key belongs to one server, is kept unseen, and goes nowhere else."""

import json
from pathlib import Path

import pytest

from inhouse.endpoint_keys import KeyProblem, keep_key, kept_key, key_for_run, keys_file
from inhouse_models.remote.address import Address, AddressFault, read_address

HERE = "https://gpu.example:8000"


def address(url: str) -> Address:
    found = read_address(url)
    assert isinstance(found, Address)
    return found


def test_a_key_is_kept_for_one_origin() -> None:
    assert keep_key(address(f"{HERE}/v1"), "sk-one") is None
    assert key_for_run(HERE, {}) == "sk-one"
    assert key_for_run(f"{HERE}/v1/", {}) == "sk-one"
    for other in (
        "http://gpu.example:8000",
        "https://gpu.example",
        "https://gpu.example.evil:8000",
    ):
        assert key_for_run(other, {}) == ""
    assert keep_key(address("http://other"), "sk-two") is None
    assert keep_key(address(HERE), "") is None
    assert (key_for_run(HERE, {}), key_for_run("http://other", {})) == ("", "sk-two")


def test_only_its_owner_can_read_it() -> None:
    assert keep_key(address(HERE), "sk-one") is None
    assert keys_file().stat().st_mode & 0o777 == 0o600
    keys_file().chmod(0o644)
    found = kept_key(address(HERE))
    assert isinstance(found, KeyProblem)
    assert f"chmod 600 {keys_file()}" in found.text


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}', "[" * 100_000, "\udcff"])
def test_a_damaged_file_is_said_and_not_overwritten(content: str) -> None:
    keys_file().parent.mkdir(parents=True)
    keys_file().write_text(content, "utf-8", errors="surrogateescape")
    keys_file().chmod(0o600)
    for problem in (kept_key(address(HERE)), keep_key(address(HERE), "sk-one")):
        assert isinstance(problem, KeyProblem)
        assert str(keys_file()) in problem.text
    assert keys_file().read_text("utf-8", errors="surrogateescape") == content


def test_the_environments_key_belongs_to_the_environments_endpoint() -> None:
    given = {"INHOUSE_ENDPOINT_KEY": "sk-env"}
    assert key_for_run(HERE, given) == "sk-env"
    both = {**given, "INHOUSE_ENDPOINT": f"{HERE}/v1"}
    assert key_for_run(HERE, both) == "sk-env"
    assert key_for_run("http://other", both) == ""


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "ümlaut", "\x1b[0m"])
def test_what_cannot_stand_in_a_header_is_no_key(key: str) -> None:
    assert isinstance(keep_key(address(HERE), key), KeyProblem)
    assert isinstance(key_for_run(HERE, {"INHOUSE_ENDPOINT_KEY": key}), KeyProblem)
    assert not keys_file().exists()


def test_nothing_is_lost_beside_another_writer(tmp_path: Path) -> None:
    for number in range(5):
        assert keep_key(address(f"http://host-{number}"), f"key-{number}") is None
    assert len(json.loads(keys_file().read_text("utf-8"))) == 5


@pytest.mark.parametrize(
    ("text", "base", "local"),
    [
        ("localhost:8000", "http://localhost:8000", True),
        ("http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080", True),
        ("https://gpu.example/llm/v1", "https://gpu.example/llm", False),
        ("[::1]:1234", "http://[::1]:1234", True),
        ("10.0.0.7", "http://10.0.0.7", False),
    ],
)
def test_an_address_is_understood_as_people_write_it(text: str, base: str, local: bool) -> None:
    found = address(text)
    assert (found.base, found.local) == (base, local)


@pytest.mark.parametrize(
    "text", ["", "http://", "ftp://host", "http://host:port", "http://[broken"]
)
def test_what_is_no_address_is_said(text: str) -> None:
    assert isinstance(read_address(text), AddressFault)
