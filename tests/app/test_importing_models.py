"""`inhouse models find`, `import` and `add NAME`: models of other programs on the command line."""

import json
from pathlib import Path

from tests.app.conftest import Run
from tests.models.importing.other_programs import (
    MODEL,
    OTHER,
    PROJECTOR,
    put_in_lm_studio,
    put_in_ollama,
)


def test_nothing_is_said_where_nothing_is(inhouse: Run) -> None:
    done = inhouse("models", "find")
    assert (done.returncode, done.stdout) == (0, "")
    assert "Ollama" in done.stderr
    assert json.loads(inhouse("models", "find", "--json").stdout) == {"models": [], "notes": []}


def test_a_model_of_ollama_is_used_where_it_lies(inhouse: Run, home: Path) -> None:
    blob = put_in_ollama(home, "qwen3", "8b", projector=PROJECTOR)
    [told] = json.loads(inhouse("models", "find", "--json").stdout)["models"]
    assert (told["name"], told["program"], told["size"]) == ("qwen3-8b", "ollama", len(MODEL))
    assert (told["architecture"], told["quantisation"]) == ("qwen2", "Q4_K_M")
    assert (told["usable"], told["added_as"]) == (True, None)
    added = inhouse("models", "import", "qwen3:8b")
    assert (added.returncode, added.stdout) == (0, f"qwen3-8b is ready: {blob}\n")
    assert "config set projector" in added.stderr
    assert "as qwen3-8b" in inhouse("models", "find").stdout
    assert "qwen3-8b" in inhouse("models", "list").stdout
    assert "ollama:qwen3:8b" in inhouse("models", "info", "qwen3:8b").stdout
    blob.unlink()
    gone = inhouse("-p", "hi", "-m", "qwen3-8b")
    assert gone.returncode == 5
    assert "which is gone" in gone.stderr
    assert "gone" in inhouse("models", "list").stdout
    assert inhouse("models", "rm", "qwen3-8b").returncode == 0


def test_add_takes_such_a_name_too(inhouse: Run, home: Path) -> None:
    file = put_in_lm_studio(home, "maker/repo/Some-Q4_K_M.gguf")
    added = inhouse("models", "add", "some-q4_k_m")
    assert (added.returncode, added.stdout) == (0, f"Some-Q4_K_M is ready: {file}\n")
    unknown = inhouse("models", "add", "nothing-like-it")
    assert (unknown.returncode, unknown.stdout) == (5, "")
    assert "inhouse models find" in unknown.stderr


def test_all_takes_what_can_be_used(inhouse: Run, home: Path) -> None:
    put_in_lm_studio(home, "a/b/One.gguf")
    put_in_lm_studio(home, "a/b/Two.gguf", OTHER)
    put_in_lm_studio(home, "a/b/cut.gguf", MODEL[:-50])
    done = inhouse("models", "import", "--all")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["One", "Two"]
    again = inhouse("models", "import", "--all")
    assert (again.returncode, again.stdout) == (0, "")
    assert "nothing to import" in again.stderr


def test_a_name_that_means_two_and_usage(inhouse: Run, home: Path) -> None:
    put_in_lm_studio(home, "a/b/One-a.gguf")
    put_in_lm_studio(home, "a/b/One-b.gguf", OTHER)
    both = inhouse("models", "import", "one")
    assert both.returncode == 5
    assert "One-a, One-b" in both.stderr
    assert inhouse("models", "import").returncode == 2
    assert inhouse("models", "import", "one", "--all").returncode == 2


def test_hostile_titles_do_not_reach_the_terminal(inhouse: Run, home: Path) -> None:
    put_in_lm_studio(home, "a/b/\x1b[31mred\n.gguf")
    found = inhouse("models", "find")
    assert "red" in found.stdout
    assert "\x1b" not in found.stdout + found.stderr
    assert "\x1b" not in inhouse("models", "find", "--json").stdout
    assert "\x1b" not in inhouse("models", "import", "--all").stdout
