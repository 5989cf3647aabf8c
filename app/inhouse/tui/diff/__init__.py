"""Unified diffs as values, and how they are drawn."""
