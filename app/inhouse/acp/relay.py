"""Shows in an editor's terminal what a command writes, and ends with the command's exit code.

`python -I -m inhouse.acp.relay SOCKET`: the editor starts it. The command itself runs as a child of
the agent, inside the sandbox; its output comes over the socket. Starts fast: nothing but the
standard library is imported.
"""

import os
import signal
import socket
import struct
import sys

HEADER = struct.Struct(">cI")
"""What comes: OUTPUT and how many bytes of it follow, or ENDED and the exit code."""
OUTPUT, ENDED = b"o", b"e"
INTERRUPTED = 130
NOBODY = "inhouse cannot be reached from this terminal; the output is shown beside the call.\n"


def relay(path: str) -> int:
    """Copies what comes over the socket to standard output; the exit code of the command."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(path)
        except OSError:
            sys.stderr.write(NOBODY)
            return 1
        with connection.makefile("rb") as source:
            while len(header := source.read(HEADER.size)) == HEADER.size:
                kind, number = HEADER.unpack(header)
                if kind == ENDED:
                    return number
                _write(source.read(number))
    _write(b"[stopped]\n")
    return INTERRUPTED


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def main() -> None:
    """Without a person's Ctrl+C or a closed terminal becoming a traceback."""
    # The default ends it at once; the agent sees the closed socket and ends the command.
    for number in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    sys.exit(relay(sys.argv[1]))


if __name__ == "__main__":
    main()
