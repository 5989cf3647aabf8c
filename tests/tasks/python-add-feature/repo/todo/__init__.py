"""A todo list in a file."""
