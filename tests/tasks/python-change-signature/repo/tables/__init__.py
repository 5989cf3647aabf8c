"""Writes rows, which are dictionaries, as tables."""
