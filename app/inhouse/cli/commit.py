"""`inhouse commit`: commits under a message that the model writes from the diff."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.choosing import WorkOptions, settings_for
from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.project import trust_folder
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise, sanitise_line

if TYPE_CHECKING:
    from inhouse.committing import CommitWish, Proposal
    from inhouse.settings import Settings
    from inhouse_models.chat import ModelClient, ModelError

NOBODY = "Nobody can be asked here: add -y to commit, or --dry-run to see the message."
SHORT_ID = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("commit")(takes(CommitOptions, commit))


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitOptions(WorkOptions):
    """What stood on the command line."""

    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Commit these files only, new ones included."),
    ] = None
    everything: Annotated[
        bool, typer.Option("-a", "--all", help="Commit every changed file that git knows.")
    ] = False
    message: Annotated[
        str, typer.Option("-m", "--message", metavar="TEXT", help="Use this message.")
    ] = ""
    about: Annotated[
        str, typer.Option("--about", metavar="TEXT", help="What the message must mention.")
    ] = ""
    dry_run: Annotated[bool, typer.Option("-n", "--dry-run", help="Only print the message.")] = (
        False
    )
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Commit without asking.")] = False
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False
    # -m is the message here.
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="NAME", help="Model name, or path of a GGUF file."),
    ] = None
    trust: Annotated[
        bool, typer.Option("--trust", help="Trust this folder, its hooks too, from now on.")
    ] = False


def commit(options: CommitOptions) -> None:
    """Commit what is staged, under a message that the model writes from the diff."""
    from inhouse.committing import CommitWish

    asking = not (options.yes or options.dry_run)
    if asking and not (sys.stdin.isatty() and sys.stderr.isatty()):
        fail(NOBODY)
    if options.everything and options.paths:
        fail("Give --all or files, not both.")
    root = options.root
    if options.trust:
        trust_folder(root)
    settings = settings_for(root, options)
    wish = CommitWish(
        root,
        tuple(options.paths or ()),
        options.everything,
        options.message,
        options.about,
        options.dry_run,
    )
    proposal = _propose(wish, settings)
    for notice in proposal.notices:
        complain(notice)
    text = proposal.message
    if options.dry_run:
        _print(proposal, text, "", as_json=options.as_json)
        return
    if asking:
        text = _confirm(proposal, text)
    elif not options.as_json:
        typer.echo(sanitise(text))
    _print(proposal, text, _carry_out(proposal, text), as_json=options.as_json)


def _propose(wish: "CommitWish", settings: "Settings") -> "Proposal":
    import asyncio

    from inhouse.committing import NoProposal, propose
    from inhouse.output.progress import progress_on

    progress = progress_on(sys.stderr)

    async def reach() -> "ModelClient | ModelError":
        from inhouse.connect import connect

        return await connect(settings, progress.step)

    try:
        proposal = asyncio.run(propose(wish, reach, progress.show))
    finally:
        progress.end()
    if isinstance(proposal, NoProposal):
        fail(proposal.text, proposal.code)
    return proposal


def _carry_out(proposal: "Proposal", text: str) -> str:
    """The id of the new commit."""
    import asyncio

    from inhouse.committing import carry_out
    from inhouse_tools.refusal import Refusal

    made = asyncio.run(carry_out(proposal, text))
    if isinstance(made, Refusal):
        fail(made.text, ExitCode.FAILED)
    return made.id


def _confirm(proposal: "Proposal", text: str) -> str:
    """The message that the person agrees to, perhaps after editing it."""
    from inhouse.editing import edit_text
    from inhouse_tools.refusal import Refusal

    count = len(proposal.choice.changes)
    files = "1 file" if count == 1 else f"{count} files"
    where = f" on {proposal.branch}" if proposal.branch else ", on no branch"
    while True:
        sys.stderr.write(f"\n{sanitise(text)}\n")
        question = sanitise_line(f"Commit {files}{where}? [Y]es, [n]o, [e]dit: ")
        sys.stderr.write(question)
        sys.stderr.flush()
        line = sys.stdin.readline()
        answer = line.strip().lower()
        if line and answer in {"", "y", "yes"}:
            return text
        if not line or answer in {"n", "no", "q"}:
            fail("Nothing was committed.", ExitCode.FAILED)
        if answer in {"e", "edit"}:
            edited = edit_text(text, proposal.repository.top, "COMMIT_EDITMSG")
            if isinstance(edited, Refusal):
                complain(edited.text)
            elif not edited.strip():
                fail("The message is empty, so nothing was committed.", ExitCode.FAILED)
            else:
                text = edited.strip() + "\n"


def _print(proposal: "Proposal", text: str, made: str, *, as_json: bool) -> None:
    """The message of a dry run, or what was committed."""
    if not as_json:
        where = f" on {proposal.branch}" if proposal.branch else ""
        said = f"committed {made[:SHORT_ID]}{where}" if made else text.rstrip("\n")
        typer.echo(sanitise(said))
        return
    from inhouse.output.result import encode_line

    subject, _, body = text.strip().partition("\n")
    sys.stdout.write(
        encode_line(
            {
                "type": "commit",
                "committed": bool(made),
                "id": made,
                "branch": proposal.branch,
                "subject": subject,
                "body": body.strip("\n"),
                "written_by": proposal.by,
                "files": [change.path for change in proposal.choice.changes],
                "notices": list(proposal.notices),
            }
        )
    )
