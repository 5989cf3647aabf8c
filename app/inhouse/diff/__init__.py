"""Unified diffs as values, for the UI and for editors."""
