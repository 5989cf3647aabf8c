"""What a local model has to show: its state, its speed, its context and its memory."""
