"""Filters: text comes in, new text goes out, for editors and scripts without a plugin."""
