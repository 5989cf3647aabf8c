"""`inhouse edit` as editors and scripts call it: text in, text out, nothing else."""

import json
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from tests.app.conftest import Run
from tests.e2e.scripted_server import Answer, Script, serving
from tests.e2e.scripted_server import say as answer

from inhouse.filtering.buffer import cut
from inhouse.filtering.place import Place, read_place
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import decode

SOURCE = "def add(a, b):\n    return a - b\n\n\nprint(add(1, 2))\n"
FIXED = "```python\ndef add(a, b):\n    return a + b\n```"


@pytest.fixture
def file(folder: Path) -> Path:
    path = folder / "calc.py"
    path.write_text(SOURCE)
    return path


Answering = Callable[..., AbstractContextManager[Script]]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Has the model give these answers, in a server that the command is pointed at."""

    @contextmanager
    def answer_with(*answers: Answer) -> Generator[Script]:
        with serving(answers) as script:
            monkeypatch.setenv("INHOUSE_ENDPOINT", script.url)
            yield script

    return answer_with


def test_a_selection_goes_in_and_comes_out(inhouse: Run, file: Path, answering: Answering) -> None:
    with answering(answer(FIXED)):
        done = inhouse("edit", "make it add", piped="def add(a, b):\n    return a - b\n")
    assert (done.returncode, done.stdout) == (0, "def add(a, b):\n    return a + b\n")
    assert file.read_text() == SOURCE


def test_lines_of_a_file_are_changed_in_what_comes_out(
    inhouse: Run, file: Path, answering: Answering
) -> None:
    with answering(answer(FIXED)):
        done = inhouse("edit", "calc.py:1-2", "make it add")
    assert done.stdout == SOURCE.replace("-", "+")
    assert file.read_text() == SOURCE


def test_piped_text_of_as_many_lines_is_the_selection(
    inhouse: Run, file: Path, answering: Answering
) -> None:
    with answering(answer(FIXED)) as script:
        done = inhouse("edit", "calc.py:1-2", "add", piped="def add(a, b):\n    return a * b\n")
    assert done.stdout == "def add(a, b):\n    return a + b\n"
    assert "return a * b" in json.dumps(script.requests[-1])
    with answering(answer(FIXED)):
        whole = inhouse("edit", "calc.py:1-2", "add", piped=SOURCE.replace("print", "show"))
    assert whole.stdout == SOURCE.replace("-", "+").replace("print", "show")
    assert file.read_text() == SOURCE


def test_in_place_is_taken_back_by_undo(inhouse: Run, file: Path, answering: Answering) -> None:
    file.write_bytes(SOURCE.replace("\n", "\r\n").encode())
    with answering(answer(FIXED)):
        done = inhouse("edit", "--in-place", "calc.py:1-2", "make it add")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert file.read_bytes() == SOURCE.replace("-", "+").replace("\n", "\r\n").encode()
    assert inhouse("undo").returncode == 0
    assert file.read_bytes() == SOURCE.replace("\n", "\r\n").encode()


def test_a_diff_and_json(inhouse: Run, file: Path, answering: Answering) -> None:
    with answering(answer(FIXED)):
        diff = inhouse("edit", "--diff", "calc.py:1-2", "make it add").stdout
    assert "-    return a - b\n+    return a + b\n" in diff
    with answering(answer(FIXED)):
        said = json.loads(inhouse("edit", "--json", "calc.py:1-2", "make it add").stdout)
    assert said["changed"] is True and said["diff"] == diff and said["error"] is None
    assert said["text"] == SOURCE.replace("-", "+")
    assert file.read_text() == SOURCE


def test_what_fails_comes_out_as_it_went_in(inhouse: Run, file: Path, answering: Answering) -> None:
    with answering(answer("No."), answer("Never.")):
        done = inhouse("edit", "calc.py", "make it add")
    assert (done.returncode, done.stdout) == (1, SOURCE)
    assert "no fenced block" in done.stderr and "Traceback" not in done.stderr
    with answering(answer("No."), answer("Never.")):
        said = json.loads(inhouse("edit", "--json", "calc.py", "make it add").stdout)
    assert said["text"] == SOURCE and "no fenced block" in said["error"]


def test_what_stays_the_same_is_no_failure(inhouse: Run, answering: Answering) -> None:
    with answering(answer("```\nx\n```")):
        done = inhouse("edit", "leave it", piped="x\n")
    assert (done.returncode, done.stdout) == (0, "x\n")
    assert "Nothing had to be changed." in done.stderr


WRONG = {
    "nothing to work on": (("edit", "go"), "", "There is nothing to work on"),
    "no instruction": (("edit", "  "), "x", "The instruction is empty"),
    "three words": (("edit", "a", "b", "c"), "x", "in quotes"),
    "no such file": (("edit", "gone.py", "go"), "", "gone.py"),
    "no such line": (("edit", "calc.py:90", "go"), "", "has only 5 lines"),
    "lines backwards": (("edit", "calc.py:5-2", "go"), "", "the first stands before the last"),
    "a folder": (("edit", ".", "go"), "", "irectory"),
    "no text": (("edit", "go"), "a\0b", "binary"),
    "in place of nothing": (("edit", "-i", "go"), "x", "name it"),
}


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_command_says_what_is_wrong(inhouse: Run, case: str) -> None:
    words, piped, expected = WRONG[case]
    done = inhouse(*words, piped=piped)
    assert done.returncode == 2 and done.stdout == ""
    assert expected in done.stderr and "Traceback" not in done.stderr


def test_places(folder: Path) -> None:
    (folder / "odd:3").write_text("")
    assert read_place("a.py:3") == Place(Path("a.py"), 3, 3)
    assert read_place("a.py:3-9") == Place(Path("a.py"), 3, 9)
    assert read_place("a.py") == Place(Path("a.py"))
    assert read_place(str(folder / "odd:3")) == Place(folder / "odd:3")
    assert isinstance(read_place(":3"), str) and isinstance(read_place("a\0"), str)


def test_the_parts_of_a_buffer_are_the_whole() -> None:
    text = "a\n\x0cb\nc"
    source = decode(text.encode())
    assert not isinstance(source, Refusal)
    for first in range(1, 4):
        for last in range(first, 5):
            part = cut(source, Place(Path("x"), first, last))
            assert not isinstance(part, Refusal)
            assert part.result(part.text) == text
