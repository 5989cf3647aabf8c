"""The console script: safe import order first, then the command line."""

import os
import sys


def demote_foreign_paths() -> None:
    """Move the current directory and PYTHONPATH entries to the end of sys.path.

    The agent runs inside repositories that have their own `app/` or `click.py`; ours and our
    dependencies must win. os.environ stays as it is, so commands run for the person see no change.
    """
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    wanted = {_place_of(entry) for entry in (*entries, os.curdir)}
    foreign = [entry for entry in sys.path if _place_of(entry) in wanted]
    sys.path[:] = [entry for entry in sys.path if entry not in foreign] + foreign


def _place_of(entry: str) -> str:
    """Where an entry leads; a current folder that was deleted leads nowhere."""
    try:
        return os.path.realpath(entry or os.curdir)
    except OSError:
        return entry


def fork_beside() -> None:
    """Have a small process that starts commands, also when this one has denied itself the network.

    It is forked here, where nothing is loaded yet and there is one thread.
    """
    # Elsewhere nothing is denied, and everything is started directly.
    if not sys.platform.startswith("linux"):
        return
    from inhouse_tools.runner.connection import Runner, use_runner
    from inhouse_tools.runner.forked import fork_runner

    try:
        use_runner(Runner(fork_runner()))
    except OSError:
        # Too many processes: what is not enforced then, is said.
        return


def enter() -> None:
    """Do what the command line says; ends with SystemExit when it has an exit code."""
    try:
        if sys.argv[1:2] == ["--version"]:
            from inhouse import __version__

            sys.stdout.write(f"inhouse {__version__}\n")
            return
        if "_INHOUSE_COMPLETE" in os.environ:
            from inhouse.shell_completion.answering import answer_shell

            answer_shell()
            return
        fork_beside()
        if len(sys.argv) == 1 and sys.stdin.isatty() and sys.stdout.isatty():
            # The usual way in, without the time that it takes to load the command line.
            from inhouse.tui.start import open_here

            sys.exit(open_here())
        else:
            from inhouse.cli import run

            run()
    finally:
        sys.stdout.flush()


def main() -> None:
    """Run inhouse; ends the process with its exit code."""
    try:
        demote_foreign_paths()
        run_command()
    except KeyboardInterrupt:
        sys.exit(130)


def run_command() -> None:
    """Do what the command line says, on streams that are prepared; ends with SystemExit when it
    has an exit code."""
    from inhouse.streams import FULL, prepare_streams, silence_output

    prepare_streams()
    try:
        enter()
    except BrokenPipeError:
        silence_output()
        sys.exit(141)
    except OSError as problem:
        if problem.errno not in FULL:
            raise
        silence_output()
        sys.stderr.write(f"inhouse: The output cannot be written: {problem.strerror}.\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
