"""The test command that a prompt quotes: what the person will run is run for the model."""

import re
from typing import Final

from inhouse_agent.kit import Kit
from inhouse_agent.verify import Verify
from inhouse_tools.tool import Output

QUOTED: Final = re.compile(r"`([^`\n]{3,200})`")
# Commands that run tests and nothing else; anything more than one plain command is not taken.
TEST_COMMAND: Final = re.compile(
    r"(python3? -m (unittest|pytest)|pytest|tox|node --test|(npm|pnpm|yarn)( run)? test"
    r"|go test|cargo test|make (test|check)|mvn test|gradle test|rspec|bundle exec rspec)"
    r"( [\w./:=@*-]+)*"
)


def quoted_command(prompt: str) -> str | None:
    """The first test command in backticks, or None."""
    commands = (match[1].strip() for match in QUOTED.finditer(prompt))
    return next((command for command in commands if TEST_COMMAND.fullmatch(command)), None)


def quoted_check(kit: Kit, prompt: str) -> Verify | None:
    """The check that a prompt quotes, when the mode lets it run without asking."""
    command = quoted_command(prompt)
    tool = kit.tools.get("bash")
    if command is None or tool is None:
        return None
    args = tool.args(command=command)
    if kit.policy.judge(tool.name, tool.access(args, kit.workspace)).verdict != "allow":
        return None

    async def run_command(text: str) -> Output:
        return await tool.run(tool.args(command=text), kit.workspace)

    return Verify(command, run_command)
