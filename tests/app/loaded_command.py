"""A command that a loaded process does: `python -I -S loaded_command.py SOCKET WORK WORDS…`."""

import json
import os
import socket
import sys

STREAMS = (0, 1, 2)


def main(path: str, *words: str) -> None:
    """Hand over everything, and end as what was done did."""
    order = {"words": words, "folder": os.getcwd(), "variables": dict(os.environ)}  # noqa: PTH109 - pathlib takes longer to load than this to run
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        socket.send_fds(connection, [b"."], STREAMS)
        connection.sendall(json.dumps(order).encode())
        connection.shutdown(socket.SHUT_WR)
        for stream in STREAMS:
            os.close(stream)
        code = int(connection.recv(16) or b"1")
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)


main(*sys.argv[1:])
