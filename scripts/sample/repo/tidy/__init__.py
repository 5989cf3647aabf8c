"""Small helpers that tidy up text before it is shown."""
