"""Starts programs from a small process of its own.

Filters of system calls are inherited, and the boundary around a command needs calls that we deny
ourselves. So a process is forked before anything else happens (`forked`), keeps all rights, and
starts what it is told to over a pair of sockets that nobody else holds (`connection`, `message`).
"""
