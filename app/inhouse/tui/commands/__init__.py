"""Slash commands: what each is called, what it takes and what it does."""
