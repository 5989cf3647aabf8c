"""Questions to the person: what a call would do, and the answer to it."""
