"""What a language server says about files: a small client of the protocol over a pipe."""
