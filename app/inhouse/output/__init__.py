"""What one-shot writes: the answer to standard output, progress to standard error."""
