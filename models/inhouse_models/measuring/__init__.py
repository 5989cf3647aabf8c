"""How fast a model really is on this machine, and what keeps it from being faster."""
