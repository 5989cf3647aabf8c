"""The agent as editors see it: the Agent Client Protocol on standard input and output."""
