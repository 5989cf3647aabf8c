"""The process that owns a model: its start, its protocol and the way to reach it."""
