"""Evaluation: how many tasks a model solves with this agent, at what cost, and compared to what."""
