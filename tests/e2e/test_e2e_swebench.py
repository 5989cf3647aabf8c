"""`inhouse eval swebench` over the real process: predictions that apply to the base commit."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.installed import Installed
from tests.e2e.scripted_server import call, say

from inhouse import __version__

HUNDRED = "".join(f"line {number}\n" for number in range(100))


@pytest.fixture
def inhouse(tmp_path: Path) -> Installed:
    """The command, in a folder of its own."""
    here = tmp_path / "here"
    here.mkdir()
    return Installed(here, loaded=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository whose second commit is the solution of an issue at the first."""
    folder = tmp_path / "clones" / "acme__shop"
    folder.mkdir(parents=True)
    (folder / "prices.py").write_text("RATE = 1\n" + HUNDRED, "utf-8")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "Before")
    (folder / "prices.py").write_text("RATE = 2\n" + HUNDRED, "utf-8")
    git(folder, "commit", "-qam", "The solution")
    return folder


def git(folder: Path, *arguments: str, given: str = "") -> str:
    """Run git."""
    author = ("-c", "user.name=Test", "-c", "user.email=test@localhost")
    command = ["git", *author, *arguments]
    done = subprocess.run(
        command, cwd=folder, check=True, input=given, capture_output=True, text=True
    )
    return done.stdout.strip()


def instance(commit: str, name: str = "acme__shop-1", **keys: str) -> dict[str, str]:
    """An instance with every field of the official data sets."""
    empty = dict.fromkeys(("hints_text", "patch", "test_patch", "created_at", "version"), "")
    issue = "RATE should be 2."
    tests = {"FAIL_TO_PASS": "[]", "PASS_TO_PASS": "[]", "environment_setup_commit": commit}
    asked = {"repo": "acme/shop", "base_commit": commit, "problem_statement": issue}
    return {"instance_id": name, **asked, **empty, **tests, **keys}


def test_predictions_apply_and_the_future_is_not_there(
    inhouse: Installed, clone: Path, serve: Serve, tmp_path: Path
) -> None:
    base = git(clone, "rev-parse", "HEAD~1")
    instances, predictions = tmp_path / "instances.jsonl", tmp_path / "predictions.jsonl"
    two = [instance(base), instance(base, "acme__shop-2")]
    instances.write_text("".join(json.dumps(one) + "\n" for one in two), "utf-8")
    look = call("bash", json.dumps({"command": "git log --all --format=%s; git fsck --lost-found"}))
    read = call("read", json.dumps({"file_path": "prices.py"}))
    edit = {"file_path": "prices.py", "old_string": "RATE = 1", "new_string": "RATE = 2"}
    new = call("write", json.dumps({"file_path": "nèw.txt", "content": "naïve\n"}))
    commit = call("bash", json.dumps({"command": "git add -A && git commit -qm Done && git log"}))
    change = call("edit", json.dumps(edit))
    server = serve(look, read, change, new, commit, say("Done."), say("I will not."))
    arguments = ("--repositories", str(clone.parent), "--predictions", str(predictions))
    ran = inhouse.run(
        "eval", "swebench", str(instances), "--endpoint", server.url, *arguments, "--json"
    )
    assert ran.code == 0, ran
    seen = [str(message["content"]) for message in server.requests[5]["messages"]]
    assert any("Before" in text for text in seen)
    assert not any("The solution" in text for text in seen)
    lines = [json.loads(line) for line in predictions.read_text("utf-8").splitlines()]
    assert [sorted(line) for line in lines] == [
        ["instance_id", "model_name_or_path", "model_patch"]
    ] * 2
    assert lines[0]["model_name_or_path"] == f"inhouse-{__version__}-scripted"
    assert [line["instance_id"] for line in lines] == ["acme__shop-1", "acme__shop-2"]
    assert lines[1]["model_patch"] == ""
    git(clone, "checkout", "-q", base)
    git(clone, "apply", "-", given=lines[0]["model_patch"])
    assert (clone / "prices.py").read_text("utf-8") == "RATE = 2\n" + HUNDRED
    assert (clone / "nèw.txt").read_text("utf-8") == "naïve\n"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"base_commit": "--upload-pack=touch x"}, "not of the form"),
        ({"repo": "../.."}, "not of the form"),
        ({"instance_id": "../../x"}, "not of the form"),
        ({"repo": "acme/other"}, "has no acme/other"),
        ({"problem_statement": None}, "problem_statement is missing"),
    ],
)
def test_a_wrong_instance_is_told(
    inhouse: Installed, clone: Path, tmp_path: Path, keys: dict[str, str], words: str
) -> None:
    file = tmp_path / "instances.json"
    base = git(clone, "rev-parse", "HEAD~1")
    file.write_text(json.dumps([instance(base, **keys)]), "utf-8")
    arguments = ("eval", "swebench", str(file), "--repositories", str(clone.parent))
    inhouse.run(*arguments).failed(2, words)


def test_a_commit_that_is_not_there_is_an_error_of_the_attempt(
    inhouse: Installed, clone: Path, serve: Serve, tmp_path: Path
) -> None:
    file = tmp_path / "instances.json"
    file.write_text(json.dumps([instance("0" * 40)]), "utf-8")
    server = serve()
    arguments = ("--repositories", str(clone.parent), "--endpoint", server.url, "--json")
    ran = inhouse.run("eval", "swebench", str(file), *arguments)
    assert ran.code == 0, ran
    attempt = json.loads(ran.out)["attempts"][0]
    assert attempt["outcome"] == "error"
    assert "git fetch of acme__shop-1" in attempt["reason"]
    assert server.requests == []
