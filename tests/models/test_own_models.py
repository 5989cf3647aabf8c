"""Models that a person adds: known by name like the others, and told about when they are wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.catalogue import find_entry, load_catalogue, own_problems, shipped_catalogue
from inhouse_models.own_models import check_own_models, own_models_file

WHOLE = """
[[model]]
name = "mine"
aliases = ["my-model"]
repository = "me/mine-GGUF"
file = "UD/Mine-Q4_K_M.gguf"
size = 4294967296
thinks = true
sampling = { temperature = 1.0, top_k = 40 }
projector = { repository = "me/mine-GGUF", file = "mmproj-F16.gguf" }
"""


def write(text: str) -> None:
    file = own_models_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_without_a_file_there_are_those_that_inhouse_comes_with(home: Path) -> None:
    assert own_models_file() == home / ".config" / "inhouse" / "models.toml"
    assert load_catalogue() == shipped_catalogue()
    assert own_problems() == ()


def test_own_models_come_last_and_are_found_by_every_name(home: Path) -> None:
    write(WHOLE)
    assert load_catalogue()[:-1] == shipped_catalogue()
    entry = find_entry("my-model")
    assert entry
    assert entry == load_catalogue()[-1] == find_entry("Mine")
    assert (entry.own, entry.quality, entry.profile, entry.thinks) == (True, 0, "large", True)
    assert (entry.remote.repository, entry.remote.revision) == ("me/mine-GGUF", "main")
    assert (entry.sampling.temperature, entry.sampling.top_k) == (1.0, 40)
    assert entry.needs_gib == 4.6
    assert entry.stored_projector_name == "mine.mmproj-f16.gguf"
    write(WHOLE.replace("mine", "yours"))
    assert find_entry("mine") is None
    assert find_entry("yours")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("contxt = 4096", "contxt is not known; did you mean context?"),
        ('context = "4096"', "context has to be tokens, a whole number, not '4096'"),
        ("context = 0", "context has to be"),
        ("size = true", "size has to be bytes"),
        ('sha256 = "abc"', "sha256 has to be 64 digits"),
        ('profile = "medium"', '"small" or "large"'),
        ("sampling = { temperature = 9.0 }", "sampling has to be"),
        ("sampling = { heat = 1.0 }", "sampling has to be"),
        ('projector = { file = "a.gguf" }', "projector has to be"),
        ('title = "\\u001b[31m"', "title has to be a text"),
        ("quality = 99", "quality is not known"),
        ("own = false", "own is not known"),
    ],
)
def test_what_is_wrong_is_told_and_leaves_out_that_model_only(
    home: Path, line: str, said: str
) -> None:
    other = WHOLE.replace("mine", "other").replace("my-model", "other-model")
    write(f'{WHOLE}[[model]]\nname = "wrong"\nrepository = "a/b"\nfile = "c.gguf"\n{line}\n{other}')
    [problem] = own_problems()
    assert problem.startswith(str(own_models_file()))
    assert "model 2 (wrong) is left out: " in problem
    assert said in problem
    assert find_entry("mine")
    assert find_entry("other")
    assert find_entry("wrong") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[model]\n", "it is no TOML"),
        ('model = "mine"', "models are written as [[model]]"),
        ("[models]\na = 1", "models means nothing here"),
        ("[[model]]\n", "model 1 is left out: name is missing"),
        ('[[model]]\nname = "a"\nrepository = "b"\nfile = "c.gguf"', "OWNER/REPO"),
        ('[[model]]\nname = "a"\nrepository = "a/b"\nfile = "../c.gguf"', "file has to be"),
        ('[[model]]\nname = "../a"\nrepository = "a/b"\nfile = "c.gguf"', "name has to be"),
        ('[[model]]\nname = "starter"\nrepository = "a/b"\nfile = "c.gguf"', "starter already"),
        (WHOLE + WHOLE, "there is a model mine already"),
    ],
)
def test_what_cannot_be_used(home: Path, text: str, said: str) -> None:
    write(text)
    assert any(said in problem for problem in own_problems()), own_problems()
    assert load_catalogue()[: len(shipped_catalogue())] == shipped_catalogue()


def test_a_file_that_cannot_be_read_is_told(home: Path) -> None:
    own_models_file().mkdir(parents=True)
    [problem] = own_problems()
    assert "Is a directory" in problem
    own_models_file().rmdir()
    write("#" * 1_000_001)
    assert "more than 1,000,000 bytes" in own_problems()[0]


@given(st.text(max_size=300))
def test_no_text_is_an_error_of_ours(text: str) -> None:
    found = check_own_models(f"{text}\n{WHOLE}", ())
    assert found.tables or found.problems
    assert check_own_models(WHOLE, ()).tables
