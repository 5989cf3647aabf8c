"""A conversation in plain lines: for screen readers, simple terminals and pipes."""
