"""Sessions as training data: which turns count, what the model saw, and nothing that is secret."""
