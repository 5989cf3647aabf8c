"""Guesses what the model writes next, from what stands in the files, and when that pays."""
