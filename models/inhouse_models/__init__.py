"""How an answer is made: catalogue, store, engine, host and client."""
