"""How unified diffs are drawn."""
