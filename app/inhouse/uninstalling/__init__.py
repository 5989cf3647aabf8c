"""Finds and removes everything that inhouse has placed on this machine."""
