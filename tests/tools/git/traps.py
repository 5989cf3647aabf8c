"""A repository whose configuration names programs in every way git knows; each leaves a mark."""

from pathlib import Path

from tests.tools.git.repositories import git, repository

HOOKS = (
    "pre-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "post-checkout",
    "post-index-change",
    "reference-transaction",
    "fsmonitor-watchman",
    "pre-auto-gc",
    "post-rewrite",
)
PROGRAM_KEYS = (
    "alias.log",
    "alias.status",
    "core.alternateRefsCommand",
    "core.askPass",
    "core.editor",
    "core.fsmonitor",
    "core.gitProxy",
    "core.pager",
    "core.sshCommand",
    "credential.helper",
    "credential.https://example.org.helper",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.process",
    "filter.evil.smudge",
    "filter.a=b.c d.clean",
    "gpg.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand",
    "hook.evil.command",
    "interactive.diffFilter",
    "merge.evil.driver",
    "pager.blame",
    "pager.diff",
    "pager.log",
    "pager.status",
    "remote.origin.uploadpack",
    "remote.origin.vcs",
    "sequence.editor",
    "submodule.evil.update",
    "trailer.sign.cmd",
    "trailer.sign.command",
    "uploadpack.packObjectsHook",
)
# Their value is a command only behind a "!".
COMMANDS = ("alias.", "submodule.")
SWITCHES = {
    "commit.gpgSign": "true",
    "core.untrackedCache": "true",
    "diff.ignoreSubmodules": "none",
    "diff.submodule": "diff",
    "extensions.partialClone": "origin",
    "filter.evil.required": "true",
    "hook.evil.event": "post-index-change",
    "log.showSignature": "true",
    "protocol.ext.allow": "always",
    "remote.origin.promisor": "true",
    "status.submoduleSummary": "true",
}


def setting(key: str, value: str) -> str:
    """A key as it stands in a file of git's configuration."""
    section, _, rest = key.partition(".")
    inner, _, name = rest.rpartition(".")
    heading = f'{section} "{inner}"' if inner else section
    return f"[{heading}]\n\t{name} = {value}\n"


class Trap:
    """A repository full of programs that would leave a mark, and the place of the mark."""

    def __init__(self, folder: Path) -> None:
        self.mark = folder / "mark"
        self.program = folder / "evil"
        self.program.write_text(f'#!/bin/sh\necho "$0 $*" >> "{self.mark}"\ncat\n', "utf-8")
        self.program.chmod(0o755)
        self.root = repository(folder / "clone", **{"a.txt": "one\n", "b.txt": "two\n"})
        (self.root / ".gitattributes").write_text("*.txt filter=evil diff=evil merge=evil\n")
        git(self.root, "add", ".gitattributes")
        git(self.root, "commit", "--quiet", "--message", "Attributes")

    def arm(self) -> None:
        """Write the configuration, half of it in a file that is included."""
        lines: tuple[list[str], list[str]] = ([], [])
        for place, key in enumerate(PROGRAM_KEYS):
            value = f"!{self.program}" if key.startswith(COMMANDS) else str(self.program)
            lines[place % 2].append(setting(key, value))
        lines[0].extend(setting(key, value) for key, value in SWITCHES.items())
        lines[0].append(setting("remote.origin.url", f"ext::{self.program}"))
        lines[0].append(setting("include.path", "../included"))
        (self.root / "included").write_text("".join(lines[1]), "utf-8")
        with (self.root / ".git" / "config").open("a") as config:
            config.write("".join(lines[0]))
        for name in HOOKS:
            hook = self.root / ".git" / "hooks" / name
            hook.write_text(self.program.read_text("utf-8"), "utf-8")
            hook.chmod(0o755)

    @property
    def sprung(self) -> str:
        """What ran, if anything."""
        return self.mark.read_text("utf-8") if self.mark.exists() else ""
