"""Tries out what is quickest for a model, and says so as lines of JSON, as a program of its own.

`python -I -m inhouse_models.host.trials [--quick] WORDS`, with the words of a host's command line;
inhouse_models.speed.trying starts and reads it.
"""

import sys

from inhouse_models.engine.trials.whole import NORMAL, QUICK, make_trials
from inhouse_models.host.arguments import engine_options, parse_arguments
from inhouse_models.speed.telling import Failed, Told, encode_told

QUICK_WORD = "--quick"


def say(told: Told) -> None:
    """One line, at once."""
    sys.stdout.write(encode_told(told) + "\n")
    sys.stdout.flush()


def report(line: str) -> None:
    """Reasons of plans are told elsewhere; what goes wrong may help whoever looks for it."""
    sys.stderr.write(line + "\n")


def main(words: list[str]) -> None:
    """Make the trials that the command line asks for."""
    quick = words[:1] == [QUICK_WORD]
    arguments = parse_arguments(["--fd", "0", *words[quick:]])
    ended = make_trials(engine_options(arguments, report), QUICK if quick else NORMAL, say)
    say(Failed(ended) if isinstance(ended, str) else ended)


if __name__ == "__main__":
    main(sys.argv[1:])
