"""What may be done to the machine: files, search, commands and the sandbox."""
