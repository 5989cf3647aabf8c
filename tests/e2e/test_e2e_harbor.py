"""The agent for Harbor: what it installs, and its commands in a shell with a scripted model."""

import asyncio
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.harbor_stand_in import AgentContext, LocalEnvironment, install_stand_in
from tests.e2e.installed import COMMAND
from tests.e2e.scripted_server import call, refuse, say

SOURCE = Path(__file__).parents[2] / "packaging" / "harbor" / "inhouse_harbor.py"
INSTRUCTION = 'Make it; it\'s $HOME `x` \\ "q"\n-- and 100 %s'


@pytest.fixture
def agent_class(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The class, as Harbor imports it."""
    install_stand_in(monkeypatch)
    spec = importlib.util.spec_from_file_location("inhouse_harbor", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Inhouse


@pytest.fixture
def container(tmp_path: Path) -> LocalEnvironment:
    """A shell where inhouse is installed already."""
    home, work = tmp_path / "home", tmp_path / "work"
    programs = home / ".inhouse" / "bin"
    programs.mkdir(parents=True)
    work.mkdir()
    (programs / "inhouse").symlink_to(COMMAND)
    return LocalEnvironment(work, home)


def work(agent: Any, container: LocalEnvironment) -> AgentContext:
    """Have it follow the instruction."""
    context = AgentContext()
    asyncio.run(agent.run(INSTRUCTION, container, context))
    agent.populate_context_post_run(context)
    return context


def test_it_installs_itself_and_the_model(agent_class: Any, container: LocalEnvironment) -> None:
    agent = agent_class(Path("/logs"), None, "1.2.3", model_name="inhouse/starter")
    container.commands.clear()
    (container.home / ".inhouse" / "bin" / "inhouse").unlink()
    (container.home / ".inhouse" / "bin" / "inhouse").symlink_to("/bin/echo")
    asyncio.run(agent.install(container))
    assert agent.dependencies[0] == "python3"
    assert "pip" in container.commands[0]
    assert container.commands[0].endswith("install --quiet inhouse==1.2.3")
    assert container.commands[1].endswith("models pull starter")


def test_a_server_and_wheels_are_used_when_given(
    agent_class: Any, container: LocalEnvironment
) -> None:
    agent = agent_class(Path("/logs"), endpoint="http://x", wheels="dist", model_name="inhouse/a")
    asyncio.run(agent.install(container))
    assert container.uploads == [("dist", "/installed-agent/wheels")]
    assert "--find-links /installed-agent/wheels inhouse" in container.commands[0]
    assert len(container.commands) == 1
    assert agent.parse_version("inhouse 0.1.0\n") == "0.1.0"


def test_its_command_works_and_tells_the_tokens(
    agent_class: Any, container: LocalEnvironment, serve: Serve, tmp_path: Path
) -> None:
    logs = tmp_path / "the logs"
    made = call("bash", json.dumps({"command": "echo hello > made.txt"}))
    server = serve(made, say("Done."))
    agent = agent_class(
        logs, environment_logs_dir=logs, endpoint=server.url, model_name="inhouse/scripted"
    )
    context = work(agent, container)
    assert (container.folder / "made.txt").read_text("utf-8") == "hello\n"
    assert server.requests[0]["messages"][-1]["content"].endswith(INSTRUCTION)
    assert context.n_input_tokens
    assert context.n_output_tokens is not None
    assert context.metadata == {"ending": "success", "turns": 2}


def test_a_limit_is_judged_and_a_lost_model_is_an_error(
    agent_class: Any, container: LocalEnvironment, serve: Serve, tmp_path: Path
) -> None:
    look = call("bash", json.dumps({"command": "true"}))
    server = serve(look, *([refuse(500, "broken")] * 20))
    flags = {"environment_logs_dir": tmp_path, "endpoint": server.url, "model_name": "a/scripted"}
    limited = agent_class(tmp_path, max_turns="1", **flags)
    assert work(limited, container).metadata == {"ending": "limit", "turns": 1}
    with pytest.raises(RuntimeError):
        work(agent_class(tmp_path, **flags), container)
