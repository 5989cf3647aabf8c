"""Completion for editors: requests as lines of JSON, context from a repository, one at a cursor."""
