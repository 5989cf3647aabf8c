"""Tools that change files by text, by symbol and by name."""
