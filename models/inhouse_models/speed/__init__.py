"""What decides how quick a model is on a machine: choices, trials of them, what was found."""
