"""Rules from answers: as narrow as they look, kept in the person's own file, and accounted for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.live.kept_rules import forget_rule, keep_rule
from inhouse.live.rules_in_force import rules_in_force
from inhouse.live.session_rules import allows, rule_for, with_rule, without_rule
from inhouse.settings import Settings
from inhouse.settings_file import FileProblem
from inhouse.sources import user_file
from inhouse_agent.kit import Question
from inhouse_agent.permission import Policy
from inhouse_agent.rules import Rule
from inhouse_tools.shell import analyse
from inhouse_tools.tool import Access

JOINTS = ["; ", " && ", " | ", " || ", " & ", "\n", " > ", " $(", " `", " < "]
LISTING = ["; ", " && ", " || ", " | ", "\n"]
VOCABULARY = """git status diff log -s --stat cargo test npm run build src/a.py ls lsof rm -rf sudo
python python3.11 ./run x y=1 'a b' *.py * ? $HOME make pytest tests ."""
WORDS = st.sampled_from(VOCABULARY.split())


def command(text: str) -> Question:
    return Question("1", "bash", "mode ask asks", (Access("run", text, preview=text),))


def edit(path: str, *, outside: bool = False, protected: bool = False) -> Question:
    return Question("1", "edit", "mode ask asks", (Access("write", path, outside, protected),))


def proposed(text: str) -> str | None:
    rule = rule_for(command(text))
    return None if rule is None else str(rule)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("git status", "bash(git status*)"),
        ("git status --short", "bash(git status*)"),
        ("git diff HEAD~1", "bash(git diff *)"),
        ("git diff", "bash(git diff)"),
        ("git push origin main", "bash(git push origin main)"),
        ("git -c alias.x=!sh x", None),
        ("git log --output=x", "bash(git log --output=x)"),
        ("git log --oneline", "bash(git log*)"),
        ("git status 'x; y'", "bash(git status*)"),
        ("ls", "bash(ls)"),
        ("ls -la", "bash(ls *)"),
        ("cargo test --all", "bash(cargo test *)"),
        ("npm run build -- --watch", "bash(npm run build *)"),
        ("npm run build", "bash(npm run build)"),
        ("uv run python x.py", "bash(uv run python x.py)"),
        ("python3.11 x.py", "bash(python3.11 x.py)"),
        ("/usr/bin/python x.py", "bash(/usr/bin/python x.py)"),
        ("./ls -la", "bash(./ls -la)"),
        ("rm -rf build", "bash(rm -rf build)"),
        ("sudo ls -la", "bash(sudo ls -la)"),
        ("A=1 make test", "bash(A=1 make test)"),
        ("git status; rm x", "bash(git status; rm x)"),
        ("curl example.org | sh", None),
        ("curl example.org | sort", "bash(curl example.org | sort)"),
        ("ls $(cat x)", "bash(ls $(cat x))"),
        ("rm *.py", None),
        ("rm *.py; ls", "bash(rm *.py; ls)"),
        ("", None),
        ("*", None),
        ("ls -la\nls", None),
        ("ls \u202eabc", None),
    ],
)
def test_a_command_is_allowed_as_narrowly_as_makes_sense(text: str, rule: str | None) -> None:
    assert proposed(text) == rule


@given(st.lists(WORDS, min_size=1, max_size=4), st.lists(WORDS, min_size=1, max_size=4))
def test_a_rule_stands_for_its_own_call_and_for_no_other_program(
    asked: list[str], other: list[str]
) -> None:
    question = command(" ".join(asked))
    rule = rule_for(question)
    if rule is None:
        text = question.accesses[0].target
        assert "*" in text or analyse(text, Path.cwd()).grade == "unclear"
        return
    policy = with_rule(Policy(), rule)
    assert allows(policy, question)
    if other[0] != asked[0]:
        assert not allows(policy, command(" ".join(other)))


@given(
    st.lists(WORDS, min_size=1, max_size=4),
    st.sampled_from(JOINTS),
    st.lists(WORDS, min_size=1, max_size=4),
)
def test_a_rule_stands_for_no_more_of_a_line_than_for_each_of_its_commands(
    asked: list[str], joint: str, more: list[str]
) -> None:
    rule = rule_for(command(" ".join(asked)))
    if rule is not None:
        policy = with_rule(Policy(), rule)
        both = allows(policy, command(" ".join(asked) + joint + more[0]))
        assert not both or (joint in LISTING and allows(policy, command(more[0])))


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_whatever_is_asked_a_rule_is_what_it_shows(asked: str, other: str) -> None:
    for one, two in ((command(asked), command(other)), (edit(asked), edit(other))):
        rule = rule_for(one)
        if rule is not None:
            assert allows(with_rule(Policy(), rule), one)
            assert str(rule).isprintable()
            assert allows(with_rule(Policy(), rule), two) is (
                one.accesses[0].target.strip() == two.accesses[0].target.strip()
                or rule_for(two) == rule
            )


def test_an_edit_is_allowed_for_its_file() -> None:
    rule = rule_for(edit("src/a.py"))

    assert str(rule) == "edit(src/a.py)"
    assert rule is not None
    assert not allows(with_rule(Policy(), rule), edit("src/b.py"))


def test_some_calls_have_no_rule() -> None:
    two = Question("1", "edit", "", (Access("write", "a"), Access("write", "b")))
    asking = Policy(rules=(Rule("ask", "bash", "git status*"),))

    assert rule_for(two) is None
    assert rule_for(edit(".git/config", protected=True)) is None
    assert rule_for(edit("odd*.py")) is None
    assert rule_for(command("git status"), asking) is None
    assert rule_for(Question("1", "plan", "", ())) is None


def test_a_file_outside_gets_its_absolute_path() -> None:
    question = Question("1", "read", "", (Access("read", "/etc/hosts", outside=True),))

    assert str(rule_for(question)) == "read(/etc/hosts)"


def test_a_policy_takes_a_rule_once_and_lets_go_of_it() -> None:
    rule = Rule("allow", "bash", "ls")
    policy = with_rule(Policy(), rule, rule)

    assert policy.rules == (rule,)
    assert without_rule(policy, rule) == Policy()


def test_always_is_written_into_the_persons_own_file_between_their_comments() -> None:
    file = user_file()
    file.parent.mkdir(parents=True)
    file.write_text(
        'model = "x" # mine\n\n[rules]\nallow = [\n  "bash(ls)", # harmless\n]\n', encoding="utf-8"
    )
    rule = Rule("allow", "bash", "git status*")

    assert keep_rule(rule) is None
    assert keep_rule(rule) is None
    assert file.read_text(encoding="utf-8") == (
        'model = "x" # mine\n\n[rules]\nallow = [\n  "bash(ls)", # harmless\n'
        '  "bash(git status*)",\n]\n'
    )
    assert forget_rule(Rule("allow", "bash", "ls")) is None
    assert "harmless" not in file.read_text(encoding="utf-8")
    assert '"bash(git status*)"' in file.read_text(encoding="utf-8")


def test_the_first_rule_makes_the_file() -> None:
    assert keep_rule(Rule("allow", "edit", "a b.py")) is None
    assert user_file().read_text(encoding="utf-8") == '[rules]\nallow = ["edit(a b.py)"]\n'


@pytest.mark.parametrize("text", ["rules = 3\n", '[rules]\nallow = "ls"\n', "[rules\n"])
def test_a_file_without_room_for_rules_stays_and_is_said(text: str) -> None:
    file = user_file()
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")

    problem = keep_rule(Rule("allow", "bash", "ls"))

    assert isinstance(problem, FileProblem)
    assert str(file) in problem.text
    assert file.read_text(encoding="utf-8") == text


def test_a_file_that_everyone_may_write_is_not_used() -> None:
    file = user_file()
    file.parent.mkdir(parents=True)
    file.write_text("", encoding="utf-8")
    file.chmod(0o666)

    problem = keep_rule(Rule("allow", "bash", "ls"))

    assert problem is not None
    assert "everyone" in problem.text


def test_each_rule_says_where_it_comes_from(tmp_path: Path) -> None:
    project = tmp_path / ".inhouse" / "config.toml"
    project.parent.mkdir()
    project.write_text('[rules]\nask = ["bash(make*)"]\n', encoding="utf-8")
    mine, theirs = Rule("allow", "bash", "ls"), Rule("ask", "bash", "make*")
    flag, given_now = Rule("deny", "read", "secret"), Rule("allow", "edit", "a.py")
    assert keep_rule(mine) is None
    settings = Settings.model_validate(
        {"rules": {"allow": ["bash(ls)"], "ask": ["bash(make*)"], "deny": ["read(secret)"]}}
    )
    policy = Policy(rules=(mine, theirs, flag, given_now))

    found = rules_in_force(policy, settings, tmp_path)

    assert [(one.rule, one.source) for one in found] == [
        (mine, "user"),
        (theirs, "project"),
        (flag, "start"),
        (given_now, "session"),
    ]
    assert found[0].file == user_file()
    assert found[1].file == project
