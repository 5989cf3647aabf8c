"""One file for each screen that lies over the conversation."""
