"""What a rename needs to know: which files, which of their names, and what is told of the rest."""
