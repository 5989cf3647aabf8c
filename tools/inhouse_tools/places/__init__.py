"""Where files are and which there are: paths, listings, and what git ignores."""
