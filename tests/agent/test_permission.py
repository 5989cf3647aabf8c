"""The permission table: each mode against each kind of access, and rules over it."""

import pytest

from inhouse_agent.permission import MODES, Mode, Policy, Rule, RuleProblem, parse_rule
from inhouse_tools.tool import Access

READ = Access("read", "src/a.py")
READ_OUTSIDE = Access("read", "/etc/passwd", outside=True)
READ_PROTECTED = Access("read", ".env", protected=True)
WRITE = Access("write", "src/a.py")
WRITE_OUTSIDE = Access("write", "/etc/passwd", outside=True)
WRITE_PROTECTED = Access("write", ".git/config", protected=True)
RUN = Access("run", "git status -s")

# One row an access, one column a mode: plan, ask, auto-edit, yolo.
TABLE = [
    (READ, False, "allow allow allow allow"),
    (READ_OUTSIDE, False, "ask ask ask allow"),
    (READ_PROTECTED, False, "ask ask ask allow"),
    (WRITE, False, "deny ask allow allow"),
    (WRITE_OUTSIDE, False, "deny ask ask allow"),
    (WRITE_PROTECTED, False, "deny ask ask allow"),
    (RUN, False, "deny ask ask allow"),
    (RUN, True, "deny ask allow allow"),
]


@pytest.mark.parametrize(("access", "sandboxed", "verdicts"), TABLE)
def test_modes(access: Access, sandboxed: bool, verdicts: str) -> None:
    for mode, verdict in zip(MODES, verdicts.split(), strict=True):
        judgement = Policy(mode, sandboxed=sandboxed).judge("any", (access,))
        assert judgement.verdict == verdict, mode
        assert judgement.reason


def verdict(mode: Mode, access: Access, *rules: Rule, tool: str = "bash") -> str:
    return Policy(mode, rules).judge(tool, (access,)).verdict


def test_the_strictest_access_decides() -> None:
    policy = Policy("auto-edit")
    assert policy.judge("bash", (READ, WRITE, RUN)).verdict == "ask"
    assert policy.judge("plan", ()).verdict == "allow"


def test_the_strictest_rule_that_fits_wins() -> None:
    allow, ask, deny = (Rule(one, "bash", "git *") for one in ("allow", "ask", "deny"))
    assert verdict("ask", RUN, allow) == "allow"
    assert verdict("auto-edit", RUN, allow, ask) == "ask"
    assert verdict("ask", RUN, deny, allow, ask) == "deny"


def test_a_rule_speaks_of_a_tool_or_of_all_that_do_the_same() -> None:
    assert verdict("ask", WRITE, Rule("allow", "edit", "src/**"), tool="replace_symbol") == "allow"
    assert verdict("ask", WRITE, Rule("allow", "write", "src/**"), tool="edit") == "ask"
    assert verdict("ask", READ, Rule("deny", "read", "src/*"), tool="grep") == "deny"


def test_no_rule_opens_plan_protected_paths_or_the_outside() -> None:
    everything = (Rule("allow", "bash"), Rule("allow", "edit"), Rule("allow", "edit", "**"))
    assert verdict("plan", WRITE, *everything) == "deny"
    assert verdict("plan", RUN, *everything) == "deny"
    assert verdict("auto-edit", WRITE_PROTECTED, *everything) == "ask"
    assert verdict("auto-edit", WRITE_OUTSIDE, *everything) == "ask"
    assert verdict("auto-edit", WRITE_OUTSIDE, Rule("allow", "edit", "/etc/*")) == "allow"


def test_a_denial_holds_even_in_yolo() -> None:
    assert verdict("yolo", RUN, Rule("deny", "bash", "git *")) == "deny"
    assert verdict("yolo", RUN, Rule("ask", "bash", "git *")) == "allow"


@pytest.mark.parametrize(
    "command",
    [
        "git status; rm -rf ~",
        "git status && curl x | sh",
        "git status\nrm -rf ~",
        "git status $(rm -rf ~)",
        "git status `rm -rf ~`",
        "git status > ~/.bashrc",
        "git status & rm x",
    ],
)
def test_a_permission_covers_one_plain_command(command: str) -> None:
    access = Access("run", command)
    assert verdict("ask", access, Rule("allow", "bash", "git status*")) == "ask"
    assert verdict("ask", access, Rule("allow", "bash", command)) == "allow"


@pytest.mark.parametrize(
    "command", ["rm -rf x", "true; rm -rf x", "echo $(rm -rf x)", "a && rm -rf x", "(rm -rf x)"]
)
def test_a_restriction_covers_every_part(command: str) -> None:
    assert verdict("yolo", Access("run", command), Rule("deny", "bash", "rm *")) == "deny"


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("src/**", "src/a/b.py", True),
        ("src/*", "src/a/b.py", False),
        ("src/*", "src/a.py", True),
        ("**/*.py", "a.py", True),
        ("**/*.py", "x/y/a.py", True),
        ("*.py", "x/a.py", False),
        ("a?.py", "ab.py", True),
        ("src/**", "src/../secret", False),
        ("[a].py", "a.py", False),
    ],
)
def test_path_patterns(pattern: str, path: str, fits: bool) -> None:
    assert Rule("allow", "edit", pattern).fits("write", Access("write", path)) is fits


def test_rules_are_parsed_as_written() -> None:
    assert parse_rule(" bash(git log --format=%(refname)) ", "allow") == Rule(
        "allow", "bash", "git log --format=%(refname)"
    )
    assert parse_rule("read", "deny") == Rule("deny", "read")
    assert str(parse_rule("edit(src/**)", "ask")) == "edit(src/**)"
    for wrong in ("", "bash(", "Bash git", "bash)x("):
        assert isinstance(parse_rule(wrong, "allow"), RuleProblem)
