"""The system prompt of each profile: short, and the same in every session."""

from importlib.resources import files

from inhouse_agent.kit import Options
from inhouse_agent.profile import Profile


def system_prompt(profile: Profile, options: Options) -> str:
    """The profile's page or the person's own text, and what they appended."""
    page = files("inhouse_agent") / "prompts" / f"system_{profile.name}.md"
    text = options.system_prompt or page.read_text(encoding="utf-8")
    parts = (text.strip(), options.append_system_prompt.strip())
    return "\n\n".join(part for part in parts if part)
