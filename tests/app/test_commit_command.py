"""`inhouse commit` as a person and a script use it."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.app.conftest import Run
from tests.e2e.scripted_server import Script, serving
from tests.e2e.scripted_server import say as answer
from tests.tools.git.repositories import IDENTITY, git, repository

from inhouse.committing import HOOKS_OFF, CommitWish, NoProposal, Proposal, carry_out, propose
from inhouse.exit_codes import ExitCode
from inhouse_models.chat import ModelClient, ModelError
from inhouse_models.scripted import FailingModel, ScriptedModel, fail, say
from inhouse_tools.git.commit import Committed

GOOD = json.dumps({"subject": "Change the first line", "body": "It was wrong."})


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def root(folder: Path) -> Path:
    """A repository with one staged, one unstaged and one untracked change."""
    repository(folder, a="1\n", b="2\n")
    (folder / "a").write_text("staged\n", "utf-8")
    git(folder, "add", "a")
    (folder / "b").write_text("unstaged\n", "utf-8")
    (folder / "new").write_text("new\n", "utf-8")
    return folder


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    with serving([answer(GOOD)]) as found:
        monkeypatch.setenv("INHOUSE_ENDPOINT", found.url)
        yield found


def subjects(root: Path) -> list[str]:
    return git(root, "log", "--format=%s").splitlines()


def files_of_head(root: Path) -> str:
    return git(root, "show", "--format=", "--name-status", "HEAD")


def propose_with(model: ModelClient | ModelError, wish: CommitWish) -> Proposal | NoProposal:
    async def reach() -> ModelClient | ModelError:
        return model

    return asyncio.run(propose(wish, reach, lambda _event: None))


def committed(wish: CommitWish) -> Proposal:
    """The proposal, after it was carried out."""
    proposal = propose_with(ScriptedModel((say(GOOD),)), wish)
    assert isinstance(proposal, Proposal), proposal
    made = asyncio.run(carry_out(proposal, proposal.message))
    assert isinstance(made, Committed), made
    return proposal


def test_what_is_staged_is_committed(inhouse: Run, root: Path, script: Script) -> None:
    done = inhouse("commit", "-y")
    assert done.returncode == 0, done.stderr
    head = git(root, "rev-parse", "HEAD")[:10]
    assert done.stdout == (f"Change the first line\n\nIt was wrong.\n\ncommitted {head} on main\n")
    assert subjects(root) == ["Change the first line", "First"]
    assert files_of_head(root) == "M\ta\n"
    assert git(root, "status", "--porcelain") == " M b\n?? new\n"
    asked = script.requests[0]
    assert asked["response_format"]["type"] == "json_schema"
    assert "-1\n+staged" in asked["messages"][-1]["content"]


def test_all_changed_files_as_json(inhouse: Run, root: Path, script: Script) -> None:
    done = inhouse("commit", "--all", "-y", "--json", "--about", "issue 7")
    told = json.loads(done.stdout)
    assert (told["committed"], told["written_by"], told["branch"]) == (True, "model", "main")
    assert (told["subject"], told["body"]) == ("Change the first line", "It was wrong.")
    assert told["files"] == ["a", "b"]
    assert told["id"] == git(root, "rev-parse", "HEAD").strip()
    assert "1 untracked left out" in done.stderr
    assert git(root, "status", "--porcelain") == "?? new\n"
    read = script.requests[0]["messages"][-1]["content"]
    assert "+unstaged" in read
    assert "issue 7" in read


def test_named_files_only(root: Path) -> None:
    (root / "src").mkdir()
    (root / "src" / "x").write_text("x\n", "utf-8")
    proposal = committed(CommitWish(root, (Path("new"), Path("src"), Path("b"))))
    assert proposal.choice.untracked == ("new", "src/x")
    assert files_of_head(root) == "M\tb\nA\tnew\nA\tsrc/x\n"
    assert git(root, "status", "--porcelain") == "M  a\n"


def test_new_files_are_shown_to_the_model(root: Path) -> None:
    model = ScriptedModel((say(GOOD),))
    propose_with(model, CommitWish(root, (Path("new"),)))
    assert "+new" in model.requests[0].messages[-1].text
    assert git(root, "status", "--porcelain") == "M  a\n M b\n?? new\n"


def test_a_renamed_file(root: Path) -> None:
    git(root, "commit", "--quiet", "--all", "--message", "Clean")
    git(root, "mv", "a", "moved")
    committed(CommitWish(root, (Path("moved"),)))
    assert files_of_head(root) == "R100\ta\tmoved\n"
    assert git(root, "status", "--porcelain") == "?? new\n"


def test_everything_from_a_folder_inside(root: Path) -> None:
    inside = root / "src"
    inside.mkdir()
    (inside / "x").write_text("x\n", "utf-8")
    committed(CommitWish(inside, (Path("x"), Path("../b"))))
    assert files_of_head(root) == "M\tb\nA\tsrc/x\n"
    committed(CommitWish(inside, (Path(".."),)))
    assert git(root, "status", "--porcelain") == ""


def test_a_given_message_needs_no_model(root: Path) -> None:
    wish = CommitWish(root, message="Mine: as I say\n\nthis")
    proposal = propose_with(ModelError("no_model", "None."), wish)
    assert isinstance(proposal, Proposal)
    assert (proposal.message, proposal.by) == ("Mine: as I say\n\nthis\n", "person")


def test_nonsense_becomes_a_summary(root: Path) -> None:
    proposal = propose_with(ScriptedModel((), after=say("```\n```")), CommitWish(root))
    assert isinstance(proposal, Proposal)
    assert (proposal.message, proposal.by) == ("Change a\n", "rule")


@pytest.mark.parametrize(
    "model",
    [
        ModelError("no_model", "There is none."),
        FailingModel((), ModelError("no_model", "There is none."), request=0),
        ScriptedModel((fail(ModelError("engine", "There is none.")),)),
    ],
)
def test_a_model_that_fails_commits_nothing(root: Path, model: ModelClient | ModelError) -> None:
    assert propose_with(model, CommitWish(root)) == NoProposal("There is none.", ExitCode.ENGINE)
    assert git(root, "status", "--porcelain") == "M  a\n M b\n?? new\n"


def test_nothing_is_committed_unasked(inhouse: Run, root: Path) -> None:
    done = inhouse("commit", piped="y\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert "add -y" in done.stderr
    done = inhouse("commit", "-y", "--all", "a")
    assert (done.returncode, done.stdout) == (2, "")
    assert "not both" in done.stderr
    done = inhouse("commit", "--dry-run", "-m", "Say it\n\nso")
    assert (done.returncode, done.stdout) == (0, "Say it\n\nso\n")
    assert subjects(root) == ["First"]


@pytest.mark.parametrize(
    ("prepare", "wish", "said"),
    [
        ("git reset --quiet", {}, "Nothing is staged"),
        ("git stash --quiet --include-untracked", {}, "nothing to commit"),
        ("git stash --quiet --include-untracked", {"everything": True}, "nothing to commit"),
        ("git reset --hard --quiet", {"everything": True}, "Only untracked files"),
        ("true", {"paths": (Path("nowhere"),)}, "nowhere has no changes"),
        ("true", {"paths": (Path("../outside"),)}, "outside of the repository"),
        ("touch .git/MERGE_HEAD", {"everything": True}, "A merge is going on"),
        ("rm -rf .git", {}, "in no git repository"),
        ("git init --quiet inner", {"paths": (Path("inner"),)}, "of its own"),
        ("git config user.useConfigOnly true", {}, "git config --global user.email"),
    ],
)
def test_what_cannot_be_committed_is_said(
    root: Path, monkeypatch: pytest.MonkeyPatch, prepare: str, wish: dict[str, Any], said: str
) -> None:
    subprocess.run(prepare, shell=True, cwd=root, check=True, capture_output=True)
    if "useConfigOnly" in prepare:
        for name in IDENTITY:
            monkeypatch.delenv(name)
    model = ScriptedModel(())
    problem = propose_with(model, CommitWish(root, **wish))
    assert isinstance(problem, NoProposal)
    assert said in problem.text
    assert (problem.code, model.requests) == (ExitCode.FAILED, [])


def test_a_problem_ends_in_one_line(inhouse: Run, folder: Path) -> None:
    done = inhouse("commit", "-y", "-m", "Try it")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"inhouse: {folder} is in no git repository. Make one with: git init\n"


def test_a_merge_is_committed_when_its_conflicts_are_resolved(folder: Path) -> None:
    repository(folder, a="1\n")
    for branch, text in (("main", "ours\n"), ("other", "theirs\n")):
        git(folder, "checkout", "--quiet", "-B", branch, "main" if branch == "main" else "main~1")
        (folder / "a").write_text(text, "utf-8")
        git(folder, "commit", "--quiet", "--all", "--message", text)
    git(folder, "merge", "main", check=False)
    problem = propose_with(ScriptedModel(()), CommitWish(folder))
    assert isinstance(problem, NoProposal)
    assert "a has conflicts" in problem.text
    (folder / "a").write_text("both\n", "utf-8")
    git(folder, "add", "a")
    committed(CommitWish(folder))
    assert git(folder, "log", "-1", "--format=%P").count(" ") == 1


def test_hooks_wait_for_trust(inhouse: Run, root: Path) -> None:
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\ntouch hooked\n", "utf-8")
    hook.chmod(0o755)
    assert committed(CommitWish(root)).notices == (HOOKS_OFF,)
    assert not (root / "hooked").exists()
    done = inhouse("commit", "-y", "--all", "-m", "Change b", "--trust")
    assert "do not run" not in done.stderr
    assert (root / "hooked").exists()


def test_names_cannot_play_with_the_terminal(inhouse: Run, root: Path) -> None:
    (root / "x\x1b[2J").write_text("x\n", "utf-8")
    done = inhouse("commit", "x\x1b[2J", "-y", "-m", "Add \x1b[2J")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr


def answered(root: Path, keys: str, editor: Path | None = None) -> tuple[int, str]:
    """The exit code, and what a person sees who answers with these lines."""
    inside, outside = pty.openpty()
    environment = {**os.environ, "EDITOR": str(editor or "false"), "TERM": "dumb"}
    environment.pop("VISUAL", None)
    with subprocess.Popen(
        [sys.executable, "-m", "inhouse.start", "commit", "-m", "Say it\n\nso"],
        cwd=root,
        env=environment,
        stdin=outside,
        stdout=outside,
        stderr=outside,
        close_fds=True,
    ) as process:
        os.close(outside)
        os.write(inside, keys.encode())
        seen = b""
        try:
            while piece := os.read(inside, 4_096):
                seen += piece
        except OSError:
            # Linux ends a terminal so when its last user is gone.
            pass
    os.close(inside)
    return process.returncode, seen.decode().replace("\r\n", "\n")


def test_a_person_says_no(root: Path) -> None:
    code, seen = answered(root, "what\nn\n")
    assert code == 1
    assert "Say it\n\nso\n" in seen
    assert seen.count("Commit 1 file on main? [Y]es, [n]o, [e]dit: ") == 2
    assert "Nothing was committed." in seen
    assert subjects(root) == ["First"]


def test_a_person_edits_the_message(root: Path, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text(f"""#!/bin/sh
test -e "{tmp_path}/failed" || {{ touch "{tmp_path}/failed"; exit 3; }}
echo 'Say it better' > "$1"
""")
    editor.chmod(0o755)
    code, seen = answered(root, "e\ne\ny\n", editor)
    assert code == 0
    assert f"The editor {editor} ended with exit code 3" in seen
    assert "Say it better\n" in seen
    assert subjects(root)[0] == "Say it better"


def test_a_message_alone_needs_no_name(
    root: Path, inhouse: Run, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in IDENTITY:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_AUTHOR_NAME", "")
    refused = inhouse("commit", "-y", "-C", str(root))
    assert (refused.returncode, script.requests) == (1, [])
    assert "git does not know who you are" in refused.stderr
    shown = inhouse("commit", "-n", "-C", str(root))
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("Change the first line")
