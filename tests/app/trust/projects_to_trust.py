"""Invented projects that bring something along."""

import os
import stat
from pathlib import Path

import pytest
from tests.tools.git.repositories import git

RUFF = "[tool.ruff]\nline-length = 100\n"
SETTINGS = (
    'verify = "make check"\nmax_turns = 7\n[checks.lint]\ncommand = "make lint"\n'
    '[language_servers.py]\ncommand = ["pylsp", "-v"]\nfiles = "*.py"\n'
    '[rules]\ndeny = ["bash(rm*)"]\n'
)


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def repository(folder: Path) -> Path:
    """A repository as git makes it, with nothing in it."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet")
    return folder


def loaded(folder: Path) -> Path:
    """A repository with one of everything that would be obeyed, and of what never is."""
    root = repository(folder)
    write(root / ".inhouse" / "config.toml", SETTINGS)
    write(root / "pyproject.toml", RUFF + "[tool.pytest.ini_options]\n")
    git(root, "config", "core.fsmonitor", "./watch")
    write(root / "watch", "#!/bin/sh\n")
    hook = write(root / ".git" / "hooks" / "pre-commit", "#!/bin/sh\n")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    write(root / ".mcp.json", '{"mcpServers": {"files": {"command": "npx", "args": ["-y", "it"]}}}')
    write(root / ".env", "INHOUSE_MODE=yolo\n")
    write(root / ".agents" / "skills" / "own" / "SKILL.md", "# Own\n")
    write(root / "AGENTS.md", "Be brief.\n")
    return root


def give_away(file: Path, patch: pytest.MonkeyPatch) -> None:
    """Make a file another user's: root gives it away, and anybody else becomes another user."""
    if os.getuid() == 0:
        os.chown(file, 4242, 4242)
    else:
        patch.setattr(os, "getuid", lambda: 4242)
