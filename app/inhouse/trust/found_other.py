"""What other programs would obey in a folder and inhouse does not: told of, never asked about."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

from inhouse.trust.finding import Finding
from inhouse.trust.found_settings import read_bounded

SKILLS: Final = ".agents/skills"
TEXTS: Final = ("AGENTS.md", "CLAUDE.md")
UNUSED: Final = (".env", ".envrc", ".vscode/tasks.json", ".ripgreprc", ".claude", ".codex")
MCP_FILES: Final = (".mcp.json", ".inhouse/mcp.json", ".vscode/mcp.json")


def find_other(project: Path) -> Iterator[Finding]:
    """A finding for each, none of them obeyed."""
    for name in MCP_FILES:
        raw = read_bounded(project / name)
        if raw is not None:
            yield _told(name, *_servers(raw))
    skills = project / SKILLS
    count = sum(1 for _skill in skills.glob("*/SKILL.md")) if skills.is_dir() else 0
    if count:
        yield _told(SKILLS, f"{count} skills: not used")
    for name in UNUSED:
        if (project / name).exists():
            yield _told(name, "not used")
    for name in TEXTS:
        if (project / name).is_file():
            yield _told(name, "the model reads it; it can permit nothing")


def _servers(raw: bytes) -> Iterator[str]:
    """The MCP servers that a file names."""
    try:
        data: object = json.loads(raw)
    except (ValueError, RecursionError):
        yield "not used"
        return
    tables = cast("dict[str, object]", data) if isinstance(data, dict) else {}
    named = tables.get("mcpServers", tables.get("servers"))
    servers = cast("dict[str, object]", named) if isinstance(named, dict) else {}
    for name, server in servers.items():
        facts = cast("dict[str, object]", server) if isinstance(server, dict) else {}
        arguments = facts.get("args")
        words = cast("list[object]", arguments) if isinstance(arguments, list) else []
        command = " ".join(str(word) for word in (facts.get("command", "?"), *words))
        yield f"MCP server {name} would run `{command}`: not used"


def _told(file: str, *effects: str) -> Finding:
    return Finding("other", f"other {file}", file, effects or ("not used",), obeyed=False)
