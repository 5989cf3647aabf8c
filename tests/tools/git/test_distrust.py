"""What is set over a repository's configuration."""

import pytest

from inhouse_tools.git.distrust import (
    UNTRUSTED,
    Entry,
    as_environment,
    read_entries,
    restrain,
)


def test_entries_are_read() -> None:
    listing = "global\0user.name\nAda\0local\0core.bare\nfalse\0local\0a.b\0command\0c.d\nx\ny\0"
    assert read_entries(listing) == [
        Entry("global", "user.name", "Ada"),
        Entry("local", "core.bare", "false"),
        Entry("local", "a.b", ""),
        Entry("command", "c.d", "x\ny"),
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("filter.x.clean", ""),
        ("filter.a.b=c.process", ""),
        ("diff.x.textconv", ""),
        ("core.sshcommand", ""),
        ("gpg.ssh.defaultkeycommand", ""),
        ("gpg.program", "gpg"),
        ("commit.gpgsign", "false"),
        ("pager.log", "false"),
        ("credential.https://x.org.helper", ""),
        ("remote.origin.uploadpack", ""),
        ("hook.x.enabled", "false"),
    ],
)
@pytest.mark.parametrize("scope", ["local", "worktree"])
def test_keys_that_name_programs_are_overridden(scope: str, key: str, value: str) -> None:
    entries = [Entry(scope, key, "evil")]
    assert restrain(entries).overrides[key] == value


@pytest.mark.parametrize(
    "key",
    ["user.name", "remote.origin.url", "core.autocrlf", "branch.main.merge", "diff.x.xfuncname"],
)
def test_other_keys_are_left_alone(key: str) -> None:
    assert restrain([Entry("local", key, "x")]).overrides == UNTRUSTED


def test_what_the_person_says_holds_instead() -> None:
    restraint = restrain(
        [
            Entry("global", "gpg.program", "/usr/local/bin/gpg"),
            Entry("global", "core.hookspath", "/home/me/hooks"),
            Entry("global", "filter.lfs.process", "git-lfs filter-process"),
            Entry("global", "filter.lfs.required", "true"),
            Entry("local", "gpg.program", "evil"),
            Entry("local", "core.hookspath", "evil"),
            Entry("local", "filter.lfs.process", "evil"),
            Entry("local", "filter.other.clean", "evil"),
        ]
    )
    assert restraint.overrides["gpg.program"] == "/usr/local/bin/gpg"
    assert restraint.overrides["core.hookspath"] == "/dev/null"
    assert restraint.overrides["filter.lfs.process"] == "git-lfs filter-process"
    assert restraint.overrides["filter.lfs.required"] == "true"
    assert restraint.overrides["filter.other.required"] == "false"
    assert restraint.filters == {"other"}
    assert restraint.hooks


def test_a_hook_of_the_configuration_is_switched_off() -> None:
    restraint = restrain([Entry("local", "hook.x.command", "evil")])
    assert restraint.overrides["hook.x.enabled"] == "false"
    assert restraint.hooks


def test_overrides_become_variables() -> None:
    assert as_environment({"a.b": "c"}) == {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "a.b",
        "GIT_CONFIG_VALUE_0": "c",
    }
