"""Writing files: all of a change or nothing of it, also when the process is killed."""
