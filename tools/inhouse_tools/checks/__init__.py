"""A project's own linters, type checkers and tests: found from its files, run, compared."""
