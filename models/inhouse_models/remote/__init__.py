"""Servers that are not our own engine: who they are, what they can, and a client for them."""
