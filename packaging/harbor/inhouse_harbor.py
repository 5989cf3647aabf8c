"""inhouse as an agent of Harbor, the harness that runs Terminal-Bench: docs/evaluation.md.

    harbor run -d terminal-bench@2.0 --agent inhouse_harbor:Inhouse \
        -m inhouse/NAME --agent-kwarg endpoint=http://HOST:PORT

Written against harbor 0.25. The container is the boundary here, so inhouse asks for nothing.
"""

import json
import shlex
from pathlib import Path
from typing import Any

from harbor.agents.installed.base import BaseInstalledAgent, with_prompt_template
from harbor.environments.base import BaseEnvironment
from harbor.models.agent.context import AgentContext

PROGRAM = "$HOME/.inhouse/bin/inhouse"
WHEELS = "/installed-agent/wheels"
EVENTS, ERRORS = "inhouse.jsonl", "inhouse.stderr.txt"
NEEDED = ("python3", "python_pip", "python_venv", "build_tools", "git")
# The work failed, was blocked or reached a limit: that is for the verifier to judge.
JUDGED = "1|3|4"


class Inhouse(BaseInstalledAgent):
    """Installs inhouse into the container of a task and has it follow the instruction.

    Agent kwargs: `endpoint` is the address of the server that answers, else the model is pulled
    into the container; `wheels` is a folder of wheels on the host, inhouse's own among them;
    `max_turns` and `timeout_seconds` are its limits.
    """

    def __init__(
        self,
        *args: Any,
        endpoint: str | None = None,
        wheels: str | None = None,
        max_turns: int | str | None = None,
        timeout_seconds: float | str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._endpoint = endpoint
        self._wheels = Path(wheels).expanduser() if wheels else None
        self._max_turns = None if max_turns is None else int(max_turns)
        self._timeout = None if timeout_seconds is None else float(timeout_seconds)

    @staticmethod
    def name() -> str:
        """The name in results."""
        return "inhouse"

    def get_version_command(self) -> str | None:
        """What tells the version."""
        return f"{PROGRAM} --version"

    def parse_version(self, stdout: str) -> str:
        """The version in what that tells."""
        return stdout.strip().removeprefix("inhouse").strip()

    async def install(self, environment: BaseEnvironment) -> None:
        """Install it apart from the task's Python, and its model unless a server answers."""
        await self.ensure_system_dependencies(environment, NEEDED)
        found = ""
        if self._wheels is not None:
            await environment.upload_dir(self._wheels, WHEELS)
            found = f"--find-links {WHEELS} "
        wanted = f"inhouse=={self._version}" if self._version else "inhouse"
        install = f'"$HOME/.inhouse/bin/pip" install --quiet {found}{shlex.quote(wanted)}'
        await self.exec_as_agent(environment, f'python3 -m venv "$HOME/.inhouse" && {install}')
        if self._endpoint is None and self.model:
            pull = f'"{PROGRAM}" models pull {shlex.quote(self.model)}'
            await self.exec_as_agent(environment, pull)

    @with_prompt_template
    async def run(
        self, instruction: str, environment: BaseEnvironment, context: AgentContext
    ) -> None:
        """Have it follow the instruction; a limit or a failed task is no error of the harness."""
        del context
        await self.exec_as_agent(environment, self.command(instruction))

    def command(self, instruction: str) -> str:
        """The shell command that follows an instruction and keeps events and complaints."""
        logs = shlex.quote(str(self.environment_logs_dir))
        flags = shlex.join(self.flags())
        return (
            f"mkdir -p {logs}; printf %s {shlex.quote(instruction)}"
            f' | "{PROGRAM}" -p - {flags} 2>{logs}/{ERRORS} >{logs}/{EVENTS}'
            f" || case $? in {JUDGED}) ;; *) tail -n 20 {logs}/{ERRORS} >&2; false ;; esac"
        )

    def flags(self) -> list[str]:
        """How inhouse is to work."""
        chosen = {
            "--model": self.model,
            "--endpoint": self._endpoint,
            "--max-turns": self._max_turns,
            "--timeout": self._timeout,
        }
        given = [(name, str(value)) for name, value in chosen.items() if value]
        fixed = ["--mode", "yolo", "--output-format", "stream-json"]
        return [*fixed, *(word for pair in given for word in pair)]

    @property
    def model(self) -> str:
        """The name behind Harbor's PROVIDER/NAME."""
        return (self.model_name or "").partition("/")[2] or (self.model_name or "")

    def populate_context_post_run(self, context: AgentContext) -> None:
        """Give Harbor the tokens that inhouse counted, if it got that far."""
        result = self._result()
        usage = result.get("usage") or {}
        if not usage:
            return
        context.n_input_tokens = usage.get("input_tokens")
        context.n_cache_tokens = usage.get("cached_input_tokens")
        context.n_output_tokens = usage.get("output_tokens")
        context.metadata = {"ending": result.get("subtype"), "turns": result.get("num_turns")}

    def _result(self) -> dict[str, Any]:
        """The last line of the events when it is a result."""
        try:
            with (Path(self.logs_dir) / EVENTS).open(encoding="utf-8", errors="replace") as lines:
                last = ""
                for line in lines:
                    last = line if line.strip() else last
            value = json.loads(last)
        except (OSError, ValueError):
            return {}
        is_result = isinstance(value, dict) and value.get("type") == "result"
        return value if is_result else {}
