"""Where people and editors meet the agent: command line, one-shot and settings."""

__version__ = "0.1.0"
