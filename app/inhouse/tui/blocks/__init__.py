"""One file for each kind of entry in the conversation."""
