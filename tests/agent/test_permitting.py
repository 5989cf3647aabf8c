"""What a person approves is what runs: scripts, files and the network of one call."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from inhouse_agent.kit import Answer, Kit, Question
from inhouse_agent.permission import Policy, Rule
from inhouse_agent.permitting import Permission, Wanted, granted, permit
from inhouse_agent.profile import Profile
from inhouse_models.scripted import ScriptedModel
from inhouse_tools.bash import BashArgs
from inhouse_tools.editing.write import TOOL as WRITE
from inhouse_tools.editing.write import WriteArgs
from inhouse_tools.refusal import Refusal
from inhouse_tools.registry import builtin_tools
from inhouse_tools.sandbox.network import Network
from inhouse_tools.tool import Access, Output
from inhouse_tools.workspace import open_workspace

PROFILE = Profile("large", ("bash", "write"), "native", held=False, brief=False)
ORIGINAL, OTHER = "#!/bin/sh\necho one > ran\n", "#!/bin/sh\necho two > ran\n"


class Desk:
    """A kit in a folder, and a person who does something before each answer."""

    def __init__(self, root: Path) -> None:
        workspace = open_workspace(root)
        assert not isinstance(workspace, Refusal)
        self.root = workspace.root
        self.asked: list[Question] = []
        self.before: Callable[[], None] = lambda: None
        self.says = Answer(allowed=True, by="person")
        self.kit = Kit(
            client=ScriptedModel(()),
            tools=builtin_tools(),
            workspace=workspace,
            policy=Policy("ask", root=self.root),
            ask=self.ask,
            emit=lambda _event: None,
            profile=PROFILE,
        )

    async def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        self.before()
        return self.says

    def look(self, command: str) -> Callable[[], tuple[Access, ...]]:
        args = BashArgs(command=command, timeout=20)
        return lambda: self.kit.tools["bash"].access(args, self.kit.workspace)

    async def permit(self, name: str, look: Callable[[], tuple[Access, ...]]) -> Permission:
        accesses = look()
        judgement = self.kit.policy.judge(name, accesses)
        return await permit(self.kit, Wanted("1", name, accesses, judgement, look))

    async def run(self, command: str, between: Callable[[], None] = lambda: None) -> Output | str:
        """The whole way of a command; `between` happens after the yes and before it runs."""
        permission = await self.permit("bash", self.look(command))
        if permission.denial:
            return permission.denial
        between()
        with granted(self.kit, permission):
            bash = self.kit.tools["bash"]
            return await bash.run(BashArgs(command=command, timeout=20), self.kit.workspace)

    def reasons(self) -> list[str]:
        return [question.reason for question in self.asked]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    script = tmp_path / "run.sh"
    script.write_text(ORIGINAL, encoding="utf-8")
    script.chmod(0o755)
    return Desk(tmp_path)


def written(desk: Desk) -> str:
    ran = desk.root / "ran"
    return ran.read_text(encoding="utf-8").strip() if ran.exists() else ""


def change(desk: Desk, text: str = OTHER) -> None:
    (desk.root / "run.sh").write_text(text, encoding="utf-8")


def test_a_script_that_stays_runs_after_one_question(desk: Desk) -> None:
    output = asyncio.run(desk.run("./run.sh"))
    assert isinstance(output, Output)
    assert written(desk) == "one"
    assert len(desk.asked) == 1


@pytest.mark.parametrize("command", ["./run.sh", "sh run.sh", "bash -e ./run.sh", ". ./run.sh",
                                     "env A=1 sh run.sh", "true && ./run.sh"])  # fmt: skip
def test_a_script_that_changes_while_it_is_asked_about_is_asked_about_again(
    desk: Desk, command: str
) -> None:
    def swap() -> None:
        desk.before = lambda: None
        change(desk)

    desk.before = swap
    output = asyncio.run(desk.run(command))
    assert isinstance(output, Output)
    assert len(desk.asked) == 2
    assert desk.reasons()[1] == "run.sh changed since you looked"
    assert written(desk) == "two"


def test_a_script_that_keeps_changing_does_not_run(desk: Desk) -> None:
    count = iter(range(100))
    desk.before = lambda: change(desk, f"echo {next(count)} > ran\n")
    assert "changed while it was asked about" in str(asyncio.run(desk.run("./run.sh")))
    assert written(desk) == ""


def test_a_script_that_changes_after_the_yes_does_not_run(desk: Desk) -> None:
    output = asyncio.run(desk.run("./run.sh", between=lambda: change(desk)))
    assert isinstance(output, Output)
    assert output.failed
    assert output.text.startswith("Not run: run.sh changed after the command was allowed")
    assert written(desk) == ""


@pytest.mark.parametrize(
    ("command", "name"),
    [("npm test", "package.json"), ("npm run build", "package.json"), ("make all", "Makefile"),
     ("python x.py", "x.py"), ("make -f other.mk", "other.mk"), ("cd sub && ./y", "sub/y"),
     ("timeout 5 python -u x.py", "x.py"), ("yarn", "package.json")],
)  # fmt: skip
def test_what_a_command_runs_is_known(desk: Desk, command: str, name: str) -> None:
    (desk.root / name).parent.mkdir(exist_ok=True)
    (desk.root / name).write_text("x", encoding="utf-8")
    (access,) = desk.look(command)()
    assert access.analysis is not None
    assert [one.path for one in access.analysis.scripts] == [name]


def test_always_for_a_script_asks_again_when_the_script_is_another(desk: Desk) -> None:
    desk.kit.policy = replace(desk.kit.policy, rules=(Rule("allow", "bash", "./run.sh"),))
    asyncio.run(desk.run("./run.sh"))
    asyncio.run(desk.run("./run.sh"))
    assert desk.asked == []
    change(desk)
    asyncio.run(desk.run("./run.sh"))
    assert desk.reasons() == ["run.sh changed since you allowed this command"]
    assert written(desk) == "two"
    asyncio.run(desk.run("./run.sh"))
    assert len(desk.asked) == 1


def test_a_rule_that_comes_to_deny_meanwhile_holds(desk: Desk) -> None:
    def forbid() -> None:
        change(desk)
        rules = (Rule("deny", "bash", "./run.sh"),)
        desk.kit.policy = replace(desk.kit.policy, rules=rules)

    desk.before = forbid
    assert "says deny" in str(asyncio.run(desk.run("./run.sh")))


def test_a_file_that_changes_while_its_diff_is_shown_is_shown_again(desk: Desk) -> None:
    target = desk.root / "new.txt"
    args = WriteArgs(file_path="new.txt", content="mine\n")
    first: list[str] = []

    def look() -> tuple[Access, ...]:
        return WRITE.access(args, desk.kit.workspace)

    def meddle() -> None:
        if not first:
            first.append("done")
            target.write_text("theirs\n", encoding="utf-8")

    desk.before = meddle
    permission = asyncio.run(desk.permit("write", look))
    assert len(desk.asked) == 2
    assert desk.reasons()[1] == "new.txt changed since you looked"
    assert not permission.denial
    assert asyncio.run(write(desk, args)).failed
    assert target.read_text(encoding="utf-8") == "theirs\n"


def test_a_write_of_what_stands_there_already_is_no_question(desk: Desk) -> None:
    file = desk.root / "same.txt"
    file.write_text("as it is\n", encoding="utf-8")
    workspace = desk.kit.workspace
    asyncio.run(builtin_read(desk, "same.txt"))
    same = WriteArgs(file_path="same.txt", content="as it is\n")
    other = WriteArgs(file_path="same.txt", content="another\n")
    judge = desk.kit.policy.judge
    assert judge("write", WRITE.access(same, workspace)).verdict == "allow"
    assert judge("write", WRITE.access(other, workspace)).verdict == "ask"
    denying = replace(desk.kit.policy, rules=(Rule("deny", "edit", "same.txt"),))
    assert denying.judge("write", WRITE.access(same, workspace)).verdict == "deny"


async def write(desk: Desk, args: WriteArgs) -> Output:
    return await WRITE.run(args, desk.kit.workspace)


async def builtin_read(desk: Desk, name: str) -> None:
    read = desk.kit.tools["read"]
    await read.run(read.args(file_path=name), desk.kit.workspace)


class TestNetwork:
    """What one command may reach."""

    def sandboxed(self, desk: Desk, **more: tuple[str, ...]) -> None:
        desk.kit.policy = replace(desk.kit.policy, sandboxed=True, hosts=more.get("hosts", ()))

    def test_it_is_offered_where_a_command_wants_it_and_it_can_be_held_back(
        self, desk: Desk
    ) -> None:
        self.sandboxed(desk)
        asyncio.run(desk.permit("bash", desk.look("pip install x")))
        asyncio.run(desk.permit("bash", desk.look("make")))
        assert [one.network for one in desk.asked] == [Network.all(), None]
        desk.kit.policy = replace(desk.kit.policy, sandboxed=False, bounded=True)
        asyncio.run(desk.permit("bash", desk.look("pip install x")))
        assert desk.asked[-1].network is None

    def test_only_the_persons_hosts_are_offered(self, desk: Desk) -> None:
        self.sandboxed(desk, hosts=("pypi.org",))
        asyncio.run(desk.permit("bash", desk.look("pip install x")))
        assert desk.asked[0].network == Network.hosts(("pypi.org",))

    def test_the_answer_grants_it_to_this_call_alone(self, desk: Desk) -> None:
        self.sandboxed(desk)
        desk.says = Answer(allowed=True, by="person", network=Network.all())
        permission = asyncio.run(desk.permit("bash", desk.look("pip install x")))
        assert permission.network == Network.all()
        with granted(desk.kit, permission):
            assert desk.kit.workspace.network == Network.all()
        assert desk.kit.workspace.network is None

    def test_a_plain_yes_grants_none(self, desk: Desk) -> None:
        self.sandboxed(desk)
        permission = asyncio.run(desk.permit("bash", desk.look("pip install x")))
        assert permission.network is None

    def test_a_rule_grants_it_without_a_question(self, desk: Desk) -> None:
        rule = Rule("allow", "bash", "pip install *")
        desk.kit.policy = Policy("auto-edit", sandboxed=True, root=desk.root, network=(rule,))
        permission = asyncio.run(desk.permit("bash", desk.look("pip install x")))
        assert permission.network == Network.all()
        other = asyncio.run(desk.permit("bash", desk.look("pip download x")))
        assert (other.denial, other.network) == ("", None)
        assert desk.asked == []
