"""`inhouse review`, `ask` and `explain` as scripts call them."""

import json
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from tests.app.conftest import Run
from tests.e2e.scripted_server import Answer, Script, serving
from tests.e2e.scripted_server import say as answer
from tests.tools.git.repositories import IDENTITY, git, repository

Answering = Callable[..., AbstractContextManager[Script]]
FOUND = json.dumps({"findings": [{"line": 2, "severity": "bug", "text": "It \x1b[31madds."}]})
NONE = json.dumps({"findings": []})


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    @contextmanager
    def answer_with(*answers: Answer) -> Generator[Script]:
        with serving(answers) as script:
            monkeypatch.setenv("INHOUSE_ENDPOINT", script.url)
            yield script

    return answer_with


@pytest.fixture
def changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a change in one file."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    repository(folder, **{"a.py": "def f(a, b):\n    return a - b\n"})
    (folder / "a.py").write_text("def f(a, b):\n    return a + b\n")
    return folder


@pytest.mark.usefixtures("changed")
def test_findings_stand_in_lines_that_editors_read(inhouse: Run, answering: Answering) -> None:
    with answering(answer(FOUND)) as script:
        done = inhouse("review", "--about", "signs")
    assert (done.returncode, done.stdout) == (0, "a.py:2: bug: It \\x1b[31madds.\n")
    asked = json.dumps(script.requests[-1])
    assert "+    return a + b" in asked and "signs" in asked
    with answering(answer(FOUND)):
        assert inhouse("review", "--exit-code").returncode == 1
    with answering(answer(NONE)):
        none = inhouse("review", "--exit-code")
    assert (none.returncode, none.stdout) == (0, "") and "Nothing found." in none.stderr


def test_json_ranges_and_what_is_staged(inhouse: Run, changed: Path, answering: Answering) -> None:
    assert "Nothing differs." in inhouse("review", "--staged").stderr
    git(changed, "commit", "-qam", "second")
    with answering(answer(FOUND)):
        done = inhouse("review", "--json", "HEAD~1..HEAD")
    finding, result = [json.loads(line) for line in done.stdout.splitlines()]
    assert finding["type"] == "finding" and finding["line"] == 2
    assert result == {"type": "result", "findings": 1, "files": 1, "left_out": []}


@pytest.mark.usefixtures("changed")
def test_what_cannot_be_reviewed(inhouse: Run) -> None:
    for words in (["no-such-commit"], ["--", "--output=x"]):
        done = inhouse("review", *words)
        assert done.returncode == 1 and "Traceback" not in done.stderr
    assert inhouse("review", "--staged", "HEAD").returncode == 2


def test_without_git_it_says_so(inhouse: Run) -> None:
    done = inhouse("review")
    assert done.returncode == 1 and "git" in done.stderr


def test_a_question_is_answered_about_what_is_piped_in(inhouse: Run, answering: Answering) -> None:
    with answering(answer("It is a poem.")) as script:
        done = inhouse("ask", "what is this?", piped="The fog comes\n")
    assert (done.returncode, done.stdout) == (0, "It is a poem.\n")
    assert "The fog comes" in json.dumps(script.requests[-1])
    with answering(answer("Yes.")):
        assert json.loads(inhouse("ask", "--json", "really?").stdout)["result"] == "Yes."


def test_a_line_is_explained_with_the_function_around_it(
    inhouse: Run, changed: Path, answering: Answering
) -> None:
    (changed / "b.py").write_text("x = 1\n\n\ndef g():\n    y = 2\n    return y\n")
    with answering(answer("It gives 2."), answer("It sets x.")) as script:
        assert inhouse("explain", "b.py:5").stdout == "It gives 2.\n"
        inhouse("explain", "b.py:2")
    asked = [json.dumps(request) for request in script.requests]
    assert "Explain g in b.py" in asked[0] and "return y" in asked[0]
    assert "Explain line 2 of b.py" in asked[1]
    assert inhouse("explain", "gone.py:1").returncode == 2
