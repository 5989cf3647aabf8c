"""Notifications: when, in which terminal, and with nothing that a text could smuggle in."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.sanitise import sanitise_line
from inhouse.tui.notification import (
    MOST_CHARACTERS,
    Kind,
    Notifier,
    Setting,
    desktop_command,
    run_program,
    terminal_sequence,
    told_text,
)

XTERM = {"TERM": "xterm-256color", "DISPLAY": ":0", "PATH": "/usr/bin", "API_KEY": "secret"}


def found(name: str) -> str:
    return f"/usr/bin/{name}"


@pytest.mark.parametrize(
    ("setting", "focused", "kind", "seconds", "told"),
    [
        ("bell", False, "question", 0.0, True),
        ("bell", False, "ended", 10.0, True),
        ("bell", False, "ended", 9.9, False),
        ("bell", True, "question", 0.0, False),
        ("bell", True, "ended", 60.0, False),
        ("off", False, "question", 0.0, False),
        ("desktop", False, "question", 0.0, True),
    ],
)
def test_only_who_looks_elsewhere_is_told(
    setting: Setting, focused: bool, kind: Kind, seconds: float, told: bool
) -> None:
    async def scene() -> None:
        written: list[str] = []
        notifier = Notifier(written.append, setting, focused, {"TERM": "xterm"}, find=found)
        assert notifier.notify(kind, "Run git push?", seconds) is told
        assert written == (["\a\x1b]9;inhouse: Run git push?\a"] if told else [])

    asyncio.run(scene())


def test_the_desktop_is_asked_beside_the_loop() -> None:
    async def scene() -> None:
        ran: list[tuple[Sequence[str], Mapping[str, str]]] = []
        done = asyncio.Event()

        async def run(argv: Sequence[str], environment: Mapping[str, str]) -> None:
            ran.append((argv, environment))
            done.set()

        notifier = Notifier(lambda _text: None, "desktop", False, XTERM, "linux", found, run)
        notifier.notify("question", "Change <b>a</b>?")
        assert ran == []
        await done.wait()
        assert ran == [
            (
                ["notify-send", "--app-name=inhouse", "--", "inhouse",
                 "Change &lt;b&gt;a&lt;/b&gt;?"],
                {"DISPLAY": ":0", "PATH": "/usr/bin"},
            )
        ]  # fmt: skip

    asyncio.run(scene())


def test_what_still_runs_is_ended() -> None:
    async def scene() -> None:
        ended: list[bool] = []
        began = asyncio.Event()

        async def run(_argv: Sequence[str], _environment: Mapping[str, str]) -> None:
            began.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)

        notifier = Notifier(lambda _text: None, "desktop", False, XTERM, "linux", found, run)
        notifier.notify("question", "x")
        await began.wait()
        await notifier.close()
        assert ended == [True]

    asyncio.run(scene())


@pytest.mark.parametrize("argv", [["true"], ["no-such-program-at-all"]])
def test_a_program_that_fails_or_is_missing_disturbs_nothing(argv: list[str]) -> None:
    asyncio.run(run_program(argv, {"PATH": "/usr/bin:/bin"}))


@pytest.mark.parametrize(
    ("terminal", "more", "sequence"),
    [
        ("xterm-256color", {}, "\x1b]9;inhouse: x\a"),
        ("xterm-kitty", {}, "\x1b]9;inhouse: x\a"),
        ("linux", {}, ""),
        ("dumb", {}, ""),
        ("vt100", {}, ""),
        ("", {}, ""),
        ("screen", {}, ""),
        ("tmux-256color", {"TMUX": "/tmp/t"}, "\x1bPtmux;\x1b\x1b]9;inhouse: x\a\x1b\\"),
        ("screen-256color", {"TMUX": "/tmp/t"}, "\x1bPtmux;\x1b\x1b]9;inhouse: x\a\x1b\\"),
    ],
)
def test_a_terminal_gets_what_it_knows(terminal: str, more: dict[str, str], sequence: str) -> None:
    assert terminal_sequence("x", {"TERM": terminal, **more}) == sequence


@given(st.text(max_size=300))
def test_no_text_leaves_its_sequence(text: str) -> None:
    said = told_text(text)

    assert sanitise_line(said) == said
    assert len(said) <= MOST_CHARACTERS
    sequence = terminal_sequence(said, {"TERM": "xterm"})
    assert sequence.count("\x1b") == 1
    assert sequence.count("\a") == 1


@pytest.mark.parametrize(
    ("environment", "platform", "command"),
    [
        ({}, "darwin", "osascript"),
        ({"DISPLAY": ":0"}, "linux", "notify-send"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", "notify-send"),
        ({}, "linux", ""),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "a b"}, "linux", ""),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", ""),
    ],
)
def test_each_desktop_has_its_program(
    environment: dict[str, str], platform: str, command: str
) -> None:
    argv = desktop_command('say "hi" -e x', environment, platform, found)

    assert argv[:1] == ([command] if command else [])
    assert not argv or argv[-1].startswith("say ")
    assert desktop_command("x", environment, platform, lambda _name: None) == []
