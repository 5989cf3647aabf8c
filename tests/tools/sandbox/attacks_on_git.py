"""Attempts to leave something in a repository that git outside obeys, or to damage its state."""

from tests.tools.sandbox.attack import Attack, Place

# A program that git would start outside, by whatever setting names it.
_EVIL = """
cat > evil <<'END'
#!/bin/sh
echo obeyed >> "$LAB/outside/obeyed"
exit 1
END
chmod +x evil
"""
_CONFIG = """
[core]
	repositoryformatversion = 0
	bare = false
	fsmonitor = "$LAB_PROJECT/evil"
[diff]
	external = "$LAB_PROJECT/evil"
"""
_EVIL_REPOSITORY = f"""{_EVIL}
cp -r .git copy 2>/dev/null || git clone -q . copy
[ -d copy/.git ] && mv copy/.git moved && rm -rf copy && mv moved copy
cat > copy/config <<END
{_CONFIG}END
"""


def _setting(name: str, command: str, before: str = "", place: Place = "a repository") -> Attack:
    return Attack(name, (_EVIL + command,), before=before, place=place)


ON_GIT = (
    _setting(
        "write to git's config",
        'printf "[core]\\n\\tfsmonitor = $LAB_PROJECT/evil\\n" >> .git/config',
    ),
    _setting("git config", 'git config core.fsmonitor "$LAB_PROJECT/evil"'),
    _setting("replace git's config", f"cat > new <<END\n{_CONFIG}END\nmv -f new .git/config"),
    _setting(
        "a config locked and renamed",
        f"cat > .git/config.lock <<END\n{_CONFIG}END\nmv .git/config.lock .git/config",
    ),
    _setting("a hook", "cp evil .git/hooks/pre-commit"),
    _setting(
        "an existing hook", "cat evil > .git/hooks/post-commit; chmod +x .git/hooks/post-commit"
    ),
    _setting("a hook by symlink", "ln -sf ../../evil .git/hooks/pre-commit"),
    _setting(
        "the folder of hooks moved",
        "mv .git/hooks .git/old; mkdir .git/hooks; cp evil .git/hooks/pre-commit",
    ),
    _setting(
        "a missing folder of hooks",
        "mkdir -p .git/hooks; cp evil .git/hooks/pre-commit",
        before="rm -rf .git/hooks",
    ),
    _setting(
        "the folder of hooks that the config names",
        "cp evil .husky/pre-commit",
        before="mkdir .husky; echo : > .husky/commit-msg; git config core.hooksPath .husky",
    ),
    _setting(
        "a missing folder of hooks that the config names",
        "mkdir -p .githooks; cp evil .githooks/pre-commit",
        before="git config core.hooksPath .githooks",
    ),
    _setting(
        "hooks that are a symlink into the project",
        "cp evil myhooks/pre-commit",
        before="mkdir myhooks; rm -rf .git/hooks; ln -s ../myhooks .git/hooks",
    ),
    _setting(
        "a file that the config includes",
        'printf "[core]\\n\\tfsmonitor = $LAB_PROJECT/evil\\n" > .gitconfig-shared',
        before="touch .gitconfig-shared; git config include.path ../.gitconfig-shared",
    ),
    _setting(
        "a program that the config names",
        "cp evil tools-monitor",
        before='echo "#!/bin/sh" > tools-monitor; chmod +x tools-monitor;'
        ' git config core.fsmonitor "$LAB_PROJECT/tools-monitor"',
    ),
    _setting(
        "config of the worktree",
        'printf "[core]\\n\\tfsmonitor = $LAB_PROJECT/evil\\n" > .git/config.worktree',
        before="git config extensions.worktreeConfig true",
    ),
    Attack(
        "another common folder", (_EVIL_REPOSITORY + 'echo "$LAB_PROJECT/copy" > .git/commondir',)
    ),
    Attack("the repository moved away", (_EVIL_REPOSITORY + "mv .git aside; mv copy .git",)),
    Attack("the repository deleted", (_EVIL_REPOSITORY + "rm -rf .git; mv copy .git",)),
    Attack(
        "the repository exchanged",
        python="""
os.system("cp -r .git copy; printf '[core]\\\\n\\\\tfsmonitor = false\\\\n' >> copy/config")
libc.renameat2(-100, b".git", -100, b"copy", 2)
""",
    ),
    Attack(
        "the project's folder moved",
        (
            _EVIL_REPOSITORY + 'mv "$LAB_PROJECT" "$LAB/elsewhere"; mkdir -p "$LAB_PROJECT";'
            ' mv "$LAB/elsewhere/copy" "$LAB_PROJECT/.git"; rm -rf "$LAB/elsewhere"',
        ),
        control="nobody",
    ),
    Attack(
        "alternates",
        ('mkdir -p .git/objects/info; echo "$LAB_OUTSIDE" > .git/objects/info/alternates',),
    ),
    Attack(
        "a missing folder of alternates",
        ('mkdir -p .git/objects/info; echo "$LAB_OUTSIDE" > .git/objects/info/alternates',),
        before="rm -rf .git/objects/info",
    ),
    Attack(
        "attributes of the repository",
        ("mkdir -p .git/info; echo '* filter=evil' > .git/info/attributes",),
    ),
    Attack(
        "a missing folder of attributes",
        ("mkdir -p .git/info; echo '* filter=evil' > .git/info/attributes",),
        before="rm -rf .git/info",
    ),
    Attack("a new module", ("mkdir -p .git/modules/x; echo '[core]' > .git/modules/x/config",)),
    Attack(
        "a new worktree's pointer",
        ('mkdir -p .git/worktrees/x; echo "$LAB_OUTSIDE/.git" > .git/worktrees/x/gitdir',),
    ),
    Attack(
        "the pointer of a linked worktree",
        (
            _EVIL
            + f"mkdir evil.git; cat > evil.git/config <<END\n{_CONFIG}END\n"
            + 'echo "gitdir: $LAB_PROJECT/evil.git" > .git',
        ),
        place="a linked worktree",
    ),
    Attack(
        "the pointer of a linked worktree moved",
        ('mv .git aside; rm -f .git; echo "gitdir: $LAB_OUTSIDE" > .git',),
        place="a linked worktree",
    ),
    Attack(
        "the common config through a linked worktree",
        (_EVIL + 'git config core.fsmonitor "$LAB_PROJECT/evil"',),
        place="a linked worktree",
    ),
    Attack(
        "the common hooks through a linked worktree",
        (_EVIL + 'cp evil "$(git rev-parse --git-common-dir)/hooks/pre-commit"',),
        place="a linked worktree",
    ),
    Attack(
        "the common folder of a linked worktree",
        ('echo "$LAB_PROJECT" > "$(git rev-parse --git-dir)/commondir"',),
        place="a linked worktree",
    ),
    Attack(
        "the main project through a linked worktree",
        ('echo bad > "$LAB/project/.bashrc"',),
        place="a linked worktree",
    ),
    Attack(
        "the config of a submodule",
        (_EVIL + 'git -C sub config core.fsmonitor "$LAB_PROJECT/evil"',),
        before="git init -q ../outside/sub 2>/dev/null;"
        " git -C ../outside/sub -c user.name=a -c user.email=a@b commit -q --allow-empty -m x;"
        " git -c protocol.file.allow=always submodule --quiet add ../outside/sub sub;"
        " rm -rf ../outside/sub",
    ),
    Attack(
        "the config of a repository in the project",
        (_EVIL + 'git -C nested config core.fsmonitor "$LAB_PROJECT/evil"',),
        before="git init -q nested",
    ),
    Attack("files hidden from status", ("mkdir -p .git/info; echo '*' >> .git/info/exclude",)),
)
