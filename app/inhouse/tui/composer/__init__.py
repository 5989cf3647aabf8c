"""Where a person writes: the editor, its history, its chips and what completes a word."""
