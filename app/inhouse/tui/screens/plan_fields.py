"""One step of a plan as the texts of a form, and back, with what is wrong in each."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final

from inhouse_agent.plan import PlanProblem, PlanStep
from inhouse_agent.plan_text import parse_plan

FIELDS: Final[Mapping[str, str]] = {
    "intent": "What is done",
    "files": "Files",
    "new_files": "New files",
    "symbols": "Symbols",
    "verify": "Check",
}
"""The fields of a step in their order, and what they are called."""


def texts_of(step: PlanStep) -> dict[str, str]:
    """What each field says; names are separated by commas."""
    return {
        "intent": step.intent,
        "files": _listed(step.files),
        "new_files": _listed(step.new_files),
        "symbols": _listed(step.symbols),
        "verify": step.verify,
    }


def read_step(texts: Mapping[str, str]) -> PlanStep | PlanProblem:
    """The step that the texts say, read as a plan in Markdown is."""
    if not texts["intent"].strip():
        return PlanProblem("Say what is done.")
    lines = [f"1. {texts['intent'].strip()}"]
    names = {"files": "files", "new_files": "new files", "symbols": "symbols", "verify": "verify"}
    lines += [
        f"- {name}: {texts[key].strip()}" for key, name in names.items() if texts[key].strip()
    ]
    plan = parse_plan("\n".join(lines))
    return plan if isinstance(plan, PlanProblem) else plan.steps[0]


def problems_of(step: PlanStep, is_file: Callable[[str], bool] | None = None) -> Mapping[str, str]:
    """What is wrong, by field. Without `is_file` any file may be named."""
    found: dict[str, str] = {}
    for key, names in (("files", step.files), ("new_files", step.new_files)):
        leaving = next((name for name in names if leaves_folder(name)), "")
        if leaving:
            found[key] = f"{leaving} is outside the folder."
    if is_file is not None:
        missing = next((name for name in step.files if not is_file(name)), "")
        if missing:
            found.setdefault("files", f"{missing} does not exist: is it a new file?")
        there = next((name for name in step.new_files if is_file(name)), "")
        if there:
            found.setdefault("new_files", f"{there} exists already: name it under files.")
    if step.verify and not _is_command(step.verify):
        found["verify"] = f"{step.verify.split()[0]} is no program here."
    return found


def leaves_folder(name: str) -> bool:
    """Whether a path is not one within the folder."""
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or name.startswith("~")


def _is_command(text: str) -> bool:
    from inhouse_agent.planning import is_command

    return is_command(text)


def _listed(names: tuple[str, ...]) -> str:
    """Names between commas, in quotes when they hold commas themselves."""
    quoted = any("," in name for name in names)
    return ", ".join(f"`{name}`" if quoted else name for name in names)
