"""The console script: safe import order first, then the command line."""

import os
import sys


def demote_foreign_paths() -> None:
    """Move the current directory and PYTHONPATH entries to the end of sys.path.

    The agent runs inside repositories that have their own `app/` or `click.py`; ours and our
    dependencies must win. os.environ stays as it is, so commands run for the person see no change.
    """
    wanted = {os.path.realpath(entry) for entry in _python_path_entries()}
    wanted.add(os.path.realpath(os.curdir))
    foreign = [entry for entry in sys.path if os.path.realpath(entry or os.curdir) in wanted]
    sys.path[:] = [entry for entry in sys.path if entry not in foreign] + foreign


def _python_path_entries() -> list[str]:
    return [entry or os.curdir for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)]


def open_missing_streams() -> None:
    """Give closed standard streams a home, and never fail on a character a terminal cannot show."""
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(descriptor, "r" if name == "stdin" else "w"))
        elif name != "stdin":
            stream.reconfigure(errors="backslashreplace")


def silence_broken_pipe() -> None:
    """Whoever read our output has gone: keep the interpreter from reporting it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Run inhouse; ends the process with its exit code."""
    demote_foreign_paths()
    open_missing_streams()
    try:
        if sys.argv[1:2] == ["--version"]:
            from inhouse import __version__

            sys.stdout.write(f"inhouse {__version__}\n")
        else:
            from inhouse.cli import run

            run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        silence_broken_pipe()
        sys.exit(141)


if __name__ == "__main__":
    main()
