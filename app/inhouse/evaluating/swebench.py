"""Instances of SWE-bench as assignments, and what the agent changed as predictions.

Formats: https://www.swebench.com/SWE-bench/guides/datasets and .../guides/evaluation.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from inhouse import __version__
from inhouse.evaluating.assignment import Traits
from inhouse.evaluating.attempt import Attempt
from inhouse.evaluating.ground import Ground, exclude_compiled, problem_of, read_changes
from inhouse.evaluating.judging import Verdict
from inhouse_tools.refusal import Refusal

FIELDS = ("instance_id", "repo", "base_commit", "problem_statement")
SECONDS = 1800
REPOSITORY = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
# The other side lets any commit be asked for, not only the tips of branches.
UPLOAD_PACK = "--upload-pack=git -c uploadpack.allowAnySHA1InWant=true upload-pack"
PROMPT = """\
Resolve this issue of the repository that you are in. Change the code, not the tests; hidden tests
will be run afterwards.

<issue>
{}
</issue>"""
NO_PLACE = (
    "Where are the repositories? --repositories takes a folder of clones or https://github.com."
)
NO_CHANGE = "no change was made"
NOT_APPLICABLE = "the change is no text that git can apply: {}"


@dataclass(frozen=True, slots=True)
class Instance:
    """One issue of a repository at a commit; nobody here judges the change.

    `origin` is the address that git fetches the commit from.
    """

    name: str
    commit: str
    issue: str
    origin: str

    @property
    def digest(self) -> str:
        """What it is made of."""
        whole = "\0".join((self.commit, self.issue))
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def prompt(self) -> str:
        """What is asked."""
        return PROMPT.format(self.issue.replace("\0", "").strip())

    @property
    def seconds(self) -> float:
        """The limit."""
        return SECONDS

    @property
    def programs(self) -> tuple[str, ...]:
        """What it needs."""
        return ("git",)

    @property
    def traits(self) -> Traits:
        """What kind it is."""
        return Traits("resolve an issue", ("python",))

    async def lay_out(self, ground: Ground) -> str:
        """The commit alone: what came after it would show the solution."""
        for folder in (ground.project, ground.original):
            folder.mkdir()
        any_commit = (UPLOAD_PACK,) if self.origin.startswith("file:") else ()
        steps = (
            ("init", "--quiet", "--initial-branch=main"),
            ("fetch", "--quiet", "--depth=1", *any_commit, self.origin, self.commit),
            ("checkout", "--quiet", "-B", "main", "FETCH_HEAD"),
        )
        for step in steps:
            done = await ground.trusted_git(*step)
            if problem := problem_of(done, f"git {step[0]} of {self.name}"):
                return problem
        (ground.project / ".git" / "FETCH_HEAD").unlink(missing_ok=True)
        exclude_compiled(ground)
        return ""

    async def judge(self, ground: Ground) -> Verdict:
        """The change as a patch that applies to the commit."""
        patch = await read_changes(ground, self.commit)
        if isinstance(patch, Refusal):
            return Verdict("failed", patch.text)
        if not patch.strip():
            return Verdict("failed", NO_CHANGE)
        tried = await ground.git("apply", "--check", "--reverse", "-", stdin=patch.encode())
        if problem := problem_of(tried, "git apply"):
            return Verdict("failed", NOT_APPLICABLE.format(problem))
        return Verdict("unjudged", patch=patch)


def read_instances(file: Path, repositories: str) -> list[Instance] | str:
    """The instances of a file, JSON or JSON lines; or what is wrong, for a person.

    `repositories` is a folder of clones, or the address of a server.
    """
    if not repositories:
        return NO_PLACE
    try:
        values = _read_values(file)
    except (OSError, UnicodeDecodeError) as problem:
        return f"{file} cannot be read: {problem}"
    except (ValueError, RecursionError) as problem:
        return f"{file} is no JSON: {problem}"
    found: list[Instance] = []
    for number, value in enumerate(values, 1):
        instance = _instance(value, repositories)
        if isinstance(instance, str):
            return f"{file}, instance {number}: {instance}"
        found.append(instance)
    twice = {one.name for one in found if sum(one.name == other.name for other in found) > 1}
    return f"{file} has {sorted(twice)[0]} more than once." if twice else found


def predictions_of(model: str, attempts: Sequence[Attempt]) -> Iterator[str]:
    """A line of JSON for the first attempt at each instance, in the form that the harness reads.

    An attempt without a change is an empty patch; one that ended by an error is left out.
    """
    for one in attempts:
        if one.counts and one.trial.number == 1 and one.outcome != "error":
            prediction = {
                "instance_id": one.trial.task,
                "model_name_or_path": f"inhouse-{__version__}-{model}",
                "model_patch": one.patch,
            }
            yield json.dumps(prediction) + "\n"


def _read_values(file: Path) -> list[object]:
    """The JSON values of a file: one a line, a list, or an object by name. Raises ValueError."""
    text = file.read_text("utf-8")
    if file.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    value: object = json.loads(text)
    if isinstance(value, dict):
        return list(cast("Mapping[str, object]", value).values())
    return cast("list[object]", value) if isinstance(value, list) else [value]


def _instance(value: object, repositories: str) -> Instance | str:
    if not isinstance(value, dict):
        return "it is no object."
    data = cast("Mapping[str, Any]", value)
    for field in FIELDS:
        if not isinstance(data.get(field), str):
            return f"{field} is missing."
    name, repo, commit, issue = (str(data[field]) for field in FIELDS)
    forms = NAME.fullmatch(name), REPOSITORY.fullmatch(repo), COMMIT.fullmatch(commit)
    if not all(forms) or {".", ".."} & set(repo.split("/")):
        return "instance_id, repo or base_commit is not of the form that SWE-bench has."
    origin = _origin(repo, repositories)
    return Instance(name, commit, issue, origin) if origin else f"{repositories} has no {repo}."


def _origin(repo: str, repositories: str) -> str:
    """Where a repository is fetched from; nothing when the folder does not have it."""
    if "://" in repositories:
        return f"{repositories.rstrip('/')}/{repo}"
    name = repo.rpartition("/")[2]
    for form in (repo, repo.replace("/", "__"), name):
        for ending in ("", ".git"):
            path = Path(repositories, form + ending)
            if path.is_dir():
                return path.resolve().as_uri()
    return ""
