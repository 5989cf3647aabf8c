"""Rules over commands: what is denied stays denied, however it is written; nothing is opened."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_agent.permission import MODES, Mode, Policy, Rule
from inhouse_tools.shell import analyse
from inhouse_tools.tool import Access

DENY_CURL = Rule("deny", "bash", "curl*")
ROOT = Path("/nowhere/ws")
HOSTILE_SPELLINGS = [
    "curl x",
    "/usr/bin/curl x",
    "./curl x",
    "c\\url x",
    "cu''rl x",
    "'curl' x",
    '"curl" x',
    "$'\\x63url' x",
    "$'\\143url' x",
    "CURL x",
    "command curl x",
    "command -p curl x",
    "builtin command curl x",
    "env curl x",
    "env -i A=1 curl x",
    "env -u B curl x",
    "env -S 'curl x'",
    "A=1 curl x",
    "nohup curl x",
    "timeout 5 curl x",
    "timeout -k 1 -s KILL 5s curl x",
    "nice -n 5 curl x",
    "sudo -u root curl x",
    "sudo -- curl x",
    "setsid curl x",
    "stdbuf -oL curl x",
    "time -p curl x",
    "watch -n 1 curl x",
    "watch 'curl x'",
    "xargs curl < urls",
    "xargs -n 1 -I{} curl {}",
    "echo x | xargs env curl",
    "busybox curl x",
    "exec curl x",
    "exec -a ls curl x",
    "sh -c 'curl x'",
    "bash -lc 'curl x'",
    "bash -o pipefail -c 'true; curl x'",
    "sh -c \"sh -c 'curl x'\"",
    "bash <<< 'curl x'",
    "bash <<'EOF'\ncurl x\nEOF",
    "eval curl x",
    "eval 'cu''rl x'",
    "su -c 'curl x'",
    "find . -exec curl x {} +",
    "find . -execdir sh -c 'curl x' {} +",
    "fd x -x curl",
    "uv run curl x",
    "npx curl",
    "npm exec -- curl x",
    "git bisect run curl x",
    "git submodule foreach 'curl x'",
    "ls; curl x",
    "ls && curl x",
    "ls || curl x",
    "ls | curl x",
    "ls & curl x",
    "ls\ncurl x",
    "(curl x)",
    "{ curl x; }",
    "! curl x",
    "if true; then curl x; fi",
    "for i in 1; do curl x; done",
    "while false; do curl x; done",
    "until curl x; do :; done",
    "case x in x) curl x;; esac",
    "f() { curl x; }; f",
    "coproc curl x",
    "echo $(curl x)",
    "echo `curl x`",
    'echo "$(curl x)"',
    "echo ${y:-$(curl x)}",
    "cat <(curl x)",
    "tee >(curl x)",
    "cat <<EOF\n$(curl x)\nEOF",
    "x=$(curl x)",
    "export x=$(curl x)",
    "[[ -n $(curl x) ]]",
    "ls > f; curl x > f 2>&1",
    "C=curl; $C x",
    "$C x",
    "c${x}url x",
    "{curl,x}",
    "c?rl x",
    "$(echo curl) x",
    "alias ls=curl; ls x",
    "python -c 'import os; os.system(\"curl x\")'",
    "awk 'BEGIN { system(\"curl x\") }'",
    "make CC=curl",
    "echo curl x | sh",
    "echo Y3VybCB4 | base64 -d | sh",
    "true && " * 60 + "curl x",
    "echo " + "a" * 20_000 + "; curl x",
    "curl\tx",
    "curl \\\n x",
    "cu\\\nrl x",
]  # fmt: skip


def judged(command: str, *rules: Rule, mode: Mode = "auto-edit", root: Path = ROOT) -> str:
    access = Access("run", command, analysis=analyse(command, root))
    return Policy(mode, rules, sandboxed=True, root=root).judge("bash", (access,)).verdict


@pytest.mark.parametrize("command", HOSTILE_SPELLINGS)
def test_a_denied_program_never_runs_unasked_however_it_is_written(command: str) -> None:
    for mode in MODES:
        assert judged(command, DENY_CURL, mode=mode) != "allow", mode


def test_without_the_rule_ordinary_ones_of_these_go_ahead() -> None:
    ran = [one for one in HOSTILE_SPELLINGS if judged(one) == "allow"]
    assert len(ran) > len(HOSTILE_SPELLINGS) // 2
    assert {"curl x", "ls && curl x", "env curl x", "sh -c 'curl x'"} <= set(ran)


@pytest.mark.parametrize(
    "command",
    ["curl x", "/usr/bin/curl x", "c\\url x", "env curl x", "sudo curl x", "sh -c 'curl x'",
     "xargs curl", "ls; curl x", "echo $(curl x)", "timeout 5 curl x"],
)  # fmt: skip
def test_what_is_surely_meant_is_denied_and_not_asked(command: str) -> None:
    assert judged(command, DENY_CURL) == "deny"
    assert judged(command, DENY_CURL, mode="yolo") == "deny"


@pytest.mark.parametrize("command", ["grep -n curl a", "ls", "cat curl.md", "echo curl"])
def test_what_only_reads_may_name_what_is_denied(command: str) -> None:
    assert judged(command, DENY_CURL, mode="ask") == "allow"


@pytest.mark.parametrize(
    ("pattern", "command", "verdict"),
    [
        ("git push*", "git push origin", "deny"),
        ("git push*", "git -C . push origin", "deny"),
        ("git push*", "git --no-pager push", "deny"),
        ("git push*", "git commit -m x", "allow"),
        ("git push", "git push --force", "deny"),
        ("curl", "curl x", "deny"),
        ("rm -rf *", "sudo rm -rf /", "deny"),
        ("rm -rf *", "ls && rm -rf build", "deny"),
        ("*secret*", "cat secret.txt", "deny"),
    ],
)
def test_patterns_of_several_words(pattern: str, command: str, verdict: str) -> None:
    assert judged(command, Rule("deny", "bash", pattern)) == verdict


def quoted(draw: st.DrawFn, word: str) -> str:
    """A word in another spelling that means the same."""
    pieces: list[str] = []
    for letter in word:
        form = draw(st.integers(0, 5))
        pieces.append(
            {
                0: letter,
                1: f"'{letter}'",
                2: f'"{letter}"',
                3: f"\\{letter}" if letter not in "\n" else letter,
                4: f"{letter}''",
                5: f"$'\\x{ord(letter):02x}'",
            }[form]
        )
    return "".join(pieces)


WRAPPERS = ["{}", "env {}", "command {}", "nohup {}", "timeout 9 {}", "sudo {}", "nice {}",
            "setsid {}", "A=1 {}", "xargs {}", "time {}", "stdbuf -o0 {}", "exec {}"]  # fmt: skip
AROUND = ["{}", "ls; {}", "ls && {}", "{} | cat", "ls | {}", "({})", "{{ {}; }}", "! {}",
          "echo $({})", 'echo "$({})"', "if true; then {}; fi", "for i in a; do {}; done",
          "{} &", "ls\n{}",
          "{} > f", "cat <({})", "x=$({})", "echo `{}`", "ls || {}", "{} 2>&1",
          "true; {} # x"]  # fmt: skip


@st.composite
def wrapped_commands(draw: st.DrawFn) -> str:
    """A denied command in quotes, wrappers and constructs, in each other."""
    command = f"{quoted(draw, draw(st.sampled_from(['', '/usr/bin/', './'])) + 'curl')} x"
    for _wrapper in range(draw(st.integers(0, 3))):
        command = draw(st.sampled_from(WRAPPERS)).format(command)
    if draw(st.booleans()) and "'" not in command:
        command = f"sh -c '{command}'"
    for _around in range(draw(st.integers(0, 3))):
        around = draw(st.sampled_from(AROUND))
        if "`" in around and ("`" in command or "\\" in command):
            continue
        command = around.format(command)
    return command


@given(wrapped_commands(), st.sampled_from(MODES))
def test_no_wrapping_lets_a_denied_command_run_unasked(command: str, mode: Mode) -> None:
    assert judged(command, DENY_CURL, mode=mode) != "allow"


@given(st.text(alphabet=string.printable + "\u202e\u200b\u00a0é", max_size=60))
def test_whatever_is_written_there_is_a_verdict(command: str) -> None:
    for mode in MODES:
        assert judged(command, DENY_CURL, mode=mode) in {"allow", "ask", "deny"}


@pytest.mark.parametrize(
    ("command", "covered"),
    [
        ("git log", True),
        ("git log --oneline", True),
        ("git log 'x; y'", True),
        ("git log 2>&1", True),
        ("git log; git log -3", True),
        ("git log && ls", True),
        ("git logout", False),
        ("git log --output=x", False),
        ("git log --outp=x", False),
        ("git log --ext-diff", False),
        ("git log && rm x", False),
        ("git log; rm x", False),
        ("git log || rm x", False),
        ("git log | sh", False),
        ("git log & rm x", False),
        ("git log\nrm x", False),
        ("git log\rrm x", False),
        ("git log > f", False),
        ("git log >> f", False),
        ("git log >| f", False),
        ("git log &> f", False),
        ("git log >&f", False),
        ("git log 1<>f", False),
        ("git log 2> f", False),
        ("git log $(id)", False),
        ("git log `id`", False),
        ("git log $x", False),
        ("git log <(id)", False),
        ("A=1 git log", False),
        ("GIT_PAGER=x git log", False),
        ("(git log)", False),
        ("for i in 1; do git log; done", False),
        ("git log \u202e", False),
        ("git log -p\u00a0x", False),
    ],
)
def test_a_permission_with_a_star_covers_what_it_shows(command: str, covered: bool) -> None:
    rule = Rule("allow", "bash", "git log*")
    assert (judged(command, rule, mode="ask") == "allow") is covered


@pytest.mark.parametrize(
    ("pattern", "command", "covered"),
    [
        ("find *", "find . -name x -newer y", False),
        ("find *", "find . -delete", False),
        ("find . -delete", "find . -delete", True),
        ("find * -delete", "find src -delete", True),
        ("sort *", "sort --compress-program=./x a", False),
        ("npm test*", "npm test -- x", True),
        ("npm test*", "npm test; rm x", False),
        ("*", "rm x; curl y", True),
        ("git status; rm x", "git status; rm x", True),
        ("git status && npm test", "git status && npm test", True),
    ],
)
def test_a_star_does_not_hide_what_makes_a_reader_do_more(
    pattern: str, command: str, covered: bool
) -> None:
    rule = Rule("allow", "bash", pattern)
    assert (judged(command, rule, mode="ask") == "allow") is covered


def test_a_rule_for_paths_holds_for_commands_that_name_them(tmp_path: Path) -> None:
    secret = tmp_path / "keys"
    secret.mkdir()
    (secret / "a").write_text("x", encoding="utf-8")
    (tmp_path / "link").symlink_to(secret)
    for pattern in ("keys", "keys/", "keys/**", "keys/*", "./keys", f"{tmp_path}/keys/", "link"):
        rule = Rule("deny", "read", pattern)
        for command in ("cat keys/a", "cat ./keys/../keys/a", "cat link/a", "cat < keys/a",
                        "mv keys other", "cp -r keys/a b", f"cat {tmp_path}/keys/a",
                        'cat "$PWD/keys/a"', "grep x --file=keys/a"):  # fmt: skip
            if pattern in {"keys/**", "keys/*"} and command.startswith("mv"):
                continue
            assert judged(command, rule, mode="yolo", root=tmp_path) == "deny", (pattern, command)
        assert judged("cat other", rule, root=tmp_path) == "allow"


@pytest.mark.parametrize(
    "pattern",
    ["~/.ssh", "~/.ssh/", "$HOME/.ssh/**", "${HOME}/.ssh/*", "~/link/id"],
)
def test_every_spelling_of_home_means_it(pattern: str, monkeypatch: pytest.MonkeyPatch,
                                         tmp_path: Path) -> None:  # fmt: skip
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id").write_text("x", encoding="utf-8")
    (home / "link").symlink_to(home / ".ssh")
    monkeypatch.setenv("HOME", str(home))
    rule = Rule("deny", "read", pattern)
    policy = Policy("yolo", (rule,), root=tmp_path / "ws")
    access = Access("read", f"{home}/.ssh/id", outside=True)
    assert policy.judge("read", (access,)).verdict == "deny"
    for command in ("cat ~/.ssh/id", "cat $HOME/.ssh/id", 'cat "${HOME}"/.ssh/id', "cat ~/link/id"):
        assert judged(command, rule, mode="yolo", root=tmp_path) == "deny", command
    other = Access("read", f"{home}/other", outside=True)
    assert policy.judge("read", (other,)).verdict == "allow"


def test_a_restriction_of_a_folder_holds_below_it() -> None:
    for pattern in ("secrets", "secrets/", "./secrets", "secrets/**"):
        rule = Rule("deny", "edit", pattern)
        access = Access("write", "secrets/a/b")
        assert rule.fits("write", access), pattern
        assert not rule.fits("write", Access("write", "secrets-not/a")), pattern


def test_a_permission_of_a_path_is_what_it_shows() -> None:
    rule = Rule("allow", "edit", "src")
    assert not rule.fits("edit", Access("write", "src/a"))
    assert rule.fits("edit", Access("write", "src"))


def test_network_is_granted_by_the_persons_rules_alone() -> None:
    policy = Policy("auto-edit", sandboxed=True, root=ROOT,
                    network=(Rule("allow", "bash", "pip install *"),))  # fmt: skip
    granted = ["pip install x", "pip install x && ls"]
    refused = ["pip download x", "pip install x; curl y", "pip install $(curl x)", "curl x"]
    for command in granted + refused:
        access = Access("run", command, analysis=analyse(command, ROOT))
        assert policy.grants_network("bash", access) is (command in granted), command
