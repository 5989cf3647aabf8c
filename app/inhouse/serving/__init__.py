"""`inhouse serve`: who may ask, where it listens, and what a person is told of it."""
