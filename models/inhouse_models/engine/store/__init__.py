"""Keeps the states of conversations in memory and on disk, found again by their tokens."""
